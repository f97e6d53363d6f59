import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import { type BasicType, fileWriter, ParquetWriter } from 'hyparquet-writer';
import { CALL_COLUMNS, type CallColumn, COLUMN_NAMES } from '../../ledger/columns.ts';
import type { CallRow } from '../../ledger/reports/rows.ts';
import { usdFromPico } from '../../pricing/cost.ts';

export interface ExportWriter {
  write(rows: readonly CallRow[]): Promise<void>;
  end(): Promise<void>;
}

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

/** One for each format. */
export const WRITERS = { csv: csvWriter, json: jsonWriter, parquet: parquetWriter } as const;

function csvWriter(out: string | undefined): ExportWriter {
  const stream = open(out);
  let header = true;
  return {
    async write(rows) {
      const records = rows.map((row) => COLUMNS.map((column) => text(cellOf(row, column))));
      // A user who calls himself `=cmd()` is no formula.
      await put(stream, stringify(records, { header, columns: [...COLUMNS], escape_formulas: true }));
      header = false;
    },
    async end() {
      if (header) await put(stream, stringify([], { header, columns: [...COLUMNS] }));
      await close(stream);
    },
  };
}

/** One array, a call a line. */
function jsonWriter(out: string | undefined): ExportWriter {
  const stream = open(out);
  let separator = '[\n';
  return {
    async write(rows) {
      for (const row of rows) {
        const record = Object.fromEntries(COLUMNS.map((column) => [column, cellOf(row, column)]));
        await put(
          stream,
          separator + JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
        );
        separator = ',\n';
      }
    },
    async end() {
      await put(stream, separator === '[\n' ? '[]\n' : '\n]\n');
      await close(stream);
    },
  };
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

function parquetWriter(out: string | undefined): ExportWriter {
  const writer = new ParquetWriter({
    writer: fileWriter(out ?? ''),
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
  return {
    async write(rows) {
      waiting.push(...rows);
      if (waiting.length >= ROW_GROUP) await flush();
    },
    async end() {
      if (waiting.length > 0) await flush();
      await writer.finish();
    },
  };
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

function open(out: string | undefined): Writable {
  return out === undefined ? process.stdout : createWriteStream(out);
}

async function put(stream: Writable, chunk: string): Promise<void> {
  if (!stream.write(chunk)) await once(stream, 'drain');
}

async function close(stream: Writable): Promise<void> {
  if (stream === process.stdout) return;
  stream.end();
  await once(stream, 'finish');
}
