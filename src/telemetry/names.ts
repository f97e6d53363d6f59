/**
 * Every name that leaves the process. Dashboards, rules and tests import them from here.
 * Conventions: https://github.com/open-telemetry/semantic-conventions-genai, gen-ai/1.42.0.
 */
export const SCOPE_NAME = 'tokenmeter';

export const ATTR = {
  userId: 'user.id',
  team: 'team',
  feature: 'feature',
  provider: 'gen_ai.provider.name',
  operation: 'gen_ai.operation.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  modality: 'gen_ai.token.modality',
  outcome: 'outcome',
  reason: 'reason',
  errorType: 'error.type',
  limit: 'limit',
  version: 'version',
  budget: 'budget',
} as const;

/** Attributes that stand on spans only. */
export const SPAN_ATTR = {
  serverAddress: 'server.address',
  serverPort: 'server.port',
  stream: 'gen_ai.request.stream',
  responseId: 'gen_ai.response.id',
  finishReasons: 'gen_ai.response.finish_reasons',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheWriteTokens: 'gen_ai.usage.cache_write.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  costAmount: 'gen_ai.usage.cost.amount',
  costCurrency: 'gen_ai.usage.cost.currency',
  costSource: 'gen_ai.usage.cost.source',
  outcome: 'tokenmeter.outcome',
  estimated: 'tokenmeter.usage.estimated',
  unmetered: 'tokenmeter.unmetered.reason',
  unpriced: 'tokenmeter.unpriced.reason',
} as const;

/** The log record of a call, and its attributes beside those of spans. */
export const LOG_EVENT = 'tokenmeter.call';
export const LOG_ATTR = {
  id: 'tokenmeter.call.id',
  endpoint: 'tokenmeter.endpoint',
  totalTokens: 'tokenmeter.usage.total_tokens',
  inputAudioTokens: 'tokenmeter.usage.input_audio_tokens',
  inputImageTokens: 'tokenmeter.usage.input_image_tokens',
  outputAudioTokens: 'tokenmeter.usage.output_audio_tokens',
  outputImageTokens: 'tokenmeter.usage.output_image_tokens',
  costPicoUsd: 'tokenmeter.cost.pico_usd',
  requests: 'tokenmeter.requests',
  durationSeconds: 'tokenmeter.duration.seconds',
  serviceTier: 'tokenmeter.service_tier',
  priceVersion: 'tokenmeter.price.version',
  confidence: 'tokenmeter.price.confidence',
} as const;

