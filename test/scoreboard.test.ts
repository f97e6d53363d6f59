/**
 * The first table of ../shared/facts/peers.md, "existing instrumentations, measured", as tests of this one:
 * a row is a test of the same name, on each SDK that it applies to. The row "budgets, limits, alert rules"
 * is not here: those come with later issues.
 */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { VERSION as anthropicVersion } from '@anthropic-ai/sdk/version';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { VERSION as openaiVersion } from 'openai/version';
import { withUsageContext } from '../src/index.ts';
import { chat, claude, responses, type Sdk } from './scoreboard-sdks.ts';
import { collectUntil } from './support/gc.ts';
import { metered } from './support/setup.ts';

const setup = metered();

/** A row, on both SDKs unless it is about one. */
function row(name: string, run: (sdk: Sdk) => Promise<void>, sdks = [chat, responses, claude]): void {
  test(name, async (t: TestContext) => {
    for (const connect of sdks) {
      const sdk = connect(setup);
      await t.test(sdk.name, () => run(sdk));
    }
  });
}

describe('scoreboard', () => {
  row('`chat.completions.parse`', async (sdk) => {
    const parsed = (await sdk.parse()) as { answer: string };
    assert.equal(typeof parsed.answer, 'string');
    assertMetered(sdk);
  });

  row('`asResponse().json()`', async (sdk) => {
    const response = await sdk.create().asResponse();
    assert.equal(response.status, 200);
    assert.ok(((await response.json()) as { usage: unknown }).usage);
    assertMetered(sdk);
  });

  row('`withResponse()` on a stream', async (sdk) => {
    const { data, response } = await sdk.stream().withResponse();
    assert.equal(response.status, 200);
    assert.notEqual(await textOf(sdk, data), '');
    assertMetered(sdk);
  });

  row('`.stream()` helper', async (sdk) => {
    assert.match(String(await sdk.helper()), /^Hi /);
    assertMetered(sdk);
  });

  row('`.tee()`', async (sdk) => {
    const [left, right] = (await sdk.stream()).tee();
    const text = await textOf(sdk, left);
    assert.match(text, /^Hi /);
    assert.equal(await textOf(sdk, right), text);
    assertMetered(sdk);
  });

  row('early `break`', async (sdk) => {
    for await (const event of await sdk.stream(',hangat=2')) {
      if (sdk.textOf(event as never) !== '') break;
    }
    assert.equal(await setup.server.requests.at(-1)?.ended, 'disconnected', 'the request is cancelled');
    assertCutShort(sdk, 'aborted');
  });

  row('stream never read', async (sdk) => {
    const before = await unmetered('abandoned');
    await (async () => void (await sdk.stream()))();
    const { instrumentation } = setup.meter;
    assert.ok(await collectUntil(() => instrumentation.openCalls === 0), 'the call is settled');
    const [span] = takeSpan();
    assert.equal(span.attributes['tokenmeter.outcome'], 'aborted');
    assert.equal(span.attributes['tokenmeter.unmetered.reason'], 'abandoned');
    assert.equal(await unmetered('abandoned'), before + 1);
  });

  row('error mid-stream', async (sdk) => {
    let text = '';
    await assert.rejects(async () => {
      for await (const event of await sdk.stream(',errorat=2')) text += sdk.textOf(event as never);
    });
    assert.notEqual(text, '', 'the app got what came before the error');
    const { attributes, status } = assertCutShort(sdk, 'error');
    assert.equal(attributes['error.type'], 'APIError');
    assert.equal(status.code, 2);
  });

  row('401', async (sdk) => {
    for (const call of [() => sdk.create(',status=401'), () => sdk.stream(',status=401')]) {
      await assert.rejects(call, { status: 401 });
      const [{ attributes }] = takeSpan();
      assert.equal(attributes['tokenmeter.outcome'], 'error');
      assert.equal(attributes['error.type'], '401');
      assert.equal(attributes['gen_ai.usage.cost.amount'], undefined, 'it cost nothing');
    }
  });

  // A response without `output` is refused by the SDK itself.
  row(
    'reply without `choices`',
    async (sdk) => {
      const { usage, ...answer } = await sdk.create(',nochoices');
      assert.ok(usage);
      for (const key of ['choices', 'content']) assert.ok(!(key in answer));
      assertMetered(sdk);
    },
    [chat, claude],
  );

  row('usage on a plain stream', async (sdk) => {
    for await (const event of await sdk.stream()) {
      if (sdk.name === 'openai')
        assert.ok(!Object.hasOwn(event as object, 'usage'), 'which was not asked for');
    }
    assertMetered(sdk);
  });

  row(
    'Anthropic input incl. cache (truth 60)',
    async (sdk) => {
      const sum = () => setup.meter.sum('gen_ai.client.inference.usage.input_tokens', labels(sdk));
      const before = await sum();
      await sdk.create();
      assert.equal(assertMetered(sdk).attributes['gen_ai.usage.input_tokens'], 60);
      assert.equal((await sum()) - before, 60);
    },
    [claude],
  );

  row('metrics', async (sdk) => {
    const user = `metrics ${sdk.name}`;
    await withUsageContext({ user }, async () => textOf(sdk, await sdk.stream()));
    const own = { ...labels(sdk), 'user.id': user };
    const { meter } = setup;
    assert.equal(await meter.sum('tokenmeter.requests', { ...own, outcome: 'ok' }), 1);
    assert.equal(await meter.sum('gen_ai.client.inference.usage.input_tokens', own), sdk.usage.input);
    assert.equal(await meter.sum('gen_ai.client.inference.usage.output_tokens', own), sdk.usage.output);
    const histograms = (await meter.points()).filter(({ value }) => typeof value === 'object');
    for (const name of ['duration', 'time_to_first_chunk', 'time_per_output_chunk']) {
      const points = histograms.filter(({ metric }) => metric === `gen_ai.client.inference.${name}`);
      assert.ok(
        points.some(({ labels: found }) => found['gen_ai.provider.name'] === sdk.provider),
        name,
      );
    }
    assertMetered(sdk);
  });

  row('cost', async (sdk) => {
    const user = `cost ${sdk.name}`;
    await withUsageContext({ user }, () => sdk.create());
    const cost = await setup.meter.sum('tokenmeter.cost.usd', { ...labels(sdk), 'user.id': user });
    assert.equal(cost, sdk.usage.costUsd);
    assert.equal(assertMetered(sdk).attributes['gen_ai.usage.cost.currency'], 'USD');
    // A model that no price is known of is not free.
    const of = { ...labels(sdk), 'gen_ai.request.model': 'llama-9' };
    const before = await setup.meter.sum('tokenmeter.unpriced.requests', of);
    await sdk.unpriced();
    assert.equal(takeSpan()[0].attributes['gen_ai.usage.cost.amount'], undefined);
    assert.equal(await setup.meter.sum('tokenmeter.unpriced.requests', of), before + 1);
  });

  row('user on metrics', async (sdk) => {
    const team = sdk.name;
    await Promise.all(
      ['ann', 'bob', 'bob'].map((user) => withUsageContext({ user, team }, () => sdk.create())),
    );
    const requests = (user: string) =>
      setup.meter.sum('tokenmeter.requests', { ...labels(sdk), 'user.id': user, team });
    assert.deepEqual([await requests('ann'), await requests('bob')], [1, 2]);
    assert.equal(setup.meter.takeSpans().length, 3);
    for (const { value, labels: found } of await setup.meter.points()) {
      if (typeof value === 'object') assert.ok(!('user.id' in found), 'no user on a histogram');
    }
  });

  row(
    'openai 7',
    async (sdk) => {
      assert.match(openaiVersion, /^7\./);
      await sdk.create();
      assertMetered(sdk);
    },
    [chat, responses],
  );

  row(
    '@anthropic-ai/sdk 1',
    async (sdk) => {
      assert.match(anthropicVersion, /^1\./);
      await sdk.create();
      assertMetered(sdk);
    },
    [claude],
  );
});

