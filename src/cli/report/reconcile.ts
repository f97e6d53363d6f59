import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { LedgerError } from '../../ledger/errors.ts';
import { type Comparison, compare } from '../../ledger/reconcile/compare.ts';
import { type ProviderExport, readExport } from '../../ledger/reconcile/read.ts';
import { EXIT_CODES, FOUND, printJson, type ReportOptions, reportCommand, withLedger } from './common.ts';
import { number, paint, percent, table, usdOfNumber } from './format.ts';

const HELP = `
FILE is what the provider exports, as CSV or JSON (a page as the API answers, or a list of all pages):
  OpenAI     platform.openai.com/usage, /v1/organization/usage/completions and the like with group_by=model,
             /v1/organization/costs with group_by=line_item
  Anthropic  the Console, /v1/organizations/usage_report/messages with group_by[]=model, /v1/organizations/cost_report
             with group_by[]=description
It is compared with the calls that it is of, from its first bucket to its last. Days are those of UTC.

${EXIT_CODES}, 3 when there are differences.

Examples:
  npx tokenmeter report reconcile completions_usage_2026-07-01_2026-07-31.csv
  npx tokenmeter report reconcile cost_report.json --tolerance 2 --json
`;

interface ReconcileOptions extends ReportOptions {
  readonly tolerance: number;
}

export function addReconcile(report: Command): void {
  reportCommand(report, 'reconcile', "compare with a provider's own export", HELP)
    .argument('<file>', 'exported usage or costs')
    .option('--tolerance <percent>', 'what counts as no difference', tolerance, 0.5)
    .action((file: string, { ledger, json, tolerance }: ReconcileOptions) =>
      withLedger(ledger, async (opened) => {
        const exported = readExport(contentOf(file));
        const compared = await compare(opened, exported);
        for (const warning of warningsOf(exported, compared)) console.error(`warning: ${warning}`);
        const differing = compared.filter(({ difference }) => difference * 100 > tolerance);
        if (json)
          printJson({
            export: exported.name,
            hasMore: exported.hasMore,
            tolerance,
            compared,
            differing: differing.length,
          });
        else console.log(print(exported.name, compared, tolerance));
        if (differing.length > 0) process.exitCode = FOUND;
      }),
    );
}

function warningsOf({ hasMore, lines, calls }: ProviderExport, compared: readonly Comparison[]): string[] {
  return [
    ...(hasMore ? ['there are more pages, which are not in the file (has_more)'] : []),
    ...(lines.length === 0 && !calls && compared.length > 0
      ? ['nothing was used in the file, so it does not say of what it is: all calls are compared']
      : []),
  ];
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new LedgerError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function tolerance(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('It must be a number of percents from 0 to 100.');
}

const MEASURES = [
  ['requests', 'requests', number],
  ['inputTokens', 'input', number],
  ['outputTokens', 'output', number],
  ['costUsd', 'cost', usdOfNumber],
] as const;

function print(name: string, compared: readonly Comparison[], tolerance: number): string {
  if (compared.length === 0) return `${name}: nothing was used, here neither`;
  const told = MEASURES.filter(([measure]) =>
    compared.some(({ ledger, provider }) => (provider[measure] ?? ledger[measure]) !== undefined),
  );
  const columns = [
    { title: 'day', isText: true },
    { title: 'model', isText: true },
    ...told.flatMap(([, title]) => [{ title: `${title} here` }, { title: 'there' }]),
    { title: 'differs by' },
  ];
  const rows = compared.map(({ day, model, ledger, provider, difference }) => [
    day,
    model,
    ...told.flatMap(([measure, , show]) => [show(ledger[measure] ?? 0), show(provider[measure] ?? 0)]),
    difference * 100 > tolerance ? percent(difference) : '',
  ]);
  const differing = compared.filter(({ difference }) => difference * 100 > tolerance).length;
  const verdict =
    differing === 0
      ? paint('green', `${name}: no differences`)
      : paint('red', `${name}: ${differing} of ${compared.length} days and models differ`);
  return `${table(columns, rows)}\n\n${verdict}`;
}
