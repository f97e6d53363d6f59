/**
 * Are the numbers in Prometheus the money that was spent? Real Prometheus scrapes real processes through
 * simulated days: several replicas, all replaced at the end of each day, many users with few calls each. What
 * `increase()` says is compared with what the processes wrote down, and with a plain OTel counter.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { App } from '../support/app.ts';
import { requirement } from '../support/requirement.ts';
import { type QueryServer, startPrometheus, startVictoriaMetrics } from './prometheus.ts';

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '3' },
    'day-seconds': { type: 'string', default: '25' },
    replicas: { type: 'string', default: '3' },
    users: { type: 'string', default: '200' },
    'scrape-ms': { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run test:accuracy -- [--days 3] [--day-seconds 25] [--replicas 3] [--users 200] [--scrape-ms 200] [--seed 1]
Compares what a real Prometheus, and VictoriaMetrics behind it, say of spend with what was spent.`);
  process.exit(0);
}
const days = Number(values.days);
const daySeconds = Number(values['day-seconds']);
const replicas = Number(values.replicas);
const scrapeMs = Number(values['scrape-ms']);

for (const [program, debianPackage] of [
  ['prometheus', 'prometheus'],
  ['victoria-metrics', 'victoria-metrics'],
] as const) {
  const { missing } = requirement(program, debianPackage);
  if (missing === undefined) continue;
  console.log(`skipped: ${missing}`);
  process.exit(process.env.TOKENMETER_CI ? 1 : 0);
}

const TOTAL_WITHIN = 0.01;
const USER_WITHIN = 0.02;

/** What was spent, in USD, by user and by model. */
const truth = { total: 0, calls: 0, user: new Map<string, number>(), model: new Map<string, number>() };
const failures: string[] = [];

