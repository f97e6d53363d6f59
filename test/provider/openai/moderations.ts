import type OpenAI from 'openai';
import { listAt } from '../json.ts';
import type { Endpoint } from '../types.ts';

const textOnly = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'sexual/minors',
] as const;
const alsoImages = [
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'violence',
  'violence/graphic',
] as const;
const categories = [...textOnly, ...alsoImages];

/** Free. */
export const moderations: Endpoint = {
  name: 'moderations',
  kind: 'moderations',
  defaultModel: 'omni-moderation-latest',
  answer: ({ body, model, id }) => ({
    body: (): OpenAI.ModerationCreateResponse => ({
      id: id('modr-'),
      model,
      results: Array.from({ length: inputCount(body.input) }, () => harmless),
    }),
  }),
};

const harmless: OpenAI.Moderation = {
  flagged: false,
  categories: forEach(categories, false),
  category_scores: forEach(categories, 0.0001),
  category_applied_input_types: { ...forEach(textOnly, ['text']), ...forEach(alsoImages, ['text']) },
};

function forEach<Name extends string, T>(names: readonly Name[], value: T): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, value])) as Record<Name, T>;
}

/** A list of texts is as many inputs; text and images together are one. */
function inputCount(input: unknown): number {
  const texts = listAt({ input }, 'input').filter((item) => typeof item === 'string');
  return Math.max(1, texts.length);
}
