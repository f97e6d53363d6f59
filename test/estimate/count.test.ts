import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import { countTexts } from '../../src/estimate/count.ts';
import { estimateCost } from '../../src/estimate/index.ts';
import { PIECE_LENGTH, pieces } from '../../src/estimate/pieces.ts';
import { encodingOf, loadTokenizer, type Tokenizer } from '../../src/estimate/tokenizer.ts';
import { kinds, textOf } from './texts.ts';

const asText = { disallowedSpecial: new Set<string>() };
/** With the `u` flag, only a surrogate without its other half is one. */
const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text);
const count = (tokenizer: Tokenizer, text: string) => countTexts([text], (piece) => tokenizer.count(piece));

describe('the tokens of a text', () => {
  let tokenizers: { readonly cl100k_base: Tokenizer; readonly o200k_base: Tokenizer };
  before(async () => {
    tokenizers = {
      cl100k_base: await loadTokenizer('cl100k_base'),
      o200k_base: await loadTokenizer('o200k_base'),
    };
  });

  test('are those of tiktoken', async () => {
    const known: readonly [string, number, number][] = [
      ['', 0, 0],
      ['tiktoken is great!', 6, 6],
      ['antidisestablishmentarianism', 6, 6],
      ['2 + 2 = 4', 7, 7],
      ['お誕生日おめでとう', 9, 8],
      ['Hello, 世界! 👋🏽', 12, 8],
      ['<|endoftext|>', 7, 7],
    ];
    for (const [text, ofCl100k, ofO200k] of known) {
      assert.equal(await count(tokenizers.cl100k_base, text), ofCl100k, text);
      assert.equal(await count(tokenizers.o200k_base, text), ofO200k, text);
    }
  });

  for (const kind of kinds) {
    test(`are exact for short texts, and cost little to count in pieces: ${kind}`, async () => {
      const short = textOf(kind, 100);
      assert.equal(await count(tokenizers.o200k_base, short), o200k.countTokens(short, asText));
      assert.equal(await count(tokenizers.cl100k_base, short), cl100k.countTokens(short, asText));

      const long = textOf(kind, 20_000);
      const uncut = o200k.countTokens(long, asText);
      // No model is given lone surrogates: their runs are one character that is cut where it is longest.
      const allowed = kind === 'lone surrogates' ? 0.15 : 0.01;
      const error = Math.abs((await count(tokenizers.o200k_base, long)) - uncut) / uncut;
      assert.ok(error <= allowed, `${error}`);
    });
  }

  test('are exact for prose of any length, since it is cut between words', async () => {
    const text = textOf('English', 100_000);
    assert.equal(await count(tokenizers.o200k_base, text), o200k.countTokens(text, asText));
    assert.equal(await count(tokenizers.cl100k_base, text), cl100k.countTokens(text, asText));
  });

  test('are counted in turns: 1 MB of one letter leaves room for others', async () => {
    let turns = 0;
    const input = 'a'.repeat(1_000_000);
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    const { inputTokens } = await estimateCost({ provider: 'openai', model: 'text-embedding-4', input });
    running = false;
    assert.equal(inputTokens, 125_000);
    assert.ok(turns >= 100, `${turns} turns`);
  });

  test('are counted in turns where there are many short texts', async () => {
    let turns = 0;
    const texts = Array.from({ length: 10_000 }, () => 'a');
    const counting = countTexts(texts, () => 1);
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    assert.equal(await counting, 10_000);
    running = false;
    assert.ok(turns >= 10, `${turns} turns`);
  });

  test('do not wait for timers that a test has replaced', async (context) => {
    context.mock.method(globalThis, 'setImmediate', () => undefined);
    assert.equal(await count(tokenizers.o200k_base, 'a'.repeat(20_000)), 2500);
  });
});

describe('the pieces of a text', () => {
  test('are the text again, and split no character', () => {
    for (const kind of kinds) {
      const text = textOf(kind, 50_000);
      const parts = [...pieces(text)];
      assert.equal(parts.join(''), text);
      for (const part of parts) assert.ok(part.length > 0 && part.length <= PIECE_LENGTH, kind);
      if (isWellFormed(text))
        assert.ok(
          parts.every((part) => isWellFormed(part)),
          kind,
        );
    }
    const shifted = `a${'😀'.repeat(10_000)}`;
    assert.ok([...pieces(shifted)].every((part) => isWellFormed(part)));
  });

  test('of an empty text are none', () => {
    assert.deepEqual([...pieces('')], []);
  });
});

describe('the encoding of a model', () => {
  test('is cl100k_base before GPT-4o, else o200k_base', () => {
    const older = [
      'gpt-4',
      'gpt-4-0613',
      'gpt-4-32k',
      'gpt-4-turbo',
      'gpt-4-turbo-2024-04-09',
      'gpt-4-1106-preview',
    ];
    const others = ['gpt-3.5-turbo', 'gpt-35-turbo-16k', 'ft:gpt-3.5-turbo-0125:org::id', 'openai/gpt-4'];
    const embeddings = ['text-embedding-3-small', 'text-embedding-3-large', 'text-embedding-ada-002'];
    for (const model of [...older, ...others, ...embeddings])
      assert.equal(encodingOf(model), 'cl100k_base', model);
    for (const model of [
      'gpt-4o',
      'gpt-4o-mini',
      'gpt-4.1',
      'gpt-4.5-preview',
      'o3',
      'gpt-6.2-sol',
      'unheard-of',
    ])
      assert.equal(encodingOf(model), 'o200k_base', model);
  });
});
