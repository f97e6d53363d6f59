import { inUnits } from './budgets/amounts.ts';
import type { BudgetUnit, Scope } from './budgets/types.ts';

/** The base of every error this package throws. */
export class TokenmeterError extends Error {
  override readonly name: string = 'TokenmeterError';
}

/** An option or an environment variable has a value that cannot be used. */
export class ConfigError extends TokenmeterError {
  override readonly name = 'ConfigError';
  /** One line for each thing that is wrong. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Invalid configuration: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

export interface ExceededBudget {
  readonly budget: string;
  /** Whose budget it is: the values of its `per`. */
  readonly scope: Scope;
  readonly unit: BudgetUnit;
  /** These are dollars, tokens or requests. */
  readonly limit: number;
  readonly spent: number;
  /** Set aside for calls that are under way. */
  readonly reserved: number;
  /** What the call would have set aside. */
  readonly requested: number;
  /** When the budget begins anew. */
  readonly resetsAt: Date;
  /** Where it is not the limit that is in the way. */
  readonly why?: string | undefined;
}

/** A call was not made, because a budget has no room for it. Nothing was sent. */
export class BudgetExceededError extends TokenmeterError implements ExceededBudget {
  override readonly name = 'BudgetExceededError';
  readonly budget: string;
  readonly scope: Scope;
  readonly unit: BudgetUnit;
  readonly limit: number;
  readonly spent: number;
  readonly reserved: number;
  readonly requested: number;
  readonly resetsAt: Date;
  readonly why: string | undefined;

  constructor(exceeded: ExceededBudget) {
    super(describe(exceeded));
    this.budget = exceeded.budget;
    this.scope = exceeded.scope;
    this.unit = exceeded.unit;
    this.limit = exceeded.limit;
    this.spent = exceeded.spent;
    this.reserved = exceeded.reserved;
    this.requested = exceeded.requested;
    this.resetsAt = exceeded.resetsAt;
    this.why = exceeded.why;
  }
}

function describe({ budget, scope, unit, limit, spent, reserved, requested, resetsAt, why }: ExceededBudget) {
  const whose = Object.entries(scope).map(([part, value]) => `${part} ${value}`);
  const of = whose.length > 0 ? ` of ${whose.join(', ')}` : '';
  const amount = (value: number) => inUnits(unit, value);
  const reason = why ?? `the call may take ${amount(requested)} more`;
  return (
    `Budget "${budget}"${of} is exceeded: limit ${amount(limit)}, spent ${amount(spent)}, ` +
    `reserved ${amount(reserved)}; ${reason}. It begins anew at ${resetsAt.toISOString()}.`
  );
}
