import { type Command, InvalidArgumentError, Option } from 'commander';
import { LedgerError } from '../../ledger/errors.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { openStore } from '../../ledger/open.ts';
import { DEFAULT_LEDGER_FILE } from '../../ledger/options.ts';
import type { Store } from '../../ledger/stores/store.ts';

/** The ledger, or a file, cannot be used. */
const FAILED = 1;
/** The command did its work, and what it found is what it was to look for. */
export const FOUND = 3;

export const EXIT_CODES = `Exit code: 0, 1 when the ledger or a file cannot be used, 2 for a wrong command line`;

export interface ReportOptions {
  readonly ledger: string;
  readonly timeZone: string;
  readonly json?: true;
}

/** A subcommand of `report`, with the options that all of them have. */
export function reportCommand(report: Command, name: string, description: string, help: string): Command {
  return report
    .command(name)
    .description(description)
    .addOption(
      new Option('--ledger <place>', 'a file, or the URL of a PostgreSQL database')
        .env('TOKENMETER_LEDGER')
        .default(DEFAULT_LEDGER_FILE),
    )
    .option('--time-zone <name>', 'in which days are meant, such as Europe/Berlin', timeZone, 'UTC')
    .option('--json', 'print JSON')
    .addHelpText('after', help);
}

/** Opens the ledger for a command, and says why that, or what the command does, is not possible. */
export async function withLedger(
  place: string,
  work: (ledger: Ledger, store: Store) => Promise<void>,
): Promise<void> {
  try {
    // As apps take the variable.
    const store = await openStore(/^(?:true|false)$/.test(place) ? DEFAULT_LEDGER_FILE : place);
    try {
      await work(new Ledger(store), store);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof LedgerError || isOfSystem(error))) throw error;
    process.exitCode = FAILED;
    console.error(`error: ${(error as Error).message}`);
  }
}

/** A file, a connection or a database has failed: no fault of the command's. */
function isOfSystem(error: unknown): boolean {
  return typeof (error as { code?: unknown } | null)?.code === 'string';
}

/** For commands over some days. */
export function periodOptions(command: Command): Command {
  return command
    .option('--from <day>', 'the first day', day)
    .option('--to <day>', 'the last day', day)
    .hook('preAction', (_, asked) => {
      const { from, to } = asked.opts<{ from?: string; to?: string }>();
      if (from !== undefined && to !== undefined && from > to)
        asked.error(`error: --from ${from} is after --to ${to}`);
    });
}

export function day(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toJSON()?.startsWith(text);
  if (isDay) return text;
  throw new InvalidArgumentError('It must be a day such as 2026-07-01.');
}

export function count(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

/** No more than a hundred years. */
export function days(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value > 0 && value <= 36_500) return value;
  throw new InvalidArgumentError('It must be a whole number of days from 1 to 36500.');
}

export function dollars(text: string): number {
  const value = Number(text);
  if (value >= 1e-12 && value <= 1e12) return value;
  throw new InvalidArgumentError('It must be a number of dollars above 0, and no more than 1e12.');
}

function timeZone(text: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    throw new InvalidArgumentError('It must be the name of a time zone, such as Europe/Berlin or UTC.');
  }
}

/** Amounts with all their digits, which a number of JSON's does not hold. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? inner.toString() : inner), 2));
}
