import type { CostEstimate, UnknownPart } from '../estimate/types.ts';
import { plural } from './counts.ts';
import { didYouMean } from './known-models.ts';

/** What an estimate of a body has beside that of its messages. */
export type BodyEstimate = CostEstimate & {
  /** Members of the body that may cost something and are not in the estimate. */
  readonly notCounted: readonly string[];
  readonly answers: number;
  readonly serviceTier: string | undefined;
};

const METHODS: Record<CostEstimate['method'], string> = {
  'gpt-tokenizer': 'counted with gpt-tokenizer',
  count_tokens: 'counted by Anthropic',
  heuristic: 'a rough estimate',
};

export function printEstimate(estimate: BodyEstimate): string {
  const { inputTokens, complete, method, matchedModel, tableVersion, serviceTier } = estimate;
  const rows = [
    ['model', `${estimate.model} (${estimate.provider})`],
    ['input', `${complete ? '' : 'at least '}${plural(inputTokens, 'token')}, ${METHODS[method]}`],
    ['output', output(estimate)],
    ...(serviceTier === undefined ? [] : [['tier', serviceTier]]),
    ['cost', costRange(estimate)],
    ...(matchedModel === undefined ? [] : [['prices', `${matchedModel}, table ${tableVersion}`]]),
    ...warnings(estimate).map((warning) => ['warning', warning]),
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return rows.map(([name = '', value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function output({ maxOutputTokens, answers }: BodyEstimate): string {
  if (maxOutputTokens === undefined) return 'no limit given (--max-output)';
  const most = `up to ${plural(maxOutputTokens, 'token')}`;
  return answers === 1 ? most : `${most}, in ${answers} answers`;
}

function costRange({ cost, unpriced }: BodyEstimate): string {
  if (cost === undefined) return `not known: no price for this model (${unpriced})`;
  const least = dollars(cost.minUsd);
  if (cost.maxUsd === undefined) return `at least ${least}`;
  const most = dollars(cost.maxUsd);
  return least === most ? least : `${least} to ${most}`;
}

function warnings(estimate: BodyEstimate): string[] {
  const { model, unknown, notCounted, fallbackReason, cost, unpriced } = estimate;
  return [
    ...unknown.map((part) => `not counted: ${describe(part)}`),
    ...(notCounted.length > 0 ? [`not counted: ${notCounted.join(', ')}`] : []),
    ...(fallbackReason === undefined ? [] : [fallbackReason]),
    ...(cost !== undefined && unpriced !== undefined ? [`no price for the answer: ${unpriced}`] : []),
    ...(unpriced === 'unknown_model' ? [didYouMean(model)] : []),
  ];
}

function describe({ kind, count }: UnknownPart): string {
  const words = { audio: 'recording', reasoning: 'encrypted part', other: 'unknown part' } as const;
  return plural(count, kind in words ? words[kind as keyof typeof words] : kind);
}

/** To four digits: most calls cost less than a cent. */
function dollars(usd: number): string {
  return `$${usd.toLocaleString('en-US', { maximumSignificantDigits: 4 })}`;
}