const folder = await mkdtemp(join(tmpdir(), 'tokenmeter-accuracy-'));
const discovery = join(folder, 'targets');
await mkdir(discovery);
try {
  await using victoria = await startVictoriaMetrics(join(folder, 'victoria'));
  await using prometheus = await startPrometheus({
    folder: join(folder, 'prometheus'),
    discovery,
    scrapeMs,
    remoteWrite: `${victoria.url}/api/v1/write`,
  });
  const began = Date.now();
  console.log(
    `seed ${values.seed}: ${days} days of ${daySeconds} s, ${replicas} replicas, ${values.users} users, a scrape each ${scrapeMs} ms`,
  );
  for (let day = 0; day < days; day++) {
    await Promise.all(Array.from({ length: replicas }, (_, replica) => runReplica(day, replica)));
    console.log(`day ${day + 1} of ${days}: ${truth.calls} calls, $${truth.total.toFixed(2)} so far`);
  }
  await delay(2 * scrapeMs + 500);
  const window = `${Math.ceil((Date.now() - began) / 1000) + 1}s`;
  await compare('Prometheus', prometheus, window, USER_WITHIN);
  await compare('VictoriaMetrics, by remote write', victoria, window, USER_WITHIN);
  await comparePlain(prometheus, window);
} finally {
  await rm(folder, { recursive: true, force: true });
}
for (const failure of failures) console.log(`FAILED  ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** One process on one day: it spends, and is replaced at the end of the day. */
async function runReplica(day: number, replica: number): Promise<void> {
  const app = new App([new URL('./load.ts', import.meta.url).pathname], {
    SEED: String(Number(values.seed) * 10_000 + day * 100 + replica),
    DAY_MS: String(daySeconds * 1000),
    USERS: values.users,
    OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    TOKENMETER_DISCOVERY: discovery,
    TOKENMETER_DRAIN_SECONDS: '20',
  });
  const [, plain] = await app.find(/"plain":(\d+)/);
  const plainTarget = join(discovery, `plain-${day}-${replica}.json`);
  await writeFile(plainTarget, JSON.stringify([{ targets: [`127.0.0.1:${plain}`] }]));
  const ended = performance.now() + daySeconds * 1000;
  await app.find(/"done":true/);
  await delay(Math.max(0, ended - performance.now()));
  app.process.kill('SIGTERM');
  await app.exit;
  await rm(plainTarget);
  for (const line of app.stdout.trim().split('\n')) {
    const { user, model, picoUsd } = JSON.parse(line) as { user?: string; model?: string; picoUsd?: number };
    if (user === undefined || model === undefined || picoUsd === undefined) continue;
    const usd = picoUsd / 1e12;
    truth.calls++;
    truth.total += usd;
    truth.user.set(user, (truth.user.get(user) ?? 0) + usd);
    truth.model.set(model, (truth.model.get(model) ?? 0) + usd);
  }
  if (app.stderr !== '') failures.push(`a replica wrote: ${app.stderr.slice(0, 500)}`);
}

async function compare(name: string, server: QueryServer, window: string, userWithin: number): Promise<void> {
  const increase = `increase(tokenmeter_cost_usd_total[${window}])`;
  const by = async (label: string, promql: string) =>
    new Map((await server.query(promql)).map(({ labels, value }) => [labels[label] ?? '', value]));
  const total = (await server.query(`sum(${increase})`))[0]?.value ?? 0;
  const users = await by('user_id', `sum by (user_id) (${increase})`);
  const models = await by('gen_ai_request_model', `sum by (gen_ai_request_model) (${increase})`);
  const top = await by('user_id', `topk(10, sum by (user_id) (${increase}))`);
  const requests = (await server.query(`sum(increase(tokenmeter_requests_total[${window}]))`))[0]?.value ?? 0;

  const worstUser = worst(users, truth.user);
  const worstModel = worst(models, truth.model);
  const topMissing = missingFromTop(top);
  console.log(`${name}:
  total       ${percent(off(total, truth.total))} off ($${total.toFixed(4)} of $${truth.total.toFixed(4)})
  requests    ${percent(off(requests, truth.calls))} off
  worst model ${percent(worstModel)} off
  worst user  ${percent(worstUser)} off, of ${truth.user.size}
  top 10      ${topMissing.length === 0 ? 'the right ones' : `without ${topMissing.join(', ')}`}`);
  if (Math.abs(off(total, truth.total)) > TOTAL_WITHIN) failures.push(`${name}: total`);
  if (Math.abs(off(requests, truth.calls)) > TOTAL_WITHIN) failures.push(`${name}: requests`);
  if (worstModel > TOTAL_WITHIN) failures.push(`${name}: models`);
  if (worstUser > userWithin) failures.push(`${name}: users`);
  if (topMissing.length > 0) failures.push(`${name}: top 10`);
}

/** For comparison: what a counter of OpenTelemetry's own shows of the same money. */
async function comparePlain(prometheus: QueryServer, window: string): Promise<void> {
  const increase = `increase(plain_cost_usd_total[${window}])`;
  const total = (await prometheus.query(`sum(${increase})`))[0]?.value ?? 0;
  const users = await prometheus.query(`sum by (user) (${increase})`);
  const seen = new Map(users.map(({ labels, value }) => [labels.user ?? '', value]));
  console.log(`A plain OpenTelemetry counter in the same processes:
  total       ${percent(off(total, truth.total))} off
  worst user  ${percent(worst(seen, truth.user))} off`);
}

function off(seen: number, spent: number): number {
  return seen / spent - 1;
}

function worst(seen: ReadonlyMap<string, number>, spent: ReadonlyMap<string, number>): number {
  const names = new Set([...seen.keys(), ...spent.keys()]);
  return Math.max(...Array.from(names, (name) => Math.abs(off(seen.get(name) ?? 0, spent.get(name) ?? 0))));
}

/** Those who belong there, but for those who spent as good as the same as one who is there. */
function missingFromTop(top: ReadonlyMap<string, number>): string[] {
  const least = Math.min(...Array.from(top.keys(), (user) => truth.user.get(user) ?? 0));
  return [...truth.user].filter(([user, usd]) => !top.has(user) && usd > least * 1.02).map(([user]) => user);
}

function percent(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(2)} %`;
}
