import { parse } from 'csv-parse/sync';
import { fieldsOf } from '../../providers/fields.ts';
import { LedgerError } from '../errors.ts';
import { anthropicFormats } from './anthropic.ts';
import { spanOf } from './fields.ts';
import { openaiFormats } from './openai.ts';
import type { ExportFormat, Fields, ProviderLine } from './types.ts';

const FORMATS = [...openaiFormats, ...anthropicFormats];

/** What a provider has exported: whose it is, its lines, and of which time it is, also where that has no lines. */
export interface ProviderExport extends Pick<ExportFormat, 'name' | 'provider' | 'calls'> {
  readonly lines: readonly ProviderLine[];
  readonly from: number;
  readonly to: number;
  /** There is a next page, which is not in the file. */
  readonly hasMore: boolean;
}

/** Reads CSV, a page of JSON as the API answers, or a list of such pages. */
export function readExport(content: string): ProviderExport {
  const text = content.replace(/^\uFEFF/, '');
  return /^\s*[[{]/.test(text) ? readJson(text) : readCsv(text);
}

function readCsv(content: string): ProviderExport {
  let columns: string[] = [];
  let rows: Fields[];
  try {
    rows = parse(content, {
      columns: (header: string[]) => {
        columns = header.map((name) => name.trim());
        return columns;
      },
      delimiter: [',', '\t', ';'],
      skip_empty_lines: true,
      relax_column_count_less: true,
    });
  } catch (cause) {
    throw new LedgerError(`the file is no CSV: ${(cause as Error).message}`, { cause });
  }
  const format = FORMATS.find((known) => known.isTable?.(columns)) ?? unknown();
  return exportOf(format, rows, rows, false);
}

function readJson(content: string): ProviderExport {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (cause) {
    throw new LedgerError(`the file is no JSON: ${(cause as Error).message}`, { cause });
  }
  const pages = (Array.isArray(parsed) ? parsed : [parsed]).map(fieldsOf);
  const buckets = pages.flatMap(({ data }) => (Array.isArray(data) ? data.map(fieldsOf) : []));
  const results = buckets.flatMap(resultsOf);
  const rows = results.length > 0 ? results : buckets;
  const formats = new Set(rows.map((row) => FORMATS.find((known) => known.isResult?.(row)) ?? unknown()));
  if (formats.size > 1) {
    const names = [...formats].map(({ name }) => name).join(' and ');
    throw new LedgerError(`the file has ${names} in it: compare them one by one`);
  }
  const [format = unknown()] = formats;
  return exportOf(format, rows, buckets, pages.at(-1)?.has_more === true);
}

/** Each with the time of its bucket. */
function resultsOf({ results, ...bucket }: Fields): Fields[] {
  return Array.isArray(results) ? results.map((result) => ({ ...bucket, ...fieldsOf(result) })) : [];
}

function exportOf(
  { name, provider, calls, line }: ExportFormat,
  rows: readonly Fields[],
  timed: readonly Fields[],
  hasMore: boolean,
): ProviderExport {
  const lines = rows.map(line).filter((found) => found !== undefined);
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const fields of timed) {
    const span = spanOf(fields);
    if (!span) throw new LedgerError(`${name}: the file has a line whose time cannot be read`);
    from = Math.min(from, span.from);
    to = Math.max(to, span.to);
  }
  if (from >= to) throw new LedgerError(`${name}: there are no days in the file`);
  return { name, provider, ...(calls && { calls }), lines, from, to, hasMore };
}

function unknown(): never {
  throw new LedgerError(
    'the file is none that is known: usage or costs of OpenAI or Anthropic, as CSV or as JSON from their API',
  );
}
