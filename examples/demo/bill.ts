import { type JsonObject, numberAt } from '../../test/provider/json.ts';
import { snapshotOf } from '../../test/provider/models.ts';
import type { BilledCall } from '../../test/provider/types.ts';
import type { Row } from './usage.ts';

export interface Totals {
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

/** What the provider billed beside what was metered, of the calls where both can be known. */
export interface BillCheck {
  readonly billed: Totals;
  readonly metered: Totals;
  /** For every user and model on its own. */
  readonly agrees: boolean;
  /** Streams that were broken off, and the other calls of the same user with the same model. */
  readonly leftOut: { readonly aborted: number; readonly others: number };
}

interface Account {
  readonly billed: Totals;
  readonly metered: Totals;
  aborted: number;
}

/**
 * What a broken-off call used is known to the provider alone: it is not in its bill here, and of a
 * stream the client has seen nothing or the beginning. So those users and models are left out.
 */
export function checkBill(billed: readonly BilledCall[], rows: readonly Row[]): BillCheck {
  const accounts = new Map<string, Account>();
  const accountOf = (user: string | undefined, model: string): Account => {
    const key = JSON.stringify([user, model]);
    const account = accounts.get(key) ?? { billed: noTotals(), metered: noTotals(), aborted: 0 };
    accounts.set(key, account);
    return account;
  };
  for (const call of billed) {
    const { inputTokens, outputTokens } = readUsage(call.usage);
    add(accountOf(call.user, call.model).billed, { calls: 1, inputTokens, outputTokens });
  }
  for (const { user, model, usage } of rows) {
    const account = accountOf(user, snapshotOf(model));
    const { ok, inputTokens, outputTokens } = usage;
    add(account.metered, { calls: ok, inputTokens, outputTokens });
    account.aborted += usage.aborted;
  }

  const all = [...accounts.values()];
  const compared = all.filter(({ aborted }) => aborted === 0);
  const leftOut = all.filter(({ aborted }) => aborted > 0);
  return {
    billed: sum(compared.map((account) => account.billed)),
    metered: sum(compared.map((account) => account.metered)),
    agrees: compared.every((account) => isSame(account.billed, account.metered)),
    leftOut: {
      aborted: leftOut.reduce((total, { aborted }) => total + aborted, 0),
      others: leftOut.reduce((total, { metered }) => total + metered.calls, 0),
    },
  };
}

/** The names of both providers; Anthropic counts what it cached beside the input. */
function readUsage(usage: JsonObject): { inputTokens: number; outputTokens: number } {
  const total = (names: readonly string[]) =>
    names.reduce((tokens, name) => tokens + (numberAt(usage, name) ?? 0), 0);
  return {
    inputTokens: total([
      'prompt_tokens',
      'input_tokens',
      'cache_read_input_tokens',
      'cache_creation_input_tokens',
    ]),
    outputTokens: total(['completion_tokens', 'output_tokens']),
  };
}

function noTotals(): Totals {
  return { calls: 0, inputTokens: 0, outputTokens: 0 };
}

function add(sum: Totals, more: Totals): void {
  sum.calls += more.calls;
  sum.inputTokens += more.inputTokens;
  sum.outputTokens += more.outputTokens;
}

function sum(list: readonly Totals[]): Totals {
  const total = noTotals();
  for (const totals of list) add(total, totals);
  return total;
}

function isSame(a: Totals, b: Totals): boolean {
  return a.calls === b.calls && a.inputTokens === b.inputTokens && a.outputTokens === b.outputTokens;
}
