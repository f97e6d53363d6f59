import { readFile } from 'node:fs/promises';
import nodeModule from 'node:module';
import { BytePairEncoder } from './byte-pairs.ts';
import { Ranks } from './ranks.ts';
import { type TokenBytes, tokensInFile, tokensInList } from './token-bytes.ts';

export type EncodingName = 'cl100k_base' | 'o200k_base';

/** What is used of the optional package gpt-tokenizer. */
export interface Tokenizer {
  /** The tokens of a piece of text. */
  count(piece: string): number;
  /** The text that OpenAI makes of function definitions. May throw on what is no valid definition. */
  formatFunctions(functions: readonly object[]): string;
}

export type TokenizerLoader = (encoding: EncodingName) => Promise<Tokenizer>;

/** The models from before GPT-4o, with what may follow their names; all others use o200k_base. */
const CL100K = /^(?:ft:)?(?:gpt-4(?:-|$)|gpt-4-turbo|gpt-3\.?5|text-embedding-(?:3-|ada-002))/;

export function encodingOf(model: string): EncodingName {
  return CL100K.test(model.replace(/^(?:openai|azure)\//, '')) ? 'cl100k_base' : 'o200k_base';
}

/**
 * Bundlers: webpack and Vite leave these imports as they are, since they would take in 4 MB that few apps need, or
 * fail where the package is not installed; `catch` tells esbuild that this is no error.
 */
const PARTS = {
  cl100k_base: () =>
    import(/* webpackIgnore: true */ /* @vite-ignore */ 'gpt-tokenizer/bpeRanks/cl100k_base').catch(fail),
  o200k_base: () =>
    import(/* webpackIgnore: true */ /* @vite-ignore */ 'gpt-tokenizer/bpeRanks/o200k_base').catch(fail),
  splitters: () =>
    import(/* webpackIgnore: true */ /* @vite-ignore */ 'gpt-tokenizer/encodingParams/constants').catch(fail),
  functions: () =>
    import(/* webpackIgnore: true */ /* @vite-ignore */ 'gpt-tokenizer/functionCalling').catch(fail),
};

function fail(error: unknown): never {
  throw error;
}

const loaded = new Map<EncodingName, Promise<Tokenizer>>();

/** Loads gpt-tokenizer's data of one encoding, once. Rejects where it is not installed. */
export const loadTokenizer: TokenizerLoader = (encoding) => {
  const known = loaded.get(encoding);
  if (known !== undefined) return known;
  const loading = load(encoding);
  loaded.set(encoding, loading);
  return loading;
};

async function load(encoding: EncodingName): Promise<Tokenizer> {
  const [tokens, splitters, { formatFunctionDefinitions }] = await Promise.all([
    tokensOf(encoding),
    PARTS.splitters(),
    PARTS.functions(),
  ]);
  const splitter =
    encoding === 'cl100k_base' ? splitters.CL100K_TOKEN_SPLIT_REGEX : splitters.O200K_TOKEN_SPLIT_REGEX;
  const encoder = new BytePairEncoder(await Ranks.from(tokens), splitter);
  return {
    count: (piece) => encoder.count(piece),
    formatFunctions: (functions) => formatFunctionDefinitions(functions as Definitions),
  };
}

/** From a file, which can be read in turns. A module with the same tokens blocks the event loop while it is loaded. */
async function tokensOf(encoding: EncodingName): Promise<TokenBytes> {
  try {
    // Of the default import: webpack would make something else of a `createRequire` that it sees.
    const { resolve } = nodeModule.createRequire(import.meta.url);
    return tokensInFile(await readFile(resolve(`gpt-tokenizer/data/${encoding}.tiktoken`)));
  } catch {
    // A bundled app may be elsewhere than its modules were.
    const { default: list } = await PARTS[encoding]();
    return tokensInList(list);
  }
}

/** What is no definition makes it throw. */
type Definitions = Parameters<typeof import('gpt-tokenizer/functionCalling').formatFunctionDefinitions>[0];

/** Why `loadTokenizer` failed, in words for the user. */
export function whyNotLoaded(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^Cannot find package/.test(message)
    ? 'gpt-tokenizer is not installed (npm install gpt-tokenizer)'
    : `gpt-tokenizer cannot be used: ${message}`;
}
