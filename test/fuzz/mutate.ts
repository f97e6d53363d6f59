/** Changes of JSON values, some into what no JavaScript value can say. */
import fc from 'fast-check';

export interface Mutation {
  /** Which of the paths of the value, modulo their number. */
  readonly path: number;
  /** Only paths at or below a key that has this in its name. */
  readonly near: 'usage' | '';
  readonly change: 'remove' | 'rename' | 'replace' | 'repeat';
  /** Which of the odd values or names, modulo their number. */
  readonly what: number;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  path: fc.nat(500),
  near: fc.constantFrom('usage' as const, 'usage', ''),
  change: fc.constantFrom('replace' as const, 'remove', 'rename', 'repeat'),
  // Half of them among the first, which are numbers.
  what: fc.oneof(fc.nat(14), fc.nat(500)),
});

const RAW = '@raw:';
/** JSON text that stands in a value as it is. */
const raw = (text: string) => RAW + text;
const nested = (depth: number, open: string, close: string) => raw(open.repeat(depth) + close.repeat(depth));

const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  -5,
  0.5,
  1e308,
  1e21,
  Number.MAX_SAFE_INTEGER,
  raw('1e400'),
  raw('-1e400'),
  raw('-0'),
  raw('9007199254740993'),
  raw('123456789012345678901234567890123456789012345678901234567890'),
  raw('1E-400'),
  'NaN',
  '12',
  '',
  '__proto__',
  'constructor',
  'toString',
  'gpt-4.1',
  'claude-sonnet-4-5',
  raw(String.raw`"\ud800"`),
  raw(String.raw`"\u0000"`),
  '東京 👋 naïve',
  'x'.repeat(3000),
  [],
  [1, [2, [3]]],
  [null],
  {},
  raw('{"toJSON":"x","then":1,"valueOf":null,"toString":3,"length":2,"constructor":"y"}'),
  raw('{"__proto__":{"input_tokens":7,"prompt_tokens":7,"polluted":true},"input_tokens":1}'),
  raw('{"prompt_tokens":1,"prompt_tokens":-2,"input_tokens":3,"input_tokens":"4"}'),
  { prompt_tokens: 10, completion_tokens: 1e308, input_tokens: 1e308, output_tokens: 1e308 },
  { prompt_tokens: 1, completion_tokens: { toString: 'x' }, input_tokens: [5], output_tokens: [[7]] },
  nested(300, '[', ']'),
  raw(`${'{"usage":'.repeat(200)}1${'}'.repeat(200)}`),
];

const oddNames: readonly string[] = [
  '__proto__',
  'constructor',
  'toJSON',
  'then',
  'usage',
  'error',
  'type',
  '',
  'choices',
  'model',
  'catch',
  'controller',
  'iterator',
];

export const oddValue = (what: number): unknown => oddValues[what % oddValues.length];

/** The value after all mutations; the one given stays as it is. */
export function mutate(value: unknown, mutations: readonly Mutation[]): unknown {
  const root = { value: structuredClone(value) };
  for (const one of mutations) apply(root, one);
  return root.value;
}

type Holder = Record<string, unknown>;

function apply(root: Holder, { path, near, change, what }: Mutation): void {
  const places = [...placesIn(root, near === '')];
  const place = places[path % Math.max(1, places.length)];
  if (!place) return;
  const { holder, key } = place;
  const value = holder[key];
  if (change === 'replace') set(holder, key, structuredClone(oddValue(what)));
  else if (Array.isArray(holder)) {
    if (change === 'remove') holder.splice(Number(key), 1);
    else holder.splice(Number(key), 0, structuredClone(value));
  } else if (change === 'repeat') set(holder, key, [value, value]);
  else if (holder !== root) {
    Reflect.deleteProperty(holder, key);
    if (change === 'rename') set(holder, oddNames[what % oddNames.length] ?? '', value);
  }
}

/** Also a key like `__proto__` becomes one of the object's own. */
function set(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

function* placesIn(holder: Holder, counts: boolean): Generator<{ holder: Holder; key: string }> {
  for (const [key, value] of Object.entries(holder)) {
    const inside = counts || key.includes('usage');
    if (inside) yield { holder, key };
    if (typeof value === 'object' && value !== null) yield* placesIn(value as Holder, inside);
  }
}

/** JSON text, with the raw parts in it. */
export function serialise(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? 'null';
  return text.replace(/"@raw:(?:[^"\\]|\\.)*"/g, (found) => JSON.parse(found).slice(RAW.length));
}
