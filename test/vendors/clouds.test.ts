import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type Anthropic from '@anthropic-ai/sdk';
import { type Provider, startProvider } from '../provider/server.ts';
import { missingFromMatrix, requireFromMatrix } from '../support/from-matrix.ts';
import { createMeter, type TestMeter } from '../support/meter.ts';
import { hello } from '../support/setup.ts';

const BEDROCK = '@anthropic-ai/bedrock-sdk';
const VERTEX = '@anthropic-ai/vertex-sdk';

describe("Anthropic's clients for cloud vendors", { skip: missingFromMatrix(BEDROCK, VERTEX) }, () => {
  let server: Provider;
  let meter: TestMeter;
  before(async () => {
    server = await startProvider();
    meter = createMeter();
  });
  after(async () => {
    meter.instrumentation.disable();
    await server.close();
  });

  const cases: [name: string, vendor: string, model: string, client: () => Anthropic][] = [
    [
      'Bedrock',
      'aws.bedrock',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0@in=10,read=30,out=7',
      () => {
        const { AnthropicBedrock } = requireFromMatrix(BEDROCK);
        meter.instrumentation.manuallyInstrument(AnthropicBedrock);
        return new AnthropicBedrock({
          baseURL: server.anthropicUrl,
          awsRegion: 'us-east-1',
          awsAccessKey: 'test',
          awsSecretKey: 'test',
          maxRetries: 0,
        });
      },
    ],
    [
      'Vertex AI',
      'gcp.vertex_ai',
      'claude-sonnet-4-5@20250929@in=10,read=30,out=7',
      () => {
        const { AnthropicVertex } = requireFromMatrix(VERTEX);
        meter.instrumentation.manuallyInstrument(AnthropicVertex);
        return new AnthropicVertex({
          baseURL: `${server.anthropicUrl}/v1`,
          region: 'us-east5',
          projectId: 'project',
          authClient: { getRequestHeaders: async () => ({}), projectId: 'project' },
          maxRetries: 0,
        });
      },
    ],
  ];

  for (const [name, vendor, model, create] of cases) {
    test(`${name}: plain, streamed, broken off`, async () => {
      const client = create();
      const params = { model, max_tokens: 100, messages: hello };
      meter.takeSpans();
      await client.messages.create(params);
      for await (const _ of await client.messages.create({ ...params, stream: true }));
      for await (const event of await client.messages.create({ ...params, stream: true })) {
        if (event.type === 'content_block_delta') break;
      }
      const spans = meter.takeSpans().map(({ attributes }) => attributes);
      assert.deepEqual(
        spans.map((span) => [
          span['gen_ai.provider.name'],
          span['tokenmeter.outcome'],
          span['gen_ai.usage.input_tokens'],
          span['tokenmeter.usage.estimated'],
        ]),
        [
          [vendor, 'ok', 40, undefined],
          [vendor, 'ok', 40, undefined],
          [vendor, 'aborted', 40, true],
        ],
      );
      for (const span of spans) assert.ok(Number(span['gen_ai.usage.cost.amount']) > 0, JSON.stringify(span));
    });
  }
});
