import { parse } from 'csv-parse/sync';
import { LedgerError } from '../errors.ts';
import { anthropicFormats } from './anthropic.ts';
import { fieldsIn } from './fields.ts';
import { openaiFormats } from './openai.ts';
import type { ExportFormat, Fields, ProviderLine } from './types.ts';

const FORMATS = [...openaiFormats, ...anthropicFormats];

/** What a provider has exported: whose it is, and its lines. */
export interface ProviderExport {
  readonly name: string;
  readonly provider: string;
  readonly lines: readonly ProviderLine[];
}

/** Reads CSV, a page of JSON as the API answers, or a list of such pages. */
export function readExport(content: string): ProviderExport {
  const isJson = /^\s*[[{]/.test(content);
  const found = isJson ? readJson(content) : readCsv(content);
  if (found) return found;
  throw new LedgerError(
    'the file is none that is known: usage or costs of OpenAI or Anthropic, as CSV or as JSON from their API',
  );
}

function readCsv(content: string): ProviderExport | undefined {
  let columns: string[] = [];
  let rows: Fields[];
  try {
    rows = parse(content, {
      bom: true,
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
  const format = FORMATS.find((known) => known.columns?.every((name) => columns.includes(name)));
  return format && { ...format, lines: linesOf(format, rows) };
}

function readJson(content: string): ProviderExport | undefined {
  let pages: unknown;
  try {
    pages = JSON.parse(content);
  } catch (cause) {
    throw new LedgerError(`the file is no JSON: ${(cause as Error).message}`, { cause });
  }
  const results = (Array.isArray(pages) ? pages : [pages]).flatMap((page) => resultsOf(fieldsIn(page)));
  const [first] = results;
  const format = first && FORMATS.find((known) => known.isResult?.(first));
  return format && { ...format, lines: linesOf(format, results) };
}

/** Each with the time of its bucket. */
function resultsOf({ data }: Fields): Fields[] {
  if (!Array.isArray(data)) return [];
  return data
    .map(fieldsIn)
    .flatMap(({ results, ...bucket }) =>
      Array.isArray(results) ? results.map((result) => ({ ...bucket, ...fieldsIn(result) })) : [],
    );
}

function linesOf(format: ExportFormat, rows: readonly Fields[]): ProviderLine[] {
  return rows.map((row) => format.line(row)).filter((line) => line !== undefined);
}
