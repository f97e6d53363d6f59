import { fieldsOf, text } from '../../providers/fields.ts';
import { amount, dayOf, sum } from './fields.ts';
import type { ExportFormat, Fields, ProviderLine } from './types.ts';

/*
 * Usage and Cost Admin API: https://platform.claude.com/docs/en/api/admin/usage_report and …/cost_report (buckets with
 * `starting_at`; amounts are decimal strings in cents, by model where they are by `description`). CSV: "Export" in the
 * Console, https://support.anthropic.com/en/articles/9534590-cost-and-usage-reporting-in-console. Neither counts requests.
 */
const provider = 'anthropic';

function usage(fields: Fields): ProviderLine | undefined {
  const day = dayOf(fields.starting_at);
  if (day === undefined) return undefined;
  const written = fieldsOf(fields.cache_creation);
  return {
    day,
    model: text(fields.model),
    inputTokens:
      sum(fields, 'uncached_input_tokens', 'cache_read_input_tokens') +
      sum(written, 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'),
    outputTokens: sum(fields, 'output_tokens'),
  };
}

function usageRow(fields: Fields): ProviderLine | undefined {
  const day = dayOf(fields.usage_date_utc);
  if (day === undefined) return undefined;
  return {
    day,
    model: text(fields.model_version),
    inputTokens: sum(
      fields,
      'usage_input_tokens_no_cache',
      'usage_input_tokens_cache_write_5m',
      'usage_input_tokens_cache_write_1h',
      'usage_input_tokens_cache_read',
    ),
    outputTokens: sum(fields, 'usage_output_tokens'),
  };
}

function cost(fields: Fields): ProviderLine | undefined {
  const day = dayOf(fields.starting_at);
  const cents = amount(fields.amount);
  return day === undefined || cents === undefined
    ? undefined
    : { day, model: text(fields.model) ?? modelIn(fields.description), costUsd: cents / 100 };
}

/** Descriptions are such as `Claude Haiku 3.5 Usage - Input Tokens`. */
function modelIn(description: unknown): string | undefined {
  return text(description)?.match(/^(Claude .+?) Usage\b/)?.[1];
}

function costRow(fields: Fields): ProviderLine | undefined {
  const day = dayOf(fields.usage_date_utc);
  const costUsd = amount(fields.cost_usd);
  return day === undefined || costUsd === undefined ? undefined : { day, model: text(fields.model), costUsd };
}

export const anthropicFormats: readonly ExportFormat[] = [
  {
    name: 'Anthropic costs',
    provider,
    isTable: (columns) => columns.includes('usage_date_utc') && columns.includes('cost_usd'),
    line: costRow,
  },
  {
    name: 'Anthropic usage',
    provider,
    isTable: (columns) => columns.includes('usage_date_utc') && columns.includes('usage_output_tokens'),
    line: usageRow,
  },
  {
    name: 'Anthropic costs',
    provider,
    isResult: ({ starting_at, amount }) => starting_at !== undefined && amount !== undefined,
    line: cost,
  },
  {
    name: 'Anthropic usage',
    provider,
    isResult: ({ starting_at, output_tokens }) => starting_at !== undefined && output_tokens !== undefined,
    line: usage,
  },
  {
    // Of a time in which nothing was used; of what, it does not say.
    name: 'Anthropic',
    provider,
    isResult: ({ starting_at, results }) => starting_at !== undefined && results !== undefined,
    line: () => undefined,
  },
];
