import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { TokenmeterInstrumentationConfig } from '../src/index.ts';
import { TextSize } from '../src/text-size.ts';
import { collectUntil } from './support/gc.ts';
import { hello, metered } from './support/setup.ts';

/** A signal of the app's that outlives its calls. */
const lasting = new AbortController();
const STREAM = { model: 'gpt-4.1@in=1000,out=50', messages: hello, stream: true } as const;
const CLAUDE_STREAM = {
  model: 'claude-sonnet-5@in=10,read=30,out=50',
  max_tokens: 100,
  messages: hello,
  stream: true,
} as const;

describe('calls that nobody reads to the end', () => {
  const setup = metered();
  const { settled, span, reasons } = helpers(setup);

  test('a stream that is broken off: what Anthropic said of the input stands, the output is estimated', async () => {
    let text = '';
    for await (const event of await setup.anthropic.messages.create(CLAUDE_STREAM)) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
      if (text.length > 20) break;
    }
    const { attributes } = await span();
    assert.equal(attributes['tokenmeter.outcome'], 'aborted');
    assert.equal(attributes['tokenmeter.unmetered.reason'], 'aborted');
    assert.equal(attributes['tokenmeter.usage.estimated'], true);
    assert.equal(attributes['gen_ai.usage.input_tokens'], 40);
    assert.equal(attributes['gen_ai.usage.cache_read.input_tokens'], 30);
    assert.equal(attributes['gen_ai.usage.output_tokens'], tokensOf(text));
    assert.ok(Number(attributes['gen_ai.usage.cost.amount']) > 0);
  });

  test('a stream that is broken off: what OpenAI did not say is estimated from the request and the text', async () => {
    const messages = [{ role: 'user' as const, content: 'four'.repeat(100) }];
    let text = '';
    for await (const chunk of await setup.openai.chat.completions.create({ ...STREAM, messages })) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (text.length > 20) break;
    }
    const { attributes } = await span();
    assert.equal(attributes['tokenmeter.unmetered.reason'], 'aborted');
    assert.equal(attributes['tokenmeter.usage.estimated'], true);
    const input = Number(attributes['gen_ai.usage.input_tokens']);
    assert.ok(input >= 100 && input < 115, `estimated ${input} tokens of input`);
    assert.equal(attributes['gen_ai.usage.output_tokens'], tokensOf(text));
    assert.ok(Number(attributes['gen_ai.usage.cost.amount']) > 0);
  });

  test('a promise that nobody awaits', async () => {
    const arrived = setup.server.nextRequest();
    (() => void setup.openai.chat.completions.create({ ...STREAM, stream: false }))();
    await arrived;
    await settled(1);
    const { attributes } = await span();
    assert.equal(attributes['tokenmeter.outcome'], 'aborted');
    assert.equal(attributes['tokenmeter.unmetered.reason'], 'abandoned');
    assert.equal(attributes['tokenmeter.usage.estimated'], true);
    assert.deepEqual(await reasons(), { aborted: 2, abandoned: 1 });
  });

  test('a stream that nobody reads', async () => {
    await setup.openai.chat.completions.create(STREAM);
    await setup.anthropic.messages.create(CLAUDE_STREAM);
    await settled(2);
    const spans = setup.meter.takeSpans();
    for (const { attributes } of spans) {
      assert.equal(attributes['tokenmeter.unmetered.reason'], 'abandoned');
      assert.equal(attributes['gen_ai.usage.output_tokens'], 0);
    }
    assert.equal(spans.length, 2);
  });

  test('a stream that is dropped half-way', async () => {
    await (async () => {
      const { signal } = lasting;
      for (const stream of [
        await setup.openai.chat.completions.create(STREAM, { signal }),
        await setup.openai.chat.completions.create(STREAM),
        await setup.anthropic.messages.create(CLAUDE_STREAM),
      ]) {
        const events = stream[Symbol.asyncIterator]();
        for (let read = 0; read < 5; read++) await events.next();
      }
    })();
    await settled(3);
    for (const { attributes } of setup.meter.takeSpans()) {
      assert.equal(attributes['tokenmeter.unmetered.reason'], 'abandoned');
      assert.ok(Number(attributes['gen_ai.usage.output_tokens']) > 0);
    }
  });

  test('a stream whose object is gone while its iterator is read is not abandoned', async () => {
    const iterate = async () => (await setup.openai.chat.completions.create(STREAM))[Symbol.asyncIterator]();
    const events = await iterate();
    await events.next();
    await collectUntil(() => setup.meter.instrumentation.openCalls === 0, 20);
    assert.equal(setup.meter.instrumentation.openCalls, 1);
    while (!(await events.next()).done);
    assert.equal((await span()).attributes['gen_ai.usage.input_tokens'], 1000);
  });

  test('an answer that comes while its promise is gone is not abandoned', async () => {
    const params = { ...STREAM, stream: false, model: 'gpt-4.1@in=1000,out=50,delayms=5' } as const;
    const read = async () => (await setup.openai.chat.completions.create(params)).usage?.prompt_tokens;
    let tokens: number | undefined;
    const reading = read().then((found) => {
      tokens = found;
    });
    await collectUntil(() => tokens !== undefined);
    await reading;
    assert.equal(tokens, 1000);
    assert.equal((await span()).attributes['tokenmeter.outcome'], 'ok');
  });

  test('a raw response that nobody reads', async () => {
    await setup.openai.chat.completions.create({ ...STREAM, stream: false }).asResponse();
    await setup.anthropic.messages.create({ ...CLAUDE_STREAM, stream: false }).asResponse();
    await settled(2);
    for (const { attributes } of setup.meter.takeSpans()) {
      assert.equal(attributes['tokenmeter.unmetered.reason'], 'abandoned');
    }
  });

  test('a stream that is cancelled, or aborted, before or between its events: at once', async () => {
    const chat = () => setup.openai.chat.completions.create(STREAM);
    await (await chat()).toReadableStream().cancel();
    (await chat()).controller.abort();
    const read = await chat();
    await read[Symbol.asyncIterator]().next();
    read.controller.abort();
    assert.equal(setup.meter.instrumentation.openCalls, 0);
    const outcomes = setup.meter.takeSpans().map(({ attributes }) => attributes['tokenmeter.outcome']);
    assert.deepEqual(outcomes, ['aborted', 'aborted', 'aborted']);
  });

  test('a time-out', async () => {
    const params = { model: 'gpt-4.1@hangat=0', messages: hello };
    await assert.rejects(setup.openai.chat.completions.create(params, { timeout: 20 }));
    const { attributes } = await span();
    assert.equal(attributes['tokenmeter.outcome'], 'error');
    assert.equal(attributes['error.type'], 'APIConnectionTimeoutError');
    assert.equal(attributes['tokenmeter.unmetered.reason'], 'timeout');
    assert.equal(attributes['tokenmeter.usage.estimated'], true);
  });

  test('a signal that ended the call before it began: nothing was sent, nothing is estimated', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(setup.openai.chat.completions.create({ ...STREAM, stream: false }, { signal }));
    const { attributes } = await span();
    assert.equal(attributes['tokenmeter.outcome'], 'aborted');
    assert.equal(attributes['tokenmeter.unmetered.reason'], undefined);
    assert.equal(attributes['gen_ai.usage.input_tokens'], undefined);
  });
});

