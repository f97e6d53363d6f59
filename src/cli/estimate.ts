import { type Command, Option } from 'commander';
import { EstimateError } from '../estimate/errors.ts';
import { estimateCost } from '../estimate/estimator.ts';
import type { EstimateRequest } from '../estimate/types.ts';
import { wholeNumberOf } from './counts.ts';
import { guessProvider, nearestModels, PROVIDERS, type ProviderName } from './known-models.ts';
import { ownPrices } from './own-prices.ts';
import { type BodyEstimate, printEstimate } from './print-estimate.ts';
import { notCounted, readMembers, readRequestBody, UsageError } from './request-body.ts';

const EXAMPLES = `
FILE is the JSON body of a request, with messages or input; a JSON list of messages; or a text, which is taken as
one message of the user. - reads standard input. The model, the limit of the answer and the tier are taken from the
body where the options do not say them. Nothing is sent anywhere: tokens of Claude are an estimate.

The cost is from no answer to the most that the body allows: all the answers it asks for, at the prices of its tier,
speed and region. A body with members that may cost more, and are not understood, has no maximum.

Exit code: 0 with a cost, 1 when no price is known for the model, 2 for a wrong command line or file.

Examples:
  npx tokenmeter estimate prompt.txt --model gpt-4o --max-output 500
  npx tokenmeter estimate request.json --model claude-sonnet-4-6 --tier batch
  git diff | npx tokenmeter estimate - --model gpt-5-mini --json | jq .cost.minUsd
`;

interface Options {
  readonly model?: string;
  readonly provider?: ProviderName;
  readonly maxOutput?: number;
  readonly tier?: string;
  readonly json?: true;
}

export function addEstimate(program: Command): void {
  program
    .command('estimate')
    .description('say what a request will cost, before it is made')
    .argument('<file>', 'a request body or messages as JSON, or a text; - for standard input')
    .option('--model <name>', 'the model that would answer')
    .addOption(new Option('--provider <name>', 'guessed from the model').choices(PROVIDERS))
    .option('--max-output <tokens>', 'the limit of tokens of the answer', wholeNumberOf('tokens'))
    .option('--tier <name>', 'batch, flex, priority, fast, as the request names it')
    .option('--json', 'print the estimate as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: Options, command: Command) => {
      const estimate = await estimateFile(file, options).catch((error: unknown) => {
        if (error instanceof UsageError || error instanceof EstimateError)
          command.error(`error: ${file === '-' ? 'standard input' : file}: ${error.message}`);
        throw error;
      });
      console.log(options.json ? asJson(estimate) : printEstimate(estimate));
      process.exitCode = estimate.cost === undefined ? 1 : 0;
    });
}

async function estimateFile(file: string, options: Options): Promise<BodyEstimate> {
  const body = await readRequestBody(file);
  const model = options.model ?? body.model;
  if (typeof model !== 'string' || model === '') throw new UsageError('say which model: --model NAME');
  const { maxOutput, tier, provider = guessProvider(model) } = options;
  const request = {
    ...readMembers(body),
    ...(maxOutput !== undefined && { maxOutputTokens: maxOutput }),
    ...(tier !== undefined && { serviceTier: tier }),
    ...{ provider, model, prices: ownPrices() },
  } as EstimateRequest;
  const estimate = await estimateCost(request);
  const { answers = 1, serviceTier, speed } = request;
  const whole = { ...estimate, answers, serviceTier: serviceTier ?? speed ?? undefined };
  const left = notCounted(body);
  if (left.length === 0) return { ...whole, notCounted: left };
  const cost = estimate.cost && { ...estimate.cost, maxUsd: undefined };
  return { ...whole, complete: false, cost, notCounted: left };
}

function asJson(estimate: BodyEstimate): string {
  const nearest = estimate.unpriced === 'unknown_model' ? { nearest: nearestModels(estimate.model) } : {};
  return JSON.stringify({ ...estimate, ...nearest }, undefined, 2);
}
