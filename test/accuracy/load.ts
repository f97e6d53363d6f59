/**
 * One replica on one simulated day: many users with few calls each, in the first part of the day. It writes
 * a line for every call to its output, the truth, and serves metrics until it is told to end.
 *
 * Environment: SEED, DAY_MS, USERS, and those of tokenmeter.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import OpenAI from 'openai';
import { Random } from '../../examples/demo/random.ts';
import { startTokenmeter } from '../../src/index.ts';

const { SEED = '1', DAY_MS = '1000', USERS = '10' } = process.env;
const random = new Random(Number(SEED));
const dayMs = Number(DAY_MS);
/** With the price of an input token in 1e-12 dollars. */
const MODELS: [Model, ...Model[]] = [
  ['gpt-4.1', 2_000_000],
  ['gpt-4.1-mini', 400_000],
  ['gpt-4o', 2_500_000],
];
type Model = readonly [name: string, picoUsdPerToken: number];

const meter = startTokenmeter();
meter.instrumentation.manuallyInstrument(OpenAI);
const url = await meter.metricsUrl;

// The same money on an instrument of OpenTelemetry's own, as one would write it.
const plainExporter = new PrometheusExporter({ preventServerStart: true });
const plain = new MeterProvider({ readers: [plainExporter] })
  .getMeter('plain')
  .createCounter('plain.cost.usd');
const plainServer = createServer((request, response) =>
  plainExporter.getMetricsRequestHandler(request, response),
);
await new Promise<void>((resolve) => plainServer.listen(0, '127.0.0.1', resolve));

let tokens = 0;
const openai = new OpenAI({
  apiKey: 'none',
  fetch: async () => Response.json({ usage: { prompt_tokens: tokens, completion_tokens: 0 } }),
});

async function call(): Promise<void> {
  // Some spend much more than others.
  const user = `user-${Math.floor(random.next() ** 2 * Number(USERS))}`;
  const [model, picoUsdPerToken] = random.pick(MODELS);
  tokens = random.whole(1, 50_000);
  await openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello' }], user });
  const picoUsd = tokens * picoUsdPerToken;
  plain.add(picoUsd / 1e12, { user, model });
  process.stdout.write(`${JSON.stringify({ user, model, picoUsd })}\n`);
}

process.stdout.write(`${JSON.stringify({ url, plain: (plainServer.address() as AddressInfo).port })}\n`);
const calls = Number(USERS) * 2;
const moments = Array.from({ length: calls }, () => random.next() * dayMs * 0.5).sort((a, b) => a - b);
const started = performance.now();
for (const moment of moments) {
  const wait = moment - (performance.now() - started);
  if (wait > 1) await delay(wait);
  await call();
}
process.stdout.write('{"done":true}\n');
// SIGTERM ends it: tokenmeter waits until the rest was scraped, as DRAIN says.
setInterval(() => {}, 1 << 30);
