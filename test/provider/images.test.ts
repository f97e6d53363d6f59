import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toFile } from 'openai';
import { all } from './clients.ts';
import { simulated } from './simulated.ts';

const set = simulated();
const model = 'gpt-image-2@in=50,imagein=30,out=272,textout=2';
const usage = {
  input_tokens: 50,
  input_tokens_details: { text_tokens: 20, image_tokens: 30 },
  output_tokens: 272,
  output_tokens_details: { text_tokens: 2, image_tokens: 270 },
  total_tokens: 322,
};
const image = () => toFile(Buffer.from('pixels'), 'in.png', { type: 'image/png' });

test('generations: usage and settings, and n images', async () => {
  const body = { model, prompt: 'A cat', n: 2, quality: 'high', size: '1024x1536' } as const;
  const answer = await set.sdk.openai.images.generate(body);
  assert.deepEqual(answer.usage, usage);
  assert.deepEqual([answer.quality, answer.size, answer.background], ['high', '1024x1536', 'opaque']);
  assert.equal(answer.output_format, 'png');
  assert.equal(answer.data?.length, 2);
  assert.ok(answer.data[0]?.b64_json);
  assert.deepEqual(set.lastBilled(), {
    endpoint: 'images.generations',
    model: 'gpt-image-2',
    stream: false,
    usage,
  });
});

test('generations, streamed: partial images, then one with usage', async () => {
  const body = { model, prompt: 'A cat', stream: true, partial_images: 2 } as const;
  const events = await all(await set.sdk.openai.images.generate(body));
  const types = events.map((event) => event.type);
  const partial = 'image_generation.partial_image';
  assert.deepEqual(types, [partial, partial, 'image_generation.completed']);
  const last = events.at(-1);
  assert.ok(last?.type === 'image_generation.completed');
  assert.deepEqual(last.usage, usage);
  assert.equal(set.lastBilled().stream, true);
});

test('edits are multipart, plain and streamed', async () => {
  const body = { model, prompt: 'A dog', image: [await image(), await image()] };
  assert.deepEqual((await set.sdk.openai.images.edit(body)).usage, usage);
  const received = set.provider.requests.at(-1)?.body as { image: object[]; prompt: string };
  assert.equal(received.prompt, 'A dog');
  assert.deepEqual(received.image[1], { name: 'in.png', type: 'image/png', size: 6 });
  const events = await all(await set.sdk.openai.images.edit({ ...body, stream: true }));
  assert.deepEqual(
    events.map((event) => event.type),
    ['image_edit.completed'],
  );
  assert.equal(set.lastBilled().endpoint, 'images.edits');
});

test('DALL·E: no usage, billed by image', async () => {
  const generated = await set.sdk.openai.images.generate({ model: 'dall-e-3', prompt: 'A cat', n: 1 });
  assert.deepEqual(Object.keys(generated), ['created', 'data']);
  assert.equal(generated.data?.[0]?.revised_prompt, 'A cat');
  const varied = await set.sdk.openai.images.createVariation({ image: await image(), n: 3, size: '512x512' });
  assert.equal(varied.data?.length, 3);
  const { endpoint, model: name, usage: charged } = set.lastBilled();
  assert.deepEqual([endpoint, name], ['images.variations', 'dall-e-2']);
  assert.deepEqual(charged, { images: 3, size: '512x512', quality: 'standard' });
});

test('a fault after so many partial images', async () => {
  const body = { model: 'gpt-image-2@errorat=1', prompt: 'A cat', stream: true } as const;
  const stream = await set.sdk.openai.images.generate(body);
  await assert.rejects(all(stream), /had an error/);
});
