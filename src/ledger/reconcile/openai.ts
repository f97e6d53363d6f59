import { amount, dayOf, fieldsIn, text } from './fields.ts';
import type { ExportFormat, Fields, ProviderLine } from './types.ts';

/*
 * Usage API and Costs API: https://platform.openai.com/docs/api-reference/usage (buckets with `start_time` in seconds;
 * `input_tokens` include cached ones). CSV: "Export" on https://platform.openai.com/usage has the same fields as columns,
 * and of costs `amount_value` and `line_item`: https://help.openai.com/en/articles/8554956.
 */
const provider = 'openai';

function usage(fields: Fields): ProviderLine | undefined {
  const day = dayOf(fields.start_time);
  if (day === undefined || amount(fields.input_tokens) === undefined) return undefined;
  return {
    day,
    model: text(fields.model),
    requests: amount(fields.num_model_requests),
    inputTokens: amount(fields.input_tokens),
    outputTokens: amount(fields.output_tokens) ?? 0,
  };
}

/** Line items are such as `gpt-4.1-2025-04-14, input`. */
function cost(fields: Fields): ProviderLine | undefined {
  const day = dayOf(fields.start_time);
  const costUsd = amount(fields.amount_value) ?? amount(fieldsIn(fields.amount).value);
  if (day === undefined || costUsd === undefined) return undefined;
  return { day, model: text(fields.line_item)?.split(',')[0]?.trim(), costUsd };
}

export const openaiFormats: readonly ExportFormat[] = [
  {
    name: 'OpenAI costs',
    provider,
    columns: ['start_time', 'amount_value'],
    isResult: ({ object }) => object === 'organization.costs.result',
    line: cost,
  },
  {
    name: 'OpenAI usage',
    provider,
    columns: ['start_time', 'input_tokens'],
    isResult: ({ object }) => /^organization\.usage\.\w+\.result$/.test(String(object)),
    line: usage,
  },
  // Exports of a time in which nothing was used have no other columns.
  { name: 'OpenAI usage', provider, columns: ['start_time', 'start_time_iso'], line: () => undefined },
];
