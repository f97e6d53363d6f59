import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { type Provider, startProvider } from '../provider/server.ts';
import { declaredLacking } from '../support/lacking.ts';
import { createMeter, type TestMeter } from '../support/meter.ts';
import { type Case, cases, type Expected } from './cases.ts';
import type { Surface, Surfaces } from './surfaces.ts';

/** Runs every case on every surface of an SDK, without the meter and with it, and compares. */
export function conformance(
  name: 'openai' | 'anthropic',
  sdk: unknown,
  surfacesOf: (server: Provider) => Surfaces,
): void {
  describe(`conformance: ${name}`, () => {
    let server: Provider;
    let meter: TestMeter;
    let surfaces: readonly Surface[];
    let lacking: readonly string[];

    before(async () => {
      server = await startProvider();
      meter = createMeter();
      meter.instrumentation.manuallyInstrument(sdk);
      ({ surfaces, lacking } = surfacesOf(server));
    });
    after(async () => {
      meter.instrumentation.disable();
      await server.close();
    });

    test('every surface is there, except what this version is declared to lack', () => {
      assert.deepEqual(lacking, declaredLacking(name));
    });

    for (const one of cases) {
      test(one.name, async (t) => {
        for (const surface of surfaces.filter((surface) => isPossible(one, surface))) {
          await t.test(`${surface.name}: ${one.name}`, () => compare(one, surface));
        }
      });
    }

    async function compare(one: Case, surface: Surface): Promise<void> {
      const params = () => paramsOf(surface, one);
      meter.takeSpans();
      meter.instrumentation.disable();
      const bare = await observe(one, surface, params());
      assert.equal(meter.takeSpans().length, 0, 'the disabled meter stays out');

      meter.instrumentation.enable();
      const metered = await observe(one, surface, params());
      assert.deepEqual(metered, bare);
      assertSpan(meter.takeSpans(), expectedOf(one, bare.result), surface);
    }

    /** What the app sees of a case, and what the server got to see. */
    async function observe(one: Case, surface: Surface, params: object) {
      const seenBefore = server.requests.length;
      const result = await one.run(surface, params, server);
      const requests = server.requests.slice(seenBefore);
      const ended = one.disconnects ? await requests.at(-1)?.ended : undefined;
      if (one.disconnects) assert.equal(ended, 'disconnected');
      return {
        result: withoutIds(result),
        requests: requests.map(({ method, path, body, headers }) => ({
          method,
          path,
          body: withoutAddedOption(body),
          headers: withoutLength(headers),
        })),
      };
    }
  });
}

function isPossible({ needs = 'create', appliesTo }: Case, surface: Surface): boolean {
  return surface[needs] !== undefined && appliesTo?.(surface) !== false;
}

function paramsOf(surface: Surface, { directives }: Case): object {
  const supported = directives === undefined ? surface.model : `${surface.model},${directives}`;
  return { model: supported, ...structuredClone(surface.params) };
}

function expectedOf({ expected }: Case, seen: unknown): Expected {
  return typeof expected === 'function' ? expected(seen) : expected;
}

function assertSpan(spans: ReadableSpan[], expected: Expected, surface: Surface): void {
  assert.equal(spans.length, 1, 'one call, one span');
  const { attributes, kind } = spans[0] as ReadableSpan;
  const { usage } = surface;
  const complete = expected.outcome === 'ok' && expected.unmetered === undefined;
  assert.equal(kind, 2);
  assert.equal(attributes['gen_ai.provider.name'], surface.provider);
  assert.equal(attributes['gen_ai.operation.name'], surface.operation);
  assert.equal(attributes['tokenmeter.outcome'], expected.outcome);
  assert.equal(attributes['tokenmeter.unmetered.reason'], expected.unmetered);
  if (expected.errorType) assert.equal(attributes['error.type'], expected.errorType);
  if (expected.outcome === 'error') assert.ok(attributes['error.type']);
  if (!complete) return;
  assert.deepEqual(
    {
      input: attributes['gen_ai.usage.input_tokens'],
      output: attributes['gen_ai.usage.output_tokens'],
      cacheRead: attributes['gen_ai.usage.cache_read.input_tokens'],
      cacheWrite: attributes['gen_ai.usage.cache_write.input_tokens'],
      reasoning: attributes['gen_ai.usage.reasoning.output_tokens'],
      costUsd: attributes['gen_ai.usage.cost.amount'],
    },
    { ...usage, ...(expected.unpriced && { costUsd: undefined }) },
  );
}

const CHANGING =
  /^(id|item_id|response_id|created(_at)?|completed_at|_request_id|obfuscation|call_id|system_fingerprint)$/;

/** Leaves out what differs from answer to answer. */
function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !CHANGING.test(key))
      .map(([key, member]) => [key, withoutIds(member)]),
  );
}

/** The one thing the meter may add to a request. */
function withoutAddedOption(body: unknown): unknown {
  const { stream_options: added, ...rest } = body as Record<string, unknown>;
  if (added !== undefined) assert.deepEqual(added, { include_usage: true });
  return rest;
}

function withoutLength(headers: Record<string, unknown>): unknown {
  const { 'content-length': _length, 'x-stainless-retry-count': _retry, ...rest } = headers;
  return rest;
}
