/**
 * Makes many calls in a process of its own, and prints after each tenth of them, one JSON a line, how many
 * they were and the bytes of heap that are left after garbage collection.
 *
 * node --expose-gc worker.ts bare|metered mixed|abandoned CALLS
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import OpenAI from 'openai';
import { withUsageContext } from '../../src/index.ts';
import { createMeter, type TestMeter } from '../support/meter.ts';
import { abandoned, type Use, uses } from './calls.ts';

const [variant, load, count] = process.argv.slice(2);
const calls = Number(count);
const mix = load === 'abandoned' ? abandoned : uses;

const AT_ONCE = 10;
const USERS = 50;
const TEAMS = 4;

const meter = variant === 'metered' ? meterThatDropsSpans() : undefined;
const collect = globalThis.gc as () => void;
const start = performance.now();
let begun = 0;
for (let sample = 1; sample <= 10; sample++) {
  while (begun < (calls * sample) / 10) {
    const batch = Array.from({ length: AT_ONCE }, () => one(begun++));
    await Promise.all(batch);
  }
  const heap = await heapAfterCollection();
  // As a scrape does.
  const settled = await meter?.sum('tokenmeter.requests');
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ calls: begun, heap, seconds, settled }));
}

/** Errors are part of the mix. */
async function one(index: number): Promise<void> {
  const use = mix[index % mix.length] as Use;
  const who = { user: `user_${index % USERS}`, team: `team_${index % TEAMS}` };
  await withUsageContext(who, use).catch(() => {});
}

/** What finalizers let go of is collected too. */
async function heapAfterCollection(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    collect();
    await nextTurn();
  }
  return process.memoryUsage().heapUsed;
}

function meterThatDropsSpans(): TestMeter {
  const made = createMeter();
  const exporter = {
    export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
    shutdown: async () => {},
  };
  made.instrumentation.setTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  for (const sdk of [OpenAI, Anthropic]) made.instrumentation.manuallyInstrument(sdk);
  return made;
}
