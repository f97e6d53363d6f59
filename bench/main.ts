/**
 * What the meter adds to a call. Bare and metered rounds alternate in one process, so that both see
 * the same machine; each figure is the median of its rounds.
 */
import { parseArgs } from 'node:util';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { measure } from 'mitata';
import { TokenmeterInstrumentation } from 'tokenmeter';
import { sdks, type Workload, workloads } from './workloads.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  console.log('npm run bench -- [--rounds N]   alternating rounds per variant (default 7)');
  process.exit(0);
}
const rounds = Number(values.rounds);

const instrumentation = new TokenmeterInstrumentation({ enabled: false });
instrumentation.setMeterProvider(
  new MeterProvider({ readers: [new PrometheusExporter({ preventServerStart: true })] }),
);
for (const sdk of sdks) instrumentation.manuallyInstrument(sdk);

/** Spans are made, filled and thrown away. */
const discarding = new InMemorySpanExporter();
discarding.export = (_spans, done) => done({ code: 0 });
const recording = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: discarding })],
});
const silent = new TracerProvider({ spanProcessors: [], sampler: { shouldSample: () => ({ decision: 0 }) } });

type Variant = 'bare' | 'metered' | 'metered with spans';
const variants: readonly Variant[] = ['bare', 'metered', 'metered with spans'];

function enter(variant: Variant): void {
  instrumentation.disable();
  if (variant === 'bare') return;
  instrumentation.setTracerProvider(variant === 'metered' ? silent : recording);
  instrumentation.enable();
}

async function medians(workload: Workload): Promise<Record<Variant, number>> {
  const times: Record<Variant, number[]> = { bare: [], metered: [], 'metered with spans': [] };
  for (let round = 0; round <= rounds; round++) {
    for (const variant of variants) {
      enter(variant);
      const { p50 } = await measure(workload.run, { min_cpu_time: 150e6 });
      // The first round warms up.
      if (round > 0) times[variant].push(p50 / 1000);
    }
  }
  const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
  return {
    bare: median(times.bare),
    metered: median(times.metered),
    'metered with spans': median(times['metered with spans']),
  };
}

const rows: Record<string, Record<string, string>> = {};
for (const workload of workloads()) {
  const { bare, metered, 'metered with spans': spans } = await medians(workload);
  const { chunks, name } = workload;
  const per = (time: number) => {
    const added = time - bare;
    return chunks > 0 ? `${(added / chunks).toFixed(3)} µs/chunk` : `${added.toFixed(1)} µs/call`;
  };
  rows[name] = {
    bare: `${bare.toFixed(1)} µs`,
    metered: `x${(metered / bare).toFixed(3)}`,
    adds: per(metered),
    'with spans': `x${(spans / bare).toFixed(3)}`,
    'spans add': per(spans),
  };
}
console.table(rows);
