import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import { type BasicType, fileWriter, ParquetWriter } from 'hyparquet-writer';
import { CALL_COLUMNS, type CallColumn, COLUMN_NAMES } from '../../ledger/columns.ts';
import type { CallRow } from '../../ledger/reports/rows.ts';
import { usdFromPico } from '../../pricing/cost.ts';

type Pages = AsyncIterable<readonly CallRow[]>;
type Value = string | number | bigint | Date | undefined;

const COLUMNS = [...COLUMN_NAMES, 'cost_usd'] as const;
type Column = (typeof COLUMNS)[number];

/** As it is on record, with a date that is one, and money that people read. */
function cellOf(row: CallRow, column: Column): Value {
  if (column === 'cost_usd') {
    return row.cost_pico_usd === null ? undefined : usdFromPico(BigInt(row.cost_pico_usd));
  }
  const value = row[column];
  if (value === null) return undefined;
  if (column === 'time') return new Date(Number(value));
  if (column === 'cost_pico_usd') return BigInt(value);
  return CALL_COLUMNS[column] === 'integer' ? Number(value) : String(value);
}

/** One for each format: they write to a file, or to standard output where there is none. */
export const WRITERS = {
  csv: (pages: Pages, out: string | undefined) => writeText(csv(pages), out),
  json: (pages: Pages, out: string | undefined) => writeText(json(pages), out),
  parquet: (pages: Pages, out: string | undefined) => writeParquet(pages, out ?? ''),
} as const;

async function writeText(chunks: AsyncIterable<string>, out: string | undefined): Promise<void> {
  if (out !== undefined) return pipeline(chunks, createWriteStream(out));
  // main.ts says, of all commands, what is wrong with standard output.
  let told: unknown;
  process.stdout.once('error', (error) => {
    told = error;
  });
  await pipeline(chunks, process.stdout, { end: false }).catch((error) => {
    if (error !== told) throw error;
  });
}

async function* csv(pages: Pages): AsyncGenerator<string> {
  yield stringify([[...COLUMNS]]);
  for await (const rows of pages) {
    const records = rows.map((row) => COLUMNS.map((column) => text(cellOf(row, column))));
    // A user who calls himself `=cmd()` is no formula.
    yield stringify(records, { escape_formulas: true });
  }
}

/** One array, a call a line. */
async function* json(pages: Pages): AsyncGenerator<string> {
  let before = '[\n';
  for await (const rows of pages) {
    for (const row of rows) {
      const record = Object.fromEntries(COLUMNS.map((column) => [column, cellOf(row, column)]));
      yield before +
        JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? value.toString() : value));
      before = ',\n';
    }
  }
  yield before === ',\n' ? '\n]\n' : '[]\n';
}

const TYPES: Readonly<Partial<Record<Column, BasicType>>> = {
  time: 'TIMESTAMP',
  cost_pico_usd: 'INT64',
  cost_usd: 'DOUBLE',
};

function typeOf(column: Column): BasicType {
  return TYPES[column] ?? (CALL_COLUMNS[column as CallColumn] === 'integer' ? 'INT64' : 'STRING');
}

/** Row groups are as large as a reader of columns likes them. */
const ROW_GROUP = 50_000;

async function writeParquet(pages: Pages, out: string): Promise<void> {
  const writer = new ParquetWriter({
    writer: fileWriter(out),
    schema: [
      { name: 'root', num_children: COLUMNS.length },
      ...COLUMNS.map((column) => schemaElement(column)),
    ],
  });
  let waiting: CallRow[] = [];
  const flush = async () => {
    const columnData = COLUMNS.map((name) => ({ name, data: waiting.map((row) => parquetValue(row, name)) }));
    await writer.write({ columnData });
    waiting = [];
  };
  for await (const rows of pages) {
    waiting.push(...rows);
    if (waiting.length >= ROW_GROUP) await flush();
  }
  if (waiting.length > 0) await flush();
  await writer.finish();
}

function schemaElement(name: Column) {
  const repetition_type = 'OPTIONAL' as const;
  switch (typeOf(name)) {
    case 'TIMESTAMP':
      return { name, type: 'INT64' as const, converted_type: 'TIMESTAMP_MILLIS' as const, repetition_type };
    case 'INT64':
      return { name, type: 'INT64' as const, repetition_type };
    case 'DOUBLE':
      return { name, type: 'DOUBLE' as const, repetition_type };
    default:
      return { name, type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const, repetition_type };
  }
}

function parquetValue(row: CallRow, column: Column): Value {
  const value = cellOf(row, column);
  return typeOf(column) === 'INT64' && typeof value === 'number' ? BigInt(value) : value;
}

function text(value: Value): string {
  return value instanceof Date ? value.toISOString() : String(value ?? '');
}
