/** Who asks what in the invented company of the pictures. Prices are in dollars for a million tokens. */
export interface Model {
  readonly provider: 'anthropic' | 'openai';
  /** What answers under this name. */
  readonly served: string;
  /** Undefined: no price is known. */
  readonly price?: { readonly input: number; readonly cached: number; readonly output: number };
  readonly seconds: number;
  readonly firstChunkSeconds: number;
}

export const models = {
  'claude-opus-4-5': {
    provider: 'anthropic',
    served: 'claude-opus-4-5-20251101',
    price: { input: 5, cached: 0.5, output: 25 },
    seconds: 4.8,
    firstChunkSeconds: 1.1,
  },
  'claude-sonnet-4-5': {
    provider: 'anthropic',
    served: 'claude-sonnet-4-5-20250929',
    price: { input: 3, cached: 0.3, output: 15 },
    seconds: 3.1,
    firstChunkSeconds: 0.8,
  },
  'claude-haiku-4-5': {
    provider: 'anthropic',
    served: 'claude-haiku-4-5-20251001',
    price: { input: 1, cached: 0.1, output: 5 },
    seconds: 1.1,
    firstChunkSeconds: 0.4,
  },
  'gpt-5': {
    provider: 'openai',
    served: 'gpt-5-2025-08-07',
    price: { input: 1.25, cached: 0.125, output: 10 },
    seconds: 2.4,
    firstChunkSeconds: 0.6,
  },
  'gpt-4.1-mini': {
    provider: 'openai',
    served: 'gpt-4.1-mini-2025-04-14',
    price: { input: 0.4, cached: 0.1, output: 1.6 },
    seconds: 1.5,
    firstChunkSeconds: 0.5,
  },
  'gpt-5.1': {
    provider: 'openai',
    served: 'gpt-5.1-2025-11-13',
    price: { input: 1.25, cached: 0.125, output: 10 },
    seconds: 7.5,
    firstChunkSeconds: 3.2,
  },
  'text-embedding-3-small': {
    provider: 'openai',
    served: 'text-embedding-3-small',
    price: { input: 0.02, cached: 0.02, output: 0 },
    seconds: 0.2,
    firstChunkSeconds: 0,
  },
  'llama-3.3-70b': {
    provider: 'openai',
    served: 'llama-3.3-70b',
    seconds: 2.2,
    firstChunkSeconds: 0.7,
  },
} as const satisfies Record<string, Model>;

export interface Habit {
  readonly app: 'shop' | 'support-bot';
  readonly user?: string;
  readonly team?: string;
  readonly feature?: string;
  readonly model: keyof typeof models;
  /** At the busiest time of the day. */
  readonly callsAnHour: number;
  readonly input: number;
  readonly output: number;
  /** Shares. */
  readonly cached?: number;
  readonly aborted?: number;
  readonly failing?: Readonly<Record<string, number>>;
  /** When, in hours of the day; otherwise in office hours. */
  readonly atNight?: boolean;
  /** Somebody new. */
  readonly sinceHours?: number;
}

const chat = (user: string, team: string, callsAnHour: number): Habit => ({
  app: 'support-bot',
  user,
  team,
  feature: 'chat',
  model: 'gpt-4.1-mini',
  callsAnHour,
  input: 1900,
  output: 240,
  cached: 0.8,
  aborted: 0.02,
});

export const habits: readonly Habit[] = [
  {
    app: 'shop',
    user: 'dmitri',
    team: 'legal',
    feature: 'review',
    model: 'claude-opus-4-5',
    callsAnHour: 80,
    input: 21_000,
    output: 420,
    cached: 0.78,
  },
  {
    app: 'shop',
    user: 'lena',
    team: 'legal',
    feature: 'summarize',
    model: 'claude-sonnet-4-5',
    callsAnHour: 120,
    input: 5200,
    output: 190,
    cached: 0.2,
    failing: { '529': 0.03 },
  },
  {
    app: 'shop',
    user: 'ada',
    team: 'research',
    feature: 'agent',
    model: 'gpt-5.1',
    callsAnHour: 200,
    input: 6400,
    output: 1100,
    cached: 0.35,
    failing: { '500': 0.015 },
  },
  {
    app: 'shop',
    user: 'kai',
    team: 'research',
    feature: 'agent',
    model: 'gpt-5',
    callsAnHour: 150,
    input: 3400,
    output: 380,
    cached: 0.3,
    sinceHours: 20,
  },
  {
    app: 'shop',
    user: 'farid',
    team: 'growth',
    feature: 'drafts',
    model: 'gpt-5',
    callsAnHour: 175,
    input: 2700,
    output: 520,
    cached: 0.1,
    aborted: 0.12,
  },
  {
    app: 'shop',
    user: 'ines',
    team: 'growth',
    feature: 'drafts',
    model: 'claude-sonnet-4-5',
    callsAnHour: 70,
    input: 2200,
    output: 480,
    aborted: 0.08,
  },
  {
    app: 'shop',
    user: 'nightly-index',
    team: 'platform',
    feature: 'index',
    model: 'claude-haiku-4-5',
    callsAnHour: 840,
    input: 2100,
    output: 160,
    failing: { '429': 0.07 },
    atNight: true,
  },
  {
    app: 'shop',
    user: 'nightly-index',
    team: 'platform',
    feature: 'index',
    model: 'text-embedding-3-small',
    callsAnHour: 320,
    input: 6000,
    output: 0,
    atNight: true,
  },
  chat('maria', 'support', 480),
  chat('tom', 'support', 330),
  chat('yuki', 'support', 210),
  chat('omar', 'sales', 90),
  chat('hana', 'sales', 6),
  chat('otto', 'sales', 1),
  { ...chat('tom', 'support', 140), model: 'llama-3.3-70b' },
  { app: 'support-bot', model: 'gpt-4.1-mini', callsAnHour: 300, input: 1500, output: 200, cached: 0.85 },
];
