/** A meter, and what must hold of it after any calls. */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import OpenAI from 'openai';
import { METRIC } from '../../src/telemetry/names.ts';
import { createMeter } from '../support/meter.ts';
import type { Case } from './case.ts';
import { textOf } from './seen.ts';

/** Counts the spans that were started, and keeps those that ended. */
class Spans implements SpanProcessor {
  started = 0;
  readonly ended: ReadableSpan[] = [];
  onStart(): void {
    this.started++;
  }
  onEnd(span: ReadableSpan): void {
    this.ended.push(span);
  }
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

const complaints: string[] = [];
const complain = (...args: unknown[]) => complaints.push(textOf(args));
diag.setLogger({ error: complain, warn: complain, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);

/** Turns that a call may take to settle after its app has left. */
const MAX_TURNS = 50;

export class Metered {
  readonly #meter = createMeter();
  readonly #spans = new Spans();
  readonly #nativeSpans = new Spans();
  /** The provider of the spans that Anthropic's SDK makes itself. */
  readonly native = new TracerProvider({ spanProcessors: [this.#nativeSpans] });
  #settled = 0;

  constructor() {
    const { instrumentation } = this.#meter;
    instrumentation.setTracerProvider(new TracerProvider({ spanProcessors: [this.#spans] }));
    for (const sdk of [OpenAI, Anthropic]) instrumentation.manuallyInstrument(sdk);
    instrumentation.disable();
  }

  async whileOn<T>(run: () => Promise<T>): Promise<T> {
    this.#forget();
    this.#meter.instrumentation.enable();
    try {
      return await run();
    } finally {
      this.#meter.instrumentation.disable();
    }
  }

  /** Every one of these calls was settled once, and everything that is told of it can be true. */
  async assertSettled(cases: readonly Case[]): Promise<void> {
    for (let turn = 0; turn < MAX_TURNS && this.#isOpen(); turn++) {
      await nextTurn();
    }
    const faults = complaints.filter((text) => /fault in/.test(text));
    assert.deepEqual(faults, [], 'the meter has faults');
    const native = cases.filter(({ nativeSpan }) => nativeSpan).length;
    assert.equal(this.#spans.started, cases.length - native, 'a span for each call');
    assert.equal(this.#spans.ended.length, this.#spans.started, 'spans that ended');
    for (const { attributes } of this.#spans.ended) {
      assert.match(String(attributes['tokenmeter.outcome']), OUTCOME);
      assertPossible(attributes);
    }
    assert.equal(this.#nativeSpans.ended.length, native, 'spans of the SDK that ended');
    // The SDK ends its own span with a raw response, before the app has read that.
    const isRaw = cases.some(({ consumption }) => consumption.includes('asResponse'));
    for (const { attributes } of this.#nativeSpans.ended) {
      if (!isRaw) assert.match(String(attributes['tokenmeter.outcome']), OUTCOME);
      assertPossible(attributes, /^(gen_ai\.usage\.cost|tokenmeter)\./);
    }
    assert.equal(this.#meter.instrumentation.openCalls, 0, 'open calls');
    await this.#assertMetrics(cases.length);
  }

  #isOpen(): boolean {
    return [this.#spans, this.#nativeSpans].some(({ started, ended }) => ended.length < started);
  }

  async #assertMetrics(calls: number): Promise<void> {
    let settled = 0;
    for (const { metric, value, labels } of await this.#meter.points()) {
      if (metric === METRIC.requests.name) settled += value as number;
      const numbers =
        typeof value === 'number'
          ? [value]
          : Object.values(value as object).filter((n) => typeof n === 'number');
      for (const number of numbers) {
        assert.ok(Number.isFinite(number) && number >= 0, `${metric} is ${number} for ${textOf(labels)}`);
      }
    }
    assert.equal(settled - this.#settled, calls, 'calls that were counted');
    this.#settled = settled;
  }

  #forget(): void {
    for (const spans of [this.#spans, this.#nativeSpans]) {
      spans.started = 0;
      spans.ended.length = 0;
    }
    complaints.length = 0;
  }
}

const OUTCOME = /^(ok|error|aborted)$/;
const NUMBERS = /^(gen_ai\.usage\.|gen_ai\.response\.time|tokenmeter\.)/;

function assertPossible(attributes: ReadableSpan['attributes'], names = NUMBERS): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (!names.test(name) || typeof value !== 'number') continue;
    assert.ok(Number.isFinite(value) && value >= 0, `${name} is ${value}`);
  }
}
