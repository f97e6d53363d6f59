import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type Anthropic from '@anthropic-ai/sdk';
import { all } from '../provider/clients.ts';
import type { Scenario } from '../provider/scenarios.ts';
import { type Provider, startProvider } from '../provider/server.ts';
import { missingFromMatrix, requireFromMatrix } from '../support/from-matrix.ts';
import { createMeter, type TestMeter } from '../support/meter.ts';
import { hello } from '../support/setup.ts';

const BEDROCK = '@anthropic-ai/bedrock-sdk';
const VERTEX = '@anthropic-ai/vertex-sdk';
const FOUNDRY = '@anthropic-ai/foundry-sdk';
const AWS = '@anthropic-ai/aws-sdk';
const missing = missingFromMatrix(BEDROCK, VERTEX, FOUNDRY, AWS);

const ANSWERED = 'claude-haiku-4-5-20251001';
const USED: Scenario = { in: 10, read: 30, out: 7 };
/** 10 x 1 + 30 x 0.1 + 7 x 5 dollars a million. */
const LIST_PRICE = 0.000048;

interface Case {
  readonly sdk: string;
  readonly client: string;
  /** `gen_ai.provider.name` */
  readonly vendor: string;
  readonly model: string;
  readonly responseModel?: string;
  readonly costUsd: number;
  readonly options: (url: string) => object;
  /** What the vendor wants to see of a request. */
  readonly path: RegExp;
  readonly headers?: Readonly<Record<string, RegExp>>;
  readonly lacks?: 'countTokens';
}

const aws = { awsRegion: 'us-east-1', awsAccessKey: 'test' };
const workspace = { awsRegion: 'us-east-1', workspaceId: 'wrkspc_1' };

const cases: Record<string, Case> = {
  Bedrock: {
    sdk: BEDROCK,
    client: 'AnthropicBedrock',
    vendor: 'aws.bedrock',
    model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    // A regional endpoint costs a tenth more.
    costUsd: 0.0000528,
    options: (baseURL) => ({ baseURL, ...aws, awsSecretKey: 'test' }),
    path: /^\/model\/us\.anthropic\..*\/invoke/,
    headers: { authorization: /^AWS4-HMAC-SHA256 / },
    lacks: 'countTokens',
  },
  'Bedrock Mantle': {
    sdk: BEDROCK,
    client: 'AnthropicBedrockMantle',
    vendor: 'aws.bedrock',
    model: 'anthropic.claude-haiku-4-5-20251001',
    responseModel: `anthropic.${ANSWERED}`,
    costUsd: LIST_PRICE,
    options: (url) => ({ baseURL: `${url}/anthropic`, ...aws, awsSecretAccessKey: 'test' }),
    path: /^\/anthropic\/v1\/messages$/,
    headers: { authorization: /\/us-east-1\/bedrock-mantle\/aws4_request/ },
  },
  'Vertex AI': {
    sdk: VERTEX,
    client: 'AnthropicVertex',
    vendor: 'gcp.vertex_ai',
    model: 'claude-haiku-4-5@20251001',
    // A regional endpoint, as above.
    costUsd: 0.0000528,
    options: (url) => ({
      baseURL: `${url}/v1`,
      region: 'us-east5',
      projectId: 'project',
      authClient: { getRequestHeaders: async () => ({}), projectId: 'project' },
    }),
    path: /^\/v1\/projects\/project\/locations\/us-east5\/publishers\/anthropic\/models\//,
  },
  'Microsoft Foundry, with a key': {
    sdk: FOUNDRY,
    client: 'AnthropicFoundry',
    vendor: 'azure.ai.inference',
    model: 'claude-haiku-4-5',
    costUsd: LIST_PRICE,
    options: (url) => ({ baseURL: `${url}/anthropic/`, apiKey: 'test' }),
    path: /^\/anthropic\/v1\/messages$/,
    headers: { 'x-api-key': /^test$/ },
  },
  "Microsoft Foundry, with a token of Entra's, under a deployment's name": {
    sdk: FOUNDRY,
    client: 'AnthropicFoundry',
    vendor: 'azure.ai.inference',
    model: `prod-chat@model=${ANSWERED}`,
    costUsd: LIST_PRICE,
    options: (url) => ({ baseURL: `${url}/anthropic`, azureADTokenProvider: async () => 'entra' }),
    path: /^\/anthropic\/v1\/messages$/,
    headers: { authorization: /^Bearer entra$/ },
  },
  'Claude Platform on AWS, signed': {
    sdk: AWS,
    client: 'AnthropicAws',
    // Run and priced by Anthropic itself; the package calls itself so on its own spans.
    vendor: 'anthropic',
    model: 'claude-haiku-4-5',
    costUsd: LIST_PRICE,
    options: (baseURL) => ({ baseURL, ...workspace, awsAccessKey: 'test', awsSecretAccessKey: 'test' }),
    path: /^\/v1\/messages$/,
    headers: {
      authorization: /\/us-east-1\/aws-external-anthropic\/aws4_request/,
      'anthropic-workspace-id': /^wrkspc_1$/,
    },
  },
  'Claude Platform on AWS, with a key': {
    sdk: AWS,
    client: 'AnthropicAws',
    vendor: 'anthropic',
    model: 'claude-haiku-4-5',
    costUsd: LIST_PRICE,
    options: (baseURL) => ({ baseURL, ...workspace, apiKey: 'test' }),
    path: /^\/v1\/messages$/,
    headers: { authorization: /^Bearer test$/ },
  },
};

