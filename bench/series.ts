/**
 * What per-user metrics cost: a call's bookkeeping, the memory of 100,000 users, and a scrape of 1,000 named
 * users with 3 models each, next to plain OpenTelemetry instruments in the same run.
 */
import { get } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Attributes } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { SettledCall } from '../src/calls/pipeline.ts';
import { usdFromPico } from '../src/pricing/cost.ts';
import { table } from '../src/pricing/table.ts';
import { whatLabels, whoLabels } from '../src/telemetry/labels.ts';
import { Metrics } from '../src/telemetry/metrics.ts';
import { startScrapeEndpoint } from '../src/telemetry/prometheus.ts';
import { SeriesTable } from '../src/telemetry/series-table.ts';
import { settled } from '../test/telemetry/calls.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  console.log('npm run bench:series -- [--rounds N]   rounds of each measurement (5); the best counts');
  process.exit(0);
}
if (!globalThis.gc) throw new Error('run with --expose-gc: npm run bench:series');
const { gc } = globalThis;
const rounds = Number(values.rounds);
const VIEWS = [{ instrumentName: '*', aggregationCardinalityLimit: 200_000 }];
const MODELS = ['gpt-4.1', 'gpt-4.1-mini', 'gpt-4o'];
const limits = { maxUsers: 1000, maxSeries: 50_000, idleSeconds: 3600 };

/** The same numbers on instruments of OpenTelemetry's own. */
function plainInstruments(provider: MeterProvider): { settle(call: SettledCall): void } {
  const meter = provider.getMeter('plain');
  const counter = (name: string) => meter.createCounter(name);
  const [input, output, cost, seconds, requests] = ['input', 'output', 'cost', 'seconds', 'requests'].map(
    counter,
  );
  const duration = meter.createHistogram('duration');
  return {
    settle(call) {
      const what = whatLabels(call);
      const labels: Attributes = { ...whoLabels(call.who), ...what };
      input?.add(call.usage?.input.total ?? 0, { ...labels, modality: 'text' });
      output?.add(call.usage?.output.total ?? 0, { ...labels, modality: 'text' });
      cost?.add(usdFromPico(call.cost?.picoUsd ?? 0n), labels);
      seconds?.add(call.durationSeconds ?? 0, labels);
      requests?.add(1, { ...labels, outcome: call.outcome });
      duration.record(call.durationSeconds ?? 0, what);
    },
  };
}

const ours = () => {
  const series = new SeriesTable(limits);
  const provider = new MeterProvider({ views: VIEWS });
  return { series, metrics: new Metrics(provider.getMeter('ours'), { series, priceTable: () => table }) };
};

const best = (measure: () => number) => Math.min(...Array.from({ length: rounds }, measure));

function perCall(sink: { settle(call: SettledCall): void }, calls: readonly SettledCall[]): number {
  const REPEAT = 100;
  const start = process.cpuUsage();
  for (let n = 0; n < REPEAT; n++) for (const call of calls) sink.settle(call);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / (REPEAT * calls.length);
}

const callsOf = (users: number) =>
  Array.from({ length: users }, (_, n) =>
    MODELS.map((model) => settled({ user: `user-${n}`, model })),
  ).flat();

// Bookkeeping.
const few = callsOf(500);
const { metrics } = ours();
const plain = plainInstruments(new MeterProvider({ views: VIEWS }));
const withoutHistogram = new SeriesTable(limits);
const oneCall = {
  series: best(() => perCall({ settle: (call) => withoutHistogram.add(call) }, few)),
  ours: best(() => perCall(metrics, few)),
  plain: best(() => perCall(plain, few)),
};
const manyUsers = new SeriesTable(limits);
for (const call of callsOf(5000)) manyUsers.add(call);
const beyond = callsOf(5000).slice(6000);
const beyondCap = best(() => perCall({ settle: (call) => manyUsers.add(call) }, beyond));

