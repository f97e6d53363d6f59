import { fieldsOf, text } from '../../providers/fields.ts';
import { LedgerError } from '../errors.ts';
import { amount, dayOf, sum } from './fields.ts';
import type { ExportFormat, Fields, ProviderLine } from './types.ts';

/*
 * Usage API and Costs API: https://platform.openai.com/docs/api-reference/usage (buckets with `start_time` in seconds).
 * CSV: "Export" on https://platform.openai.com/usage has the same fields as columns, and of costs `amount_value` and
 * `line_item`: https://help.openai.com/en/articles/8554956.
 */
const provider = 'openai';

function usage(fields: Fields): ProviderLine | undefined {
  const day = dayOf(fields.start_time);
  const requests = amount(fields.num_model_requests);
  if (day === undefined || (requests === undefined && amount(fields.input_tokens) === undefined))
    return undefined;
  return { day, model: text(fields.model), requests, ...tokens(fields) };
}

/** `input_tokens` include all that is cached; also audio, but in exports of before there were `input_text_tokens`. */
function tokens(fields: Fields): Pick<ProviderLine, 'inputTokens' | 'outputTokens'> {
  const isWhole = amount(fields.input_text_tokens) !== undefined;
  const total = (direction: 'input' | 'output') =>
    amount(fields[`${direction}_tokens`]) === undefined
      ? undefined
      : sum(fields, `${direction}_tokens`, ...(isWhole ? [] : [`${direction}_audio_tokens`]));
  return { inputTokens: total('input'), outputTokens: total('output') };
}

/** Line items are such as `gpt-4.1-2025-04-14, input`. */
function cost(fields: Fields): ProviderLine | undefined {
  const day = dayOf(fields.start_time);
  const costUsd = amount(fields.amount_value) ?? amount(fieldsOf(fields.amount).value);
  if (day === undefined || costUsd === undefined) return undefined;
  return { day, model: text(fields.line_item)?.split(',')[0]?.trim(), costUsd };
}

function refuse(): never {
  throw new LedgerError(
    'the file is none that can be compared: of OpenAI, these are costs, and usage of completions, decisions, ' +
      'embeddings, moderations, images, audio_speeches and audio_transcriptions',
  );
}

const USAGE = {
  completions: { operation: ['chat', 'text_completion'] },
  decisions: { endpoint: '/decisions' },
  embeddings: { operation: 'embeddings' },
  moderations: { operation: 'moderation' },
  images: { endpoint: ['/images/generations', '/images/edits', '/images/variations'] },
  audio_speeches: { endpoint: '/audio/speech' },
  audio_transcriptions: { endpoint: ['/audio/transcriptions', '/audio/translations'] },
} as const;

/** What tells their tables apart. */
const COLUMNS: Readonly<Partial<Record<keyof typeof USAGE, string>>> = {
  completions: 'output_tokens',
  embeddings: 'input_tokens',
  images: 'images',
  audio_speeches: 'characters',
  audio_transcriptions: 'seconds',
};

const TIMES = ['start_time', 'end_time', 'start_time_iso', 'end_time_iso'];

export const openaiFormats: readonly ExportFormat[] = [
  {
    name: 'OpenAI costs',
    provider,
    isTable: (columns) => columns.includes('start_time') && columns.includes('amount_value'),
    isResult: ({ object }) => object === 'organization.costs.result',
    line: cost,
  },
  ...Object.entries(USAGE).map(([kind, calls]): ExportFormat => {
    const column = COLUMNS[kind as keyof typeof USAGE];
    return {
      name: `OpenAI usage of ${kind}`,
      provider,
      calls,
      isTable: (columns) =>
        column !== undefined && columns.includes('start_time') && columns.includes(column),
      isResult: ({ object }) => object === `organization.usage.${kind}.result`,
      line: usage,
    };
  }),
  {
    // Of a time in which nothing was used; of what, it does not say.
    name: 'OpenAI',
    provider,
    isTable: (columns) => columns.includes('start_time') && columns.every((name) => TIMES.includes(name)),
    isResult: ({ object, start_time }) => object === 'bucket' && start_time !== undefined,
    line: () => undefined,
  },
  {
    name: 'OpenAI',
    provider,
    isTable: (columns) => columns.includes('start_time_iso'),
    isResult: ({ object }) => String(object).startsWith('organization.'),
    line: refuse,
  },
];
