/** Calls with odd answers, without and with the meter: the app must see no difference, and nothing may leak. */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type Case, casesOf } from './case.ts';
import { Metered } from './metered.ts';
import { inProcess, observe, type Transport } from './run.ts';
import { openSocket } from './socket.ts';
import { type Surface, surfaces } from './surfaces.ts';

const help = `npm run test:fuzz -- [--runs N] [--seed S] [--minutes M] [--surface NAME] [--path P]

  --runs     runs for each surface; the runs over sockets are a tenth of them (default 1000)
  --seed     default: random; it is printed
  --minutes  repeats all runs with new seeds until that time has passed
  --surface  one of ${surfaces.map(({ name }) => name).join(', ')}; with "/socket" over sockets
  --path     repeats one failure: with the --seed and the --surface that were printed with it`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    minutes: { type: 'string', default: '0' },
    surface: { type: 'string' },
    path: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}

const runs = Number(values.runs);
const until = performance.now() + Number(values.minutes) * 60_000;
const RUNS_PER_METER = 100;
const HANGS_AFTER_MS = 10_000;

// Anthropic's SDK warns of odd model names here, whatever its log level is.
console.warn = () => {};
// The SDKs' pauses before a retry are not what is tested; their time limits stay.
const setTimer = globalThis.setTimeout;
const hurried = (run: () => void, ms = 0, ...args: []) =>
  setTimer(run, ms < 60_000 ? Math.min(ms, 1) : ms, ...args);
globalThis.setTimeout = Object.assign(hurried, setTimer) as typeof setTimeout;

let seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const socket = await openSocket();
do {
  console.log(`seed ${seed}, ${runs} runs for each surface`);
  for (const surface of surfaces) {
    await check(surface.name, surface, inProcess, runs);
    await check(`${surface.name}/socket`, surface, socket.transport, Math.ceil(runs / 10));
  }
  seed = (seed + 1) % 2 ** 31;
} while (performance.now() < until && values.path === undefined);
await socket.close();

async function check(name: string, surface: Surface, transport: Transport, numRuns: number): Promise<void> {
  if (values.surface !== undefined && values.surface !== name) return;
  const start = performance.now();
  let metered = new Metered();
  let runsOfMeter = 0;
  const property = fc.asyncProperty(casesOf(surface, transport !== inProcess), async (cases) => {
    // Odd answers make many series; the metrics are read after every run.
    if (runsOfMeter++ % RUNS_PER_METER === 0) metered = new Metered();
    await inTime(compare(surface, cases, transport, metered)).catch((failure: unknown) => {
      runsOfMeter = 0;
      throw failure;
    });
  });
  const details = await fc.check(property, {
    seed,
    numRuns,
    ...(values.path !== undefined && { path: values.path, endOnFailure: true }),
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (!details.failed) return console.log(`ok      ${name}: ${details.numRuns} runs in ${seconds} s`);
  console.log(`FAILED  ${name} after ${details.numRuns} runs`);
  console.log(fc.defaultReportMessage(details));
  console.log(details.errorInstance);
  console.log(
    `Again: npm run test:fuzz -- --surface ${name} --seed ${seed} --path ${details.counterexamplePath}`,
  );
  process.exit(1);
}

/** A run that hangs is a failure. */
async function inTime(run: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimer(() => reject(new Error('it hangs')), HANGS_AFTER_MS);
  });
  await Promise.race([run, limit]).finally(() => clearTimeout(timer));
}

async function compare(
  surface: Surface,
  cases: readonly Case[],
  transport: Transport,
  metered: Metered,
): Promise<void> {
  const bare = await observe(surface, cases, transport, metered.native);
  const seen = await metered.whileOn(() => observe(surface, cases, transport, metered.native));
  assert.deepEqual(seen, bare, 'the app or the provider sees something else');
  await metered.assertSettled(cases);
}
