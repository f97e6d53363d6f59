/** Many mixed calls must leave nothing behind: the heap is as large at the end as it was after the start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const help = `npm run test:soak -- [--calls N]

  --calls   mixed calls with the meter (default 100000); a tenth as many without it, and a fifth
            as many streams that are abandoned half-way`;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '100000' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}

interface Sample {
  readonly calls: number;
  readonly heap: number;
  readonly seconds: number;
  readonly settled?: number;
}

/** Samples in which code is still being compiled and tables filled. */
const WARM_UP = 4;
/** By what the heap may grow from the first to the last of the samples after that. */
const MAX_GROWTH = 0.03;

const calls = Number(values.calls);
const bare = await soak('bare', 'mixed', Math.ceil(calls / 10));
const metered = await soak('metered', 'mixed', calls);
const abandoned = await soak('metered', 'abandoned', Math.ceil(calls / 5));

report('mixed calls, bare', bare);
report('mixed calls, metered', metered);
report('abandoned streams, metered', abandoned);
const [alone, withMeter] = [bare.at(-1), metered.at(-1)] as [Sample, Sample];
const time = withMeter.seconds / withMeter.calls / (alone.seconds / alone.calls);
console.log(`metered : bare   time ${time.toFixed(2)}, heap ${(withMeter.heap / alone.heap).toFixed(2)}`);

const failures: string[] = [];
check('mixed calls', metered);
check('abandoned streams', abandoned);
for (const failure of failures) console.log(`FAILED  ${failure}`);
console.log(failures.length === 0 ? 'ok' : 'not ok');
process.exitCode = failures.length === 0 ? 0 : 1;

async function soak(variant: string, load: string, count: number): Promise<Sample[]> {
  const worker = new URL('./worker.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--expose-gc', worker, variant, load, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const samples: Sample[] = [];
  const closed = once(child, 'close');
  for await (const line of createInterface(child.stdout)) {
    const sample = JSON.parse(line) as Sample;
    samples.push(sample);
    console.log(
      `${variant} ${load}: ${sample.calls} calls, ${sample.seconds.toFixed(1)} s, ${megabytes(sample.heap)}`,
    );
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`the ${variant} run ended with ${code}`);
  return samples;
}

/** From the mean of the first third of the samples after the warm-up to that of the last. */
function growthOf(samples: readonly Sample[]): number {
  const heaps = samples.slice(WARM_UP).map(({ heap }) => heap);
  const third = Math.ceil(heaps.length / 3);
  return mean(heaps.slice(-third)) / mean(heaps.slice(0, third)) - 1;
}

function check(name: string, samples: readonly Sample[]): void {
  const growth = growthOf(samples);
  if (growth > MAX_GROWTH) failures.push(`${name}: the heap grew by ${percent(growth)}`);
  const { calls: made, settled } = samples.at(-1) as Sample;
  if (settled !== made) failures.push(`${name}: ${settled} of ${made} are settled`);
}

function report(name: string, samples: readonly Sample[]): void {
  const { calls: made, seconds, settled } = samples.at(-1) as Sample;
  const each = ((seconds / made) * 1e6).toFixed(0);
  const counted = settled === undefined ? '' : `, ${settled} settled`;
  console.log(`${name}: heap ${percent(growthOf(samples))}, ${each} µs a call${counted}`);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function percent(part: number): string {
  return `${part >= 0 ? '+' : ''}${(part * 100).toFixed(2)} %`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MB`;
}
