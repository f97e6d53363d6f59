import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import { readAnthropicRequest } from '../../src/estimate/anthropic.ts';
import { countTexts } from '../../src/estimate/count.ts';
import { inTurns } from '../../src/estimate/in-turns.ts';
import { estimateCost } from '../../src/estimate/index.ts';
import { readOpenaiRequest } from '../../src/estimate/openai.ts';
import { PIECE_LENGTH, pieces } from '../../src/estimate/pieces.ts';
import { Ranks } from '../../src/estimate/ranks.ts';
import { type TokenBytes, tokensInFile, tokensInList } from '../../src/estimate/token-bytes.ts';
import { encodingOf, loadTokenizer, type Tokenizer } from '../../src/estimate/tokenizer.ts';
import { kinds, textOf } from './texts.ts';

const asText = { disallowedSpecial: new Set<string>() };
/** With the `u` flag, only a surrogate without its other half is one. */
const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text);
const count = (tokenizer: Tokenizer, text: string) => countTexts([text], (piece) => tokenizer.count(piece));

/** How often others could run while some work was done. */
async function turnsOf(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let running = true;
  const turn = () => {
    turns++;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await work;
  running = false;
  return turns;
}

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
    const input = 'a'.repeat(1_000_000);
    const estimating = estimateCost({ provider: 'openai', model: 'text-embedding-4', input });
    const turns = await turnsOf(estimating);
    assert.equal((await estimating).inputTokens, 125_000);
    assert.ok(turns >= 100, `${turns} turns`);
  });

  test('are counted in turns where there are many short texts', async () => {
    const texts = Array.from({ length: 10_000 }, () => 'a');
    const counting = countTexts(texts, () => 1);
    const turns = await turnsOf(counting);
    assert.equal(await counting, 10_000);
    assert.ok(turns >= 10, `${turns} turns`);
  });

  test('are read in steps where there are many messages, or many parts of one', () => {
    const messages = Array.from({ length: 100_000 }, () => ({ role: 'user', content: '' }));
    const parts = [{ role: 'user', content: messages.map(() => ({ type: 'text', text: '' })) }];
    const [openai, anthropic] = [{ provider: 'openai' } as const, { provider: 'anthropic' } as const];
    for (const given of [messages, parts]) {
      const request = { model: 'm', messages: given };
      for (const steps of [
        readOpenaiRequest({ ...openai, ...request }, 'm', undefined),
        readAnthropicRequest({ ...anthropic, ...request }, 'm'),
      ]) {
        let count = 0;
        while (!steps.next().done) count++;
        assert.ok(count >= 1000, `${count} steps`);
      }
    }
  });

  test('work in steps lets others run as soon as it has taken some time', async () => {
    function* slow(): Generator<undefined, string> {
      for (let step = 0; step < 5; step++) {
        for (const start = performance.now(); performance.now() - start < 6; );
        yield undefined;
      }
      return 'done';
    }
    const working = inTurns(slow());
    const turns = await turnsOf(working);
    assert.equal(await working, 'done');
    assert.ok(turns >= 4, `${turns} turns`);
  });

  test('are loaded in turns', async () => {
    const file = createRequire(import.meta.url).resolve('gpt-tokenizer/data/o200k_base.tiktoken');
    const turns = await turnsOf(Ranks.from(tokensInFile(await readFile(file))));
    assert.ok(turns >= 20, `${turns} turns`);
  });

  test('are the same from a file and from a module, which a bundled app may have', async () => {
    for (const [encoding, { default: list }] of [
      ['cl100k_base', await import('gpt-tokenizer/bpeRanks/cl100k_base')],
      ['o200k_base', await import('gpt-tokenizer/bpeRanks/o200k_base')],
    ] as const) {
      const file = createRequire(import.meta.url).resolve(`gpt-tokenizer/data/${encoding}.tiktoken`);
      const inFile = tokensInFile(await readFile(file));
      const inList = tokensInList(list);
      assert.equal(inFile.count, inList.count);
      const bytes = (tokens: TokenBytes) => Buffer.concat([...tokens].flatMap((one) => [one, Buffer.of(0)]));
      assert.ok(bytes(inFile).equals(bytes(inList)), encoding);
    }
  });

  test('are not loaded from what has none', async () => {
    for (const text of ['', '<html>', 'IQ== 5\nIg== 1\n', 'IQ==5'])
      await assert.rejects(Ranks.from(tokensInFile(Buffer.from(text))), TypeError, text);
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