const labels = (sdk: Sdk) => ({ 'gen_ai.provider.name': sdk.provider });
const unmetered = (reason: string) => setup.meter.sum('tokenmeter.unmetered.requests', { reason });

async function textOf(sdk: Sdk, events: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const event of events) text += sdk.textOf(event as never);
  return text;
}

/** The one span of the one call. */
function takeSpan(): [ReadableSpan] {
  const spans = setup.meter.takeSpans();
  assert.equal(spans.length, 1, 'one call, one span');
  assert.equal(setup.meter.instrumentation.openCalls, 0);
  return spans as [ReadableSpan];
}

/** The call went well, and its span has all that it used and what that cost. */
function assertMetered({ provider, usage }: Sdk): ReadableSpan {
  const [span] = takeSpan();
  const { attributes } = span;
  assert.equal(attributes['gen_ai.provider.name'], provider);
  assert.equal(attributes['tokenmeter.outcome'], 'ok');
  assert.equal(attributes['tokenmeter.usage.estimated'], undefined);
  assert.equal(attributes['gen_ai.usage.input_tokens'], usage.input);
  assert.equal(attributes['gen_ai.usage.output_tokens'], usage.output);
  assert.equal(attributes['gen_ai.usage.cost.amount'], usage.costUsd);
  return span;
}

/** What a stream used before it was cut short was not told: it is estimated, and priced. */
function assertCutShort(sdk: Sdk, outcome: 'aborted' | 'error'): ReadableSpan {
  const [span] = takeSpan();
  const { attributes } = span;
  assert.equal(attributes['tokenmeter.outcome'], outcome);
  assert.equal(attributes['tokenmeter.usage.estimated'], true);
  const input = Number(attributes['gen_ai.usage.input_tokens']);
  // Anthropic tells the input when a stream begins.
  assert.ok(sdk.provider === 'anthropic' ? input === sdk.usage.input : input > 0, `${input} tokens of input`);
  assert.ok(Number(attributes['gen_ai.usage.output_tokens']) > 0);
  assert.ok(Number(attributes['gen_ai.usage.cost.amount']) > 0);
  return span;
}
