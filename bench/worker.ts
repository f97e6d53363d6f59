/**
 * One variant of one workload in a process of its own, so that each has its own compiled code and heap.
 * Prints the CPU time of a call in microseconds, garbage collection included.
 */
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { TokenmeterInstrumentation } from 'tokenmeter';
import { sdks, workloads } from './workloads.ts';

const [variant, index, batchMs] = process.argv.slice(2);
const workload = workloads()[Number(index)];
if (!workload) throw new Error(`no workload ${index}`);
if (variant !== 'bare') instrument(variant === 'spans');

await batch(1000);
// What disturbs a batch only ever adds to it, so the least of many is the nearest to the truth.
let least = Number.POSITIVE_INFINITY;
for (let round = 0; round < 25; round++) least = Math.min(least, await batch(Number(batchMs)));
console.log(least);

async function batch(milliseconds: number): Promise<number> {
  const before = process.cpuUsage();
  const until = performance.now() + milliseconds;
  let calls = 0;
  while (performance.now() < until) {
    await workload?.run();
    calls++;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

function instrument(withSpans: boolean): void {
  const instrumentation = new TokenmeterInstrumentation({ enabled: false });
  instrumentation.setMeterProvider(
    new MeterProvider({ readers: [new PrometheusExporter({ preventServerStart: true })] }),
  );
  if (withSpans) {
    // Spans are made, filled and thrown away.
    const exporter = {
      export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
      shutdown: async () => {},
    };
    instrumentation.setTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    );
  }
  for (const sdk of sdks) instrumentation.manuallyInstrument(sdk);
  instrumentation.enable();
}
