/** What the overlay says about names rather than figures. */

export interface LeftOut {
  readonly provider: string;
  readonly names: readonly string[];
  readonly why: string;
}

const SEARCH_MODELS = [
  'gpt-4o-mini-search-preview',
  'gpt-4o-mini-search-preview-2025-03-11',
  'gpt-4o-search-preview',
  'gpt-4o-search-preview-2025-03-11',
  'gpt-5-search-api',
  'gpt-5-search-api-2025-10-14',
];

/** Models and names of genai-prices that the table must not price. */
export const leftOut: readonly LeftOut[] = [
  {
    provider: 'openai',
    names: [
      'gpt-4o:extended',
      'gpt-5-image',
      'gpt-5-image-mini',
      'gpt-5.4-image-2',
      'gpt-chat-latest',
      'gpt-oss-120b',
      'gpt-oss-20b',
      'gpt-oss-safeguard-20b',
    ],
    why: 'imported from OpenRouter: the price of another vendor',
  },
  { provider: 'openai', names: SEARCH_MODELS, why: 'genai-prices has no search fee; see unpricedNames' },
  { provider: 'openai', names: ['gpt-4o-mini-2024-07-18.ft-'], why: 'Azure deployment, whose price differs' },
  { provider: 'openai', names: ['moderation'], why: 'no model name; the real ones are in the overlay' },
];

/** Beginnings of names in `starts_with` clauses that are no names themselves. */
export const fragments: ReadonlySet<string> = new Set([
  'claude-sonnet-4-2025',
  'claude-sonnet-4@',
  'ft:gpt-4-0',
  'ft:gpt-4o-2024-',
  'ft:gpt-4o-mini-2024-',
  'gpt-4o-mini-audio',
  'gpt-4o-mini-realtime',
  'gpt-4o-realtime',
  'gpt-5-nano-',
]);

/** Exact names that the clauses stand for without saying them. */
export const knownNames: Readonly<Record<string, readonly string[]>> = {
  'claude-2': ['claude-2.0', 'claude-2.1', 'claude-v2:1'],
  'claude-3-5-sonnet': ['claude-3-5-sonnet-v2'],
  'claude-opus-4-6': ['claude-opus-4-6-thinking'],
  'computer-use': ['computer-use-preview'],
  'ft:gpt-3.5-turbo': ['ft:gpt-3.5-turbo-0125', 'ft:gpt-3.5-turbo-0613', 'ft:gpt-3.5-turbo-1106'],
};

/** Names that are known, so that no other price is taken, but have no price. */
export const unpricedNames: readonly LeftOut[] = [
  {
    provider: 'openai',
    names: ['gpt-4o-audio-preview-2024-10-01', 'gpt-4o-realtime-preview-2024-10-01'],
    why: 'not the price of the undated name, and not on hand',
  },
  {
    provider: 'openai',
    names: [...SEARCH_MODELS],
    why: 'each call carries a search fee that its usage does not report, many times the price of its tokens',
  },
];
