import type { Confidence, Price, PriceTable, ProviderPrices } from './types.ts';

export interface Match {
  /** The table's name of the model. */
  readonly model: string;
  readonly prices: readonly Price[];
  readonly confidence: Confidence;
  /** The name says that a regional endpoint served the call. */
  readonly regional: boolean;
}

interface Candidate {
  readonly name: string;
  readonly regional: boolean;
}

const CACHE_SIZE = 1000;
const LONGEST_NAME = 200;

// Each rule replaces the whole name or its anchored end, so that none can match an open prefix.
// The last form is that of gpt-3.5-turbo-instruct:20230824-v2.
const DATE_SUFFIX = /(?:-(?<date>20\d{2}-?\d{2}-?\d{2})|:(?<build>20\d{6})-v\d+)$/;
const LATEST_SUFFIX = /-latest$/;
const VERTEX_VERSION = /@(?:(20\d{6})|default|latest)$/;
const BEDROCK = /^(?:(us|eu|apac|jp|au|ca|sa|me|af|global)\.)?anthropic\.(.+)$/;
/** What a profile or a model of Bedrock's is called where its name must say whose it is; the last part is its id. */
const BEDROCK_ARN = /^arn:aws:bedrock:[a-z0-9-]*:\d*:(?:inference-profile|foundation-model)\//;
const BEDROCK_VERSION = /-v\d+(?::\d+)?$/;
const FINE_TUNED = /^(ft:[^:]+):/;

interface Entry {
  readonly model: string;
  readonly prices: readonly Price[];
}
type Named = ReadonlyMap<string, Entry>;

/** The names that a table knows, and those that stand for them. */
export class ModelNames {
  readonly #providers: ReadonlyMap<string, { named: Named; found: Map<string, Match | undefined> }>;

  constructor(table: PriceTable) {
    this.#providers = new Map(
      Object.entries(table.providers).map(([provider, prices]) => [
        provider,
        { named: namesIn(prices), found: new Map() },
      ]),
    );
  }

  get providers(): readonly string[] {
    return [...this.#providers.keys()];
  }

  hasProvider(provider: string): boolean {
    return this.#providers.has(provider);
  }

  /** Finds the model that a name stands for; undefined when the table cannot tell. Never matches a mere prefix. */
  match(provider: string, name: unknown): Match | undefined {
    const known = this.#providers.get(provider);
    if (known === undefined || typeof name !== 'string' || name.length > LONGEST_NAME) return undefined;

    const { named, found } = known;
    const before = found.get(name);
    if (before !== undefined || found.has(name)) return before;
    const match = find(named, provider, name);
    if (found.size >= CACHE_SIZE) found.clear();
    found.set(name, match);
    return match;
  }
}

function namesIn({ models, aliases }: ProviderPrices): Named {
  const named = new Map<string, Entry>();
  for (const [model, prices] of Object.entries(models)) named.set(model, { model, prices });
  for (const [alias, model] of Object.entries(aliases)) {
    named.set(alias, { model, prices: models[model] ?? [] });
  }
  return named;
}

function find(named: Named, provider: string, name: string): Match | undefined {
  for (const candidate of candidates(provider, name)) {
    const entry = named.get(candidate.name);
    if (entry === undefined) continue;
    const confidence = entry.model === name ? 'exact' : 'alias';
    return { ...entry, confidence, regional: candidate.regional };
  }
  return undefined;
}

/** The names to look up, the most specific first. */
function* candidates(provider: string, name: string): Generator<Candidate> {
  yield { name, regional: false };
  for (const base of vendorForms(provider, name)) {
    yield base;
    yield* dateless(base);
  }
}

/** The name as the provider itself would write it, without a gateway's or a cloud vendor's additions. */
function* vendorForms(provider: string, fullName: string): Generator<Candidate> {
  const prefix = `${provider}/`;
  const name = fullName.startsWith(prefix) ? fullName.slice(prefix.length) : fullName;

  const fineTuned = FINE_TUNED.exec(name)?.[1];
  const bedrock = provider === 'anthropic' ? BEDROCK.exec(name.replace(BEDROCK_ARN, '')) : null;
  if (fineTuned !== undefined) {
    yield { name: fineTuned, regional: false };
  } else if (bedrock !== null) {
    const [, region, model = ''] = bedrock;
    const regional = region !== undefined && region !== 'global';
    yield { name: model, regional };
    yield { name: model.replace(BEDROCK_VERSION, ''), regional };
  } else {
    yield { name: name.replace(VERTEX_VERSION, (_, date) => (date ? `-${date}` : '')), regional: false };
  }
}

function* dateless({ name, regional }: Candidate): Generator<Candidate> {
  yield { name: name.replace(LATEST_SUFFIX, ''), regional };
  const date = DATE_SUFFIX.exec(name);
  if (date === null || !isDay(date.groups?.date ?? date.groups?.build ?? '')) return;
  const undated = name.slice(0, date.index);
  if (!DATE_SUFFIX.test(undated)) yield { name: undated, regional };
}

function isDay(digits: string): boolean {
  const date = digits.replace(/^(\d{4})-?(\d{2})-?(\d{2})$/, '$1-$2-$3');
  const time = Date.parse(date);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}
