import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { imageSize } from '../../src/estimate/image-size.ts';
import { openaiImageTokens } from '../../src/estimate/openai-images.ts';
import { gif, jpeg, png, webp } from './images.ts';

describe('the size of an image', () => {
  test('is read from its header', () => {
    const images = [
      png,
      gif,
      jpeg,
      ...(['VP8 ', 'VP8L', 'VP8X'] as const).map((kind) => webp.bind(undefined, kind)),
    ];
    for (const image of images) assert.deepEqual(imageSize(image(640, 480)), { width: 640, height: 480 });
  });

  test('is not known of other data, of data that ends early, and of nothing', () => {
    for (const data of [
      '',
      '!!!',
      'AAAA',
      btoa('%PDF-1.7'.repeat(10)),
      png(640, 480).slice(0, 20),
      png(0, 480),
    ])
      assert.equal(imageSize(data), undefined, data);
    assert.equal(imageSize(btoa(`\xff\xd8\xff\xe1\xff\xff${'x'.repeat(100)}`)), undefined);
  });
});

describe('the tokens of an image for OpenAI', () => {
  const url = (width: number, height: number) => `data:image/png;base64,${png(width, height)}`;

  test('are those of its documentation', () => {
    assert.equal(openaiImageTokens('gpt-4o', url(1024, 1024), 'high'), 765);
    assert.equal(openaiImageTokens('gpt-4o', url(2048, 4096), 'high'), 1105);
    assert.equal(openaiImageTokens('gpt-4o', url(128, 64), undefined), 255);
    assert.equal(openaiImageTokens('gpt-4o-2024-08-06', 'https://example.com/cat.png', 'low'), 85);
    assert.equal(openaiImageTokens('gpt-4o-mini', undefined, 'low'), 2833);
    assert.equal(openaiImageTokens('ft:gpt-4o', url(1024, 1024), 'high'), 765);
  });

  test('are at least those of one tile, however thin it is', () => {
    assert.equal(openaiImageTokens('gpt-4o', url(2 ** 32 - 1, 1), 'high'), 85 + 4 * 170);
  });

  test('are not known of an image elsewhere, or for a model without a documented rule', () => {
    assert.equal(openaiImageTokens('gpt-4o', 'https://example.com/cat.png', 'high'), undefined);
    assert.equal(openaiImageTokens('gpt-4o', 'data:image/png;base64,', 'high'), undefined);
    for (const model of ['gpt-6.2-sol', 'gpt-4.1-mini', 'gpt-5-mini'])
      assert.equal(openaiImageTokens(model, url(10, 10), 'low'), undefined, model);
  });
});