describe("Anthropic's clients for cloud vendors", { skip: missing }, () => {
  let server: Provider;
  let meter: TestMeter;
  // Not in the models' names, which are as the vendors write them.
  let scenario = USED;
  const serve = () => startProvider({ scenario: () => scenario });
  before(async () => {
    server = await serve();
    meter = createMeter();
    for (const { sdk, client } of Object.values(cases)) {
      meter.instrumentation.manuallyInstrument(requireFromMatrix(sdk)[client]);
    }
  });
  after(async () => {
    meter.instrumentation.disable();
    await server.close();
  });

  function create({ sdk, client, options }: Case, { anthropicUrl } = server): Anthropic {
    return new (requireFromMatrix(sdk)[client])({ ...options(anthropicUrl), maxRetries: 0 });
  }

  /** The attributes of the spans of the calls since it was asked last. */
  function takeSpans() {
    assert.equal(meter.instrumentation.openCalls, 0);
    return meter.takeSpans().map(({ attributes }) => attributes);
  }

  for (const [name, vendorCase] of Object.entries(cases)) {
    const { vendor, model, responseModel = ANSWERED, costUsd, path, headers = {}, lacks } = vendorCase;
    const params = { model, max_tokens: 100, messages: hello };

    test(`${name}: plain, streamed, broken off`, async () => {
      const client = create(vendorCase);
      meter.takeSpans();
      await client.messages.create(params);
      const request = server.requests.at(-1);
      assert.match(request?.path ?? '', path);
      for (const [header, value] of Object.entries(headers)) {
        assert.match(String(request?.headers[header]), value);
      }
      for await (const _ of await client.messages.create({ ...params, stream: true }));
      for await (const event of await client.messages.create({ ...params, stream: true })) {
        if (event.type === 'content_block_delta') break;
      }
      const spans = takeSpans();
      assert.deepEqual(
        spans.map((span) => [
          span['gen_ai.provider.name'],
          span['gen_ai.request.model'],
          span['gen_ai.response.model'],
          span['tokenmeter.outcome'],
          span['gen_ai.usage.input_tokens'],
          span['tokenmeter.usage.estimated'],
        ]),
        [
          [vendor, model, responseModel, 'ok', 40, undefined],
          [vendor, model, responseModel, 'ok', 40, undefined],
          [vendor, model, responseModel, 'aborted', 40, true],
        ],
      );
      assert.deepEqual(
        spans
          .slice(0, 2)
          .map((span) => [span['gen_ai.usage.output_tokens'], span['gen_ai.usage.cost.amount']]),
        [
          [7, costUsd],
          [7, costUsd],
        ],
      );
      assert.ok(Number(spans[2]?.['gen_ai.usage.cost.amount']) > 0, JSON.stringify(spans[2]));
    });

    test(`${name}: the beta resource, the stream helper and a copy of the client`, async () => {
      const client = create(vendorCase);
      meter.takeSpans();
      await client.beta.messages.create(params);
      await client.messages.stream(params).finalMessage();
      await client.withOptions({ timeout: 1000 }).messages.create(params);
      for (const span of takeSpans()) {
        assert.equal(span['gen_ai.provider.name'], vendor);
        assert.equal(span['gen_ai.usage.cost.amount'], costUsd);
      }
    });

    test(`${name}: of SDKs before 0.134, whose clients do not name their platform`, async () => {
      const client = Object.assign(create(vendorCase), { _genAIProviderName: undefined });
      meter.takeSpans();
      await client.messages.create(params);
      assert.equal(takeSpans()[0]?.['gen_ai.provider.name'], vendor);
    });

    test(`${name}: an error of the vendor's`, async (t) => {
      scenario = { status: 429 };
      t.after(() => {
        scenario = USED;
      });
      meter.takeSpans();
      await assert.rejects(create(vendorCase).messages.create(params), { status: 429 });
      const [span] = takeSpans();
      assert.deepEqual(
        [span?.['gen_ai.provider.name'], span?.['tokenmeter.outcome'], span?.['error.type']],
        [vendor, 'error', '429'],
      );
    });

    if (lacks !== 'countTokens') {
      test(`${name}: counting tokens is no call of a model`, async () => {
        const before = await meter.sum('tokenmeter.requests');
        meter.takeSpans();
        const { input_tokens } = await create(vendorCase).messages.countTokens({ model, messages: hello });
        assert.equal(input_tokens, 40);
        assert.deepEqual(takeSpans(), []);
        assert.equal(await meter.sum('tokenmeter.requests'), before);
      });
    }

    test(`${name}: answers, events and requests are those of an SDK that is not metered`, async () => {
      // Two providers of one seed give the same ids, call by call.
      async function results() {
        const provider = await serve();
        const client = create(vendorCase, provider);
        const { data, request_id } = await client.messages.create(params).withResponse();
        const events = await all(await client.messages.create({ ...params, stream: true }));
        await provider.close();
        const sent = provider.requests.map(({ method, path, body }) => ({ method, path, body }));
        return { data, request_id, events, sent };
      }
      const metered = await results();
      meter.instrumentation.disable();
      const unmetered = await results();
      meter.instrumentation.enable();
      assert.equal(takeSpans().length > 0, true);
      assert.deepEqual(metered, unmetered);
    });
  }

  test("Claude Platform on AWS: a batch's results, once, at batch price", async () => {
    const client = create(cases['Claude Platform on AWS, signed'] as Case);
    const { batches } = client.messages;
    const params = { model: `${ANSWERED}@in=10,read=30,out=7,polls=0`, max_tokens: 10, messages: hello };
    meter.takeSpans();
    const { id } = await batches.create({ requests: [{ custom_id: 'a', params }] });
    for (let time = 0; time < 2; time++) assert.equal((await all(await batches.results(id))).length, 1);
    const spans = takeSpans();
    assert.deepEqual(
      spans.map((span) => [span['gen_ai.provider.name'], span['gen_ai.usage.cost.amount']]),
      [['anthropic', LIST_PRICE / 2]],
    );
  });

  test('Foundry has no batches, also where it is metered', () => {
    const client = create(cases['Microsoft Foundry, with a key'] as Case);
    assert.equal(client.messages.batches, undefined);
    assert.equal(client.models, undefined);
  });

  test('Foundry at the address of its resource', async () => {
    const { AnthropicFoundry } = requireFromMatrix(FOUNDRY);
    const hosts: string[] = [];
    const client = new AnthropicFoundry({
      resource: 'example',
      apiKey: 'test',
      fetch(url: string, init: RequestInit) {
        const { host, pathname } = new URL(url);
        hosts.push(host);
        return fetch(server.anthropicUrl + pathname, init);
      },
    });
    meter.takeSpans();
    await client.messages.create({ model: 'claude-haiku-4-5', max_tokens: 10, messages: hello });
    assert.deepEqual(hosts, ['example.services.ai.azure.com']);
    assert.equal(takeSpans()[0]?.['gen_ai.provider.name'], 'azure.ai.inference');
  });
});