export interface InstrumentName {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

export const METRIC = {
  inputTokens: {
    name: 'gen_ai.client.inference.usage.input_tokens',
    unit: '{token}',
    description: 'Tokens the model read, cached ones included.',
  },
  outputTokens: {
    name: 'gen_ai.client.inference.usage.output_tokens',
    unit: '{token}',
    description: 'Tokens the model wrote, reasoning included.',
  },
  cacheReadTokens: {
    name: 'gen_ai.client.inference.usage.cache_read.input_tokens',
    unit: '{token}',
    description: 'Part of the input tokens that was read from a cache.',
  },
  cacheWriteTokens: {
    name: 'gen_ai.client.inference.usage.cache_write.input_tokens',
    unit: '{token}',
    description: 'Part of the input tokens that was written to a cache.',
  },
  reasoningTokens: {
    name: 'gen_ai.client.inference.usage.reasoning.output_tokens',
    unit: '{token}',
    description: 'Part of the output tokens that was reasoning.',
  },
  cost: { name: 'tokenmeter.cost.usd', unit: '{USD}', description: 'Cost of calls with a known price.' },
  requests: { name: 'tokenmeter.requests', unit: '{request}', description: 'Calls, by outcome.' },
  requestSeconds: {
    name: 'tokenmeter.request.seconds',
    unit: '{s}',
    description: 'Time that calls took in seconds, retries and streams included.',
  },
  unmetered: {
    name: 'tokenmeter.unmetered.requests',
    unit: '{request}',
    description: 'Calls whose usage is missing or incomplete, by reason.',
  },
  unpriced: {
    name: 'tokenmeter.unpriced.requests',
    unit: '{request}',
    description: 'Calls with usage and without a known price.',
  },
  overflow: {
    name: 'tokenmeter.overflow.requests',
    unit: '{request}',
    description: 'Calls without series of their own: there are too many users, models or series.',
  },
  budgetLimitUsd: {
    name: 'tokenmeter.budget.limit.usd',
    unit: '{USD}',
    description: 'What a budget allows in its period.',
  },
  budgetLimitTokens: {
    name: 'tokenmeter.budget.limit.tokens',
    unit: '{token}',
    description: 'What a budget allows in its period.',
  },
  budgetLimitRequests: {
    name: 'tokenmeter.budget.limit.requests',
    unit: '{request}',
    description: 'What a budget allows in its period.',
  },
  budgetSpentUsd: {
    name: 'tokenmeter.budget.spent.usd',
    unit: '{USD}',
    description: 'What this process has spent of a budget in its period: the sum over processes counts.',
  },
  budgetSpentTokens: {
    name: 'tokenmeter.budget.spent.tokens',
    unit: '{token}',
    description: 'What this process has spent of a budget in its period: the sum over processes counts.',
  },
  budgetSpentRequests: {
    name: 'tokenmeter.budget.spent.requests',
    unit: '{request}',
    description: 'What this process has spent of a budget in its period: the sum over processes counts.',
  },
  budgetSharedSpentUsd: {
    name: 'tokenmeter.budget.shared_spent.usd',
    unit: '{USD}',
    description: 'What all processes have spent of a budget in its period: their maximum counts.',
  },
  budgetSharedSpentTokens: {
    name: 'tokenmeter.budget.shared_spent.tokens',
    unit: '{token}',
    description: 'What all processes have spent of a budget in its period: their maximum counts.',
  },
  budgetSharedSpentRequests: {
    name: 'tokenmeter.budget.shared_spent.requests',
    unit: '{request}',
    description: 'What all processes have spent of a budget in its period: their maximum counts.',
  },
  budgetReset: {
    name: 'tokenmeter.budget.reset.timestamp',
    unit: '{s}',
    description: 'When a budget begins anew, in seconds since 1970.',
  },
  budgetPeriod: {
    name: 'tokenmeter.budget.period.seconds',
    unit: '{s}',
    description: 'How long the period of a budget is, on average.',
  },
  budgetBlocked: {
    name: 'tokenmeter.budget.blocked.requests',
    unit: '{request}',
    description: 'Calls that were not made because a budget had no room for them.',
  },
  budgetCrossings: {
    name: 'tokenmeter.budget.threshold.crossings',
    unit: '{crossing}',
    description: 'Thresholds of budgets that were crossed, once per scope and period.',
  },
  budgetUnpriced: {
    name: 'tokenmeter.budget.unpriced.requests',
    unit: '{request}',
    description: 'Calls without a known price that a budget in dollars let through.',
  },
  budgetStoreFailures: {
    name: 'tokenmeter.budget.store.failures',
    unit: '{failure}',
    description: 'Times that the store of the budgets did not answer.',
  },
  workers: {
    name: 'tokenmeter.workers',
    unit: '{process}',
    description: 'Workers of node:cluster, by whether they answered the primary in time.',
  },
  priceTable: {
    name: 'tokenmeter.price.table',
    unit: '{table}',
    description: '1 for the version of the price table in use, 0 for one that was in use before.',
  },
  priceTableAge: {
    // In the name, not the unit: a scrape does not add units to names, and OTLP does.
    name: 'tokenmeter.price.table.age.seconds',
    unit: '{s}',
    description: 'Time since the date of the price table in use.',
  },
  ledgerDropped: {
    name: 'tokenmeter.ledger.dropped.rows',
    unit: '{row}',
    description: 'Calls that are not on record: the ledger could not be written for too long.',
  },
  ledgerQueue: {
    name: 'tokenmeter.ledger.queue.rows',
    unit: '{row}',
    description: 'Calls that wait to be put on record.',
  },
  duration: {
    name: 'gen_ai.client.inference.duration',
    unit: 's',
    description: 'Duration of a call, retries and the whole stream included.',
  },
  timeToFirstChunk: {
    name: 'gen_ai.client.inference.time_to_first_chunk',
    unit: 's',
    description: 'From the request to the first event of a stream.',
  },
  timePerOutputChunk: {
    name: 'gen_ai.client.inference.time_per_output_chunk',
    unit: 's',
    description: 'Mean time between the events of a stream, one value a call.',
  },
} as const satisfies Record<string, InstrumentName>;

/** What is read when somebody collects. */
export const GAUGES: readonly InstrumentName[] = [
  METRIC.budgetLimitUsd,
  METRIC.budgetLimitTokens,
  METRIC.budgetLimitRequests,
  METRIC.budgetSpentUsd,
  METRIC.budgetSpentTokens,
  METRIC.budgetSpentRequests,
  METRIC.budgetSharedSpentUsd,
  METRIC.budgetSharedSpentTokens,
  METRIC.budgetSharedSpentRequests,
  METRIC.budgetReset,
  METRIC.budgetPeriod,
  METRIC.ledgerQueue,
];

export const DURATION_BUCKETS_SECONDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
