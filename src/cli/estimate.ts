import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EstimateError } from '../estimate/errors.ts';
import { estimateCost } from '../estimate/estimator.ts';
import { describeJsonError } from '../estimate/json-error.ts';
import type { CostEstimate, EstimateRequest, UnknownPart } from '../estimate/types.ts';
import { guessProvider } from './known-models.ts';
import { ownPrices } from './own-prices.ts';

const EXAMPLES = `
FILE is the JSON body of a request, with messages or input; a JSON list of messages; or a text, which is taken as
one message of the user. - reads standard input. The model and the limit of the answer are taken from the body where
the options do not say them. Nothing is sent anywhere: tokens of Claude are an estimate.

Exit code: 0 with a cost, 1 when no price is known for the model, 2 for a wrong command line or file.

Examples:
  npx tokenmeter estimate prompt.txt --model gpt-4o --max-output 500
  npx tokenmeter estimate request.json --model claude-sonnet-4-6
  git diff | npx tokenmeter estimate - --model gpt-5-mini --json | jq .cost.minUsd
`;

interface Options {
  readonly model?: string;
  readonly provider?: 'openai' | 'anthropic';
  readonly maxOutput?: number;
  readonly json?: true;
}

/** What an estimate of a body has beside that of its messages. */
type BodyEstimate = CostEstimate & { readonly notCounted: readonly string[] };

export function addEstimate(program: Command): void {
  program
    .command('estimate')
    .description('say what a request will cost, before it is made')
    .argument('<file>', 'a request body or messages as JSON, or a text; - for standard input')
    .option('--model <name>', 'the model that would answer')
    .addOption(new Option('--provider <name>', 'guessed from the model').choices(['openai', 'anthropic']))
    .option('--max-output <tokens>', 'the limit of tokens of the answer', wholeNumber)
    .option('--json', 'print the estimate as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: Options, command: Command) => {
      const estimate = await estimateFile(file, options).catch((error: unknown) => {
        if (error instanceof UsageError || error instanceof EstimateError)
          command.error(`error: ${file === '-' ? 'standard input' : file}: ${error.message}`);
        throw error;
      });
      console.log(options.json ? JSON.stringify(estimate, undefined, 2) : print(estimate));
      process.exitCode = estimate.cost === undefined ? 1 : 0;
    });
}

class UsageError extends Error {}

type Body = Readonly<Record<string, unknown>>;

/** Members of a body that add tokens and are not understood here. */
const NOT_COUNTED = [
  ...['conversation', 'functions', 'mcp_servers', 'output_config', 'output_format', 'previous_response_id'],
  ...['prompt', 'response_format', 'text'],
];

async function estimateFile(file: string, options: Options): Promise<BodyEstimate> {
  const body = readBody(file, await readText(file));
  const model = options.model ?? body.model;
  if (typeof model !== 'string' || model === '') throw new UsageError('say which model: --model NAME');
  const { messages, input, system, instructions, tools } = body;
  const limit = body.max_completion_tokens ?? body.max_output_tokens ?? body.max_tokens ?? undefined;
  const request = {
    provider: options.provider ?? guessProvider(model),
    model,
    ...{ messages, input, system, instructions, tools },
    maxOutputTokens: options.maxOutput ?? limit,
    prices: ownPrices(),
  };
  const estimate = await estimateCost(request as EstimateRequest);
  const notCounted = NOT_COUNTED.filter((name) => body[name] !== undefined && body[name] !== null);
  if (notCounted.length === 0) return { ...estimate, notCounted };
  const cost = estimate.cost && { ...estimate.cost, maxUsd: undefined };
  return { ...estimate, complete: false, cost, notCounted };
}

async function readText(file: string): Promise<string> {
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8').catch(explain);
  if (content.includes('\0')) throw new UsageError('this is not a text file');
  if (content.trim() === '') throw new UsageError('there is nothing in it');
  return content.replace(/^\uFEFF/, '');
}

function explain(error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT') throw new UsageError('no such file');
  if (error.code === 'EISDIR') throw new UsageError('this is a folder');
  throw new UsageError(error.message);
}

/** What is not named .json and is no request is text, even if it looks like JSON. */
function readBody(file: string, content: string): Body {
  const mustBeJson = file.endsWith('.json');
  try {
    const value: unknown = JSON.parse(content);
    if (Array.isArray(value) && (mustBeJson || value.every(hasRole))) return { messages: value };
    if (typeof value === 'object' && value !== null && ('messages' in value || 'input' in value))
      return { ...value };
  } catch (error) {
    if (mustBeJson) throw new UsageError(`broken JSON, ${describeJsonError(content, error as Error)}`);
  }
  if (mustBeJson) throw new UsageError('this is no request: it has neither messages nor input');
  return { messages: [{ role: 'user', content }] };
}

function hasRole(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'role' in value;
}

function wholeNumber(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('It must be a whole number of tokens.');
  return Number(value);
}

const METHODS: Record<CostEstimate['method'], string> = {
  'gpt-tokenizer': 'counted with gpt-tokenizer',
  count_tokens: 'counted by Anthropic',
  heuristic: 'a rough estimate',
};

function print(estimate: BodyEstimate): string {
  const { inputTokens, maxOutputTokens, complete, method, matchedModel, tableVersion } = estimate;
  const output =
    maxOutputTokens === undefined
      ? 'no limit given (--max-output)'
      : `up to ${plural(maxOutputTokens, 'token')}`;
  const rows = [
    ['model', `${estimate.model} (${estimate.provider})`],
    ['input', `${complete ? '' : 'at least '}${plural(inputTokens, 'token')}, ${METHODS[method]}`],
    ['output', output],
    ['cost', costRange(estimate)],
    ...(matchedModel === undefined ? [] : [['prices', `${matchedModel}, table ${tableVersion}`]]),
    ...warnings(estimate).map((warning) => ['warning', warning]),
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return rows.map(([name = '', value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function costRange({ cost, unpriced }: CostEstimate): string {
  if (cost === undefined) return `not known: no price for this model (${unpriced})`;
  const least = dollars(cost.minUsd);
  if (cost.maxUsd === undefined) return `at least ${least}`;
  const most = dollars(cost.maxUsd);
  return least === most ? least : `${least} to ${most}`;
}

function warnings({ unknown, notCounted, fallbackReason, cost, unpriced }: BodyEstimate): string[] {
  return [
    ...unknown.map((part) => `not counted: ${describe(part)}`),
    ...(notCounted.length > 0 ? [`not counted: ${notCounted.join(', ')}`] : []),
    ...(fallbackReason === undefined ? [] : [fallbackReason]),
    ...(cost !== undefined && unpriced !== undefined ? [`no price for the answer: ${unpriced}`] : []),
  ];
}

function describe({ kind, count }: UnknownPart): string {
  const words = { audio: 'recording', reasoning: 'encrypted part', other: 'unknown part' } as const;
  return plural(count, kind in words ? words[kind as keyof typeof words] : kind);
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** To four digits: most calls cost less than a cent. */
function dollars(usd: number): string {
  return `$${usd.toLocaleString('en-US', { maximumSignificantDigits: 4 })}`;
}