// Memory.
function heapOf(fill: () => unknown): number {
  gc();
  const before = process.memoryUsage().heapUsed;
  const kept = fill();
  gc();
  const bytes = process.memoryUsage().heapUsed - before;
  if (kept === undefined) throw new Error('nothing was kept');
  return bytes;
}
const USERS = 100_000;
const once = (sink: { settle(call: SettledCall): void }, users: number) => {
  for (let n = 0; n < users; n++) sink.settle(settled({ user: `user-${n}` }));
};
const memory = {
  named: heapOf(() => {
    const { metrics } = ours();
    once(metrics, 1000);
    return metrics;
  }),
  all: heapOf(() => {
    const { metrics } = ours();
    once(metrics, USERS);
    return metrics;
  }),
  plain: heapOf(() => {
    const provider = new MeterProvider({
      views: VIEWS,
      readers: [new PrometheusExporter({ preventServerStart: true })],
    });
    once(plainInstruments(provider), USERS);
    return provider;
  }),
};

// Scrape.
async function longestBlock(work: () => Promise<unknown>): Promise<{ ms: number; blockedMs: number }> {
  let ms = Number.POSITIVE_INFINITY;
  let blockedMs = Number.POSITIVE_INFINITY;
  for (let n = 0; n < rounds; n++) {
    gc();
    let longest = 0;
    let ended = false;
    const watch = (async () => {
      for (let last = performance.now(); !ended; ) {
        await nextTurn();
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
      }
    })();
    await nextTurn();
    const start = performance.now();
    await work();
    ms = Math.min(ms, performance.now() - start);
    ended = true;
    await watch;
    blockedMs = Math.min(blockedMs, longest);
  }
  return { ms, blockedMs };
}

const read = (url: string) =>
  new Promise<number>((resolve, reject) => {
    get(url, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.once('end', () => resolve(bytes));
    }).once('error', reject);
  });

const full = new SeriesTable(limits);
const endpoint = startScrapeEndpoint({
  host: '127.0.0.1',
  port: 0,
  path: '/metrics',
  series: full,
  zeros: 2,
});
const provider = new MeterProvider({ readers: [endpoint.exporter] });
const served = new Metrics(provider.getMeter('ours'), { series: full, priceTable: () => table });
for (const call of callsOf(1000)) served.settle(call);
const url = await endpoint.listening;
const bytes = await read(url);
const scrape = await longestBlock(() => read(url));
await endpoint.close();

const exporter = new PrometheusExporter({ preventServerStart: true });
const plainProvider = new MeterProvider({ views: VIEWS, readers: [exporter] });
const plainCounters = plainInstruments(plainProvider);
for (const call of callsOf(1000)) plainCounters.settle(call);
const serializer = new PrometheusSerializer();
const plainScrape = await longestBlock(async () => {
  const { resourceMetrics } = await exporter.collect();
  return serializer.serialize(resourceMetrics);
});

const micro = (value: number) => `${value.toFixed(2)} µs`;
const milli = (value: number) => `${value.toFixed(1)} ms`;
console.table({
  "a call's bookkeeping, counters": { ours: micro(oneCall.series), limit: '1 µs', 'plain OTel': '' },
  '… of a user beyond the cap': { ours: micro(beyondCap), limit: '1 µs', 'plain OTel': '' },
  '… with the histogram, which is OTel’s': {
    ours: micro(oneCall.ours),
    limit: '',
    'plain OTel': micro(oneCall.plain),
  },
  'memory of 1,000 named users': {
    ours: `${(memory.named / 1e6).toFixed(1)} MB`,
    limit: '',
    'plain OTel': '',
  },
  'memory of 100,000 users, each of those beyond the cap': {
    ours: `${((memory.all - memory.named) / (USERS - 1000)).toFixed(0)} bytes`,
    limit: '300 bytes',
    'plain OTel': `${(memory.plain / USERS).toFixed(0)} bytes`,
  },
  [`a scrape of 1,000 users x 3 models, ${(bytes / 1e6).toFixed(1)} MB`]: {
    ours: milli(scrape.ms),
    limit: '100 ms',
    'plain OTel': milli(plainScrape.ms),
  },
  '… longest time the event loop waits': {
    ours: milli(scrape.blockedMs),
    limit: '20 ms',
    'plain OTel': milli(plainScrape.blockedMs),
  },
});
