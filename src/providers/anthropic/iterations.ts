import { sumOfTokens, type Tokens, type Usage, type UsagePart } from '../../usage.ts';
import { fieldsOf, text } from '../fields.ts';
import { isPossible, readTokens } from './tokens.ts';

/** More than an answer can take. */
const MAX_ITERATIONS = 10_000;

/** What made the answer, and what was done beside it: the totals of the usage have nothing of that. */
const OF_THE_ANSWER = new Set(['message', 'fallback_message']);
const BESIDE_IT = new Set(['compaction', 'advisor_message']);

interface Iteration extends UsagePart {
  readonly type: string;
}

/** What an answer used, as its iterations tell, or its totals where they are none, or wrong. */
type Told = Pick<Usage, 'parts' | 'unclear'> & { readonly tokens: Tokens };

/**
 * An answer takes several iterations where tools run on the server. Each tells its own writes to the cache, of
 * which the totals tell only the first one's. Those of a compaction, an advisor or a fallback are priced one by one.
 */
export function readIterations(list: unknown, totals: Tokens, isCredited: boolean): Told {
  if (list == null || (Array.isArray(list) && list.length === 0)) return { tokens: totals };
  const iterations = readList(list, isCredited);
  if (iterations === undefined || !addUp(iterations, totals))
    return { tokens: totals, unclear: 'iterations' };
  const isDeclined = iterations.some((one) => wasDeclined(one, iterations));
  if (isDeclined) return { tokens: totals, unclear: 'declined_attempt' };
  const tokens = sumOfTokens(iterations);
  if (iterations.every(({ type }) => type === 'message')) return { tokens };
  return { tokens, parts: iterations.map(({ model, input, output }) => ({ model, input, output })) };
}

/** Undefined when one of them is none, or of a type that is not known. */
function readList(list: unknown, isCredited: boolean): Iteration[] | undefined {
  if (!Array.isArray(list) || list.length > MAX_ITERATIONS) return undefined;
  const iterations: Iteration[] = [];
  for (const entry of list) {
    const fields = fieldsOf(entry);
    const type = text(fields.type) ?? '';
    const tokens = readTokens(fields, isCredited && type !== 'advisor_message');
    const isKnown = OF_THE_ANSWER.has(type) || BESIDE_IT.has(type);
    if (!isKnown || !isPossible(tokens)) return undefined;
    iterations.push({ type, model: text(fields.model), ...tokens });
  }
  return iterations;
}

/** After a fallback, the totals are those of the model that served the answer. */
function addUp(iterations: readonly Iteration[], totals: Tokens): boolean {
  const answer = iterations.filter(({ type }) => OF_THE_ANSWER.has(type));
  const fallback = answer.findLast(({ type }) => type === 'fallback_message');
  if (fallback === undefined) return isSum(answer, totals);
  const served = answer.filter(({ model }) => model === fallback.model);
  return isSum(served, totals) || isSum([fallback], totals) || isSum(answer, totals);
}

/** With an advisor, the input of the totals is that of the first iteration; it is the sum in all other answers. */
function isSum(iterations: readonly Tokens[], { input, output }: Tokens): boolean {
  const sum = sumOfTokens(iterations);
  const first = iterations[0]?.input;
  return (
    output.total === sum.output.total &&
    (['uncached', 'cacheRead', 'cacheWrite'] as const).every(
      (name) => input[name] === sum.input[name] || input[name] === first?.[name],
    )
  );
}

/** Whether an attempt that was declined before it wrote anything is charged depends on why: usage does not say. */
function wasDeclined({ type, output, model }: Iteration, all: readonly Iteration[]): boolean {
  const isFollowed = all.some((one) => one.type === 'fallback_message' && one.model !== model);
  return type === 'message' && output.total === 0 && isFollowed;
}