describe('calls that are held, and not read', () => {
  const config: TokenmeterInstrumentationConfig = { abandonAfterSeconds: 0.05 };
  const setup = metered(config);

  test('are abandoned after a time limit, and not before it', async () => {
    const idle = await setup.openai.chat.completions.create(STREAM);
    assert.equal(setup.meter.instrumentation.openCalls, 1);
    await until(() => setup.meter.instrumentation.openCalls === 0);
    const [span] = setup.meter.takeSpans();
    assert.equal(span?.attributes['tokenmeter.unmetered.reason'], 'abandoned');
    assert.ok(Number(span && seconds(span)) >= 0.05);
    // It still works for the app, and is not counted again.
    let chunks = 0;
    for await (const _ of idle) chunks++;
    assert.ok(chunks > 0);
    assert.equal(await setup.meter.sum('tokenmeter.requests'), 1);
  });

  test('and the rest of a stream that was given up is what it would be without the meter', async () => {
    const stream = await setup.openai.chat.completions.create(STREAM);
    await until(() => setup.meter.instrumentation.openCalls === 0);
    for await (const chunk of stream) {
      assert.equal(chunk.choices.length, 1);
      assert.ok(!('usage' in chunk));
    }
    setup.meter.takeSpans();
  });

  test('but not while the app waits: for the answer, its raw body, or the next event', async () => {
    const hanging = new AbortController();
    const half = { model: 'gpt-4.1@hangat=0', messages: hello };
    const waiting = [
      setup.openai.chat.completions.create(half, { signal: hanging.signal }),
      setup.openai.chat.completions
        .create(half, { signal: hanging.signal })
        .asResponse()
        .then((response) => response.json()),
      setup.openai.chat.completions
        .create({ ...STREAM, model: 'gpt-4.1@hangat=1' }, { signal: hanging.signal })
        .then(async (stream) => {
          for await (const _ of stream);
        }),
    ].map((call) =>
      call.then(
        () => 'ended',
        () => 'failed',
      ),
    );
    for (let idle = 0; idle < 2; idle++) {
      const held = await setup.openai.chat.completions.create(STREAM);
      await until(() => setup.meter.instrumentation.openCalls === waiting.length);
      assert.ok(held);
    }
    setup.meter.takeSpans();
    hanging.abort();
    await Promise.all(waiting);
    const outcomes = setup.meter.takeSpans().map(({ attributes }) => attributes['tokenmeter.outcome']);
    assert.deepEqual(outcomes, ['aborted', 'aborted', 'aborted']);
  });

  test('or when the meter is told that the end is near', async () => {
    const held = await setup.openai.chat.completions.create(STREAM);
    setup.meter.instrumentation.settleOpenCalls();
    assert.equal(setup.meter.instrumentation.openCalls, 0);
    assert.equal(setup.meter.takeSpans().length, 1);
    assert.ok(held);
  });
});

function helpers(setup: ReturnType<typeof metered>) {
  return {
    /** Waits, collecting garbage, for so many calls to be settled. */
    async settled(spans: number): Promise<void> {
      const { instrumentation } = setup.meter;
      const isSo = await collectUntil(() => instrumentation.openCalls === 0);
      assert.ok(isSo, `${instrumentation.openCalls} of ${spans} calls are still open`);
    },
    async span(): Promise<ReadableSpan> {
      const [first, ...others] = setup.meter.takeSpans();
      assert.ok(first, 'there is a span');
      assert.equal(others.length, 0);
      assert.equal(setup.meter.instrumentation.openCalls, 0);
      return first;
    },
    async reasons(): Promise<Record<string, number>> {
      const points = await setup.meter.points();
      const counted: Record<string, number> = {};
      for (const { metric, labels, value } of points) {
        if (metric !== 'tokenmeter.unmetered.requests') continue;
        counted[String(labels.reason)] = (counted[String(labels.reason)] ?? 0) + Number(value);
      }
      return counted;
    },
  };
}

function tokensOf(text: string): number {
  const size = new TextSize();
  size.add(text);
  return size.tokens;
}

function seconds({ duration: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds + nanoseconds / 1e9;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
