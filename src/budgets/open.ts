import { type Attributes, diag } from '@opentelemetry/api';
import type { CallSubject, GatedCall, Pricing, SettledCall, Sink } from '../calls/pipeline.ts';
import { ConfigError } from '../errors.ts';
import { beforeExit } from '../exit.ts';
import { cleanLabel } from '../label.ts';
import { reportFault } from '../report.ts';
import type { Counting, Reporter } from '../telemetry/metrics.ts';
import { ATTR, type InstrumentName, METRIC } from '../telemetry/names.ts';
import { type Admission, Budgets } from './budgets.ts';
import { readBudgetFile, watchBudgetFile } from './file.ts';
import { budgetGauges } from './gauges.ts';
import type { Subject } from './match.ts';
import { mostOf } from './most.ts';
import { SteadyStore } from './steady-store.ts';
import { MemoryStore } from './stores/memory.ts';
import { RedisStore } from './stores/redis.ts';
import { SqliteStore } from './stores/sqlite.ts';
import type { BudgetStore } from './stores/types.ts';
import { logThreshold } from './threshold-log.ts';
import type {
  Budget,
  BudgetOptions,
  BudgetStatus,
  BudgetStoreOption,
  Scope,
  ScopePart,
  ThresholdEvent,
} from './types.ts';

const DEFAULT_TIMEOUT_MS = 50;
/** As long as the SDKs wait for an answer. */
const DEFAULT_RESERVATION_SECONDS = 600;

/** What budgets need of the meter they belong to. */
export interface BudgetHost {
  readonly price: Pricing;
  /** The model behind a deployment. */
  modelOf(name: string | undefined): string | undefined;
  /** How a user is shown, if he may be. */
  showUser(user: string): string | undefined;
  /** Of each budget, on metrics. */
  readonly maxScopes: number;
}

/** The budgets of one meter, at work. */
export interface OpenBudgets extends Reporter {
  readonly sink: Sink;
  admit(call: GatedCall): Admission | undefined | Promise<Admission>;
  status(subject: Subject): Promise<BudgetStatus[]>;
  close(): Promise<void>;
}

/** The option in its long form. */
export function budgetOptions(given: readonly Budget[] | string | BudgetOptions): BudgetOptions {
  if (typeof given === 'string') return { file: given };
  return 'length' in given ? { budgets: given } : given;
}

/** @throws {ConfigError} for a file that cannot be used. @throws {TokenmeterError} for a store that cannot be opened. */
export function openBudgets(
  { budgets: declared = [], file, store: kind = 'memory', ...options }: BudgetOptions,
  host: BudgetHost,
): OpenBudgets {
  const together = (fromFile: readonly Budget[]) => joined(declared, fromFile, file);
  const all = file === undefined ? declared : together(readBudgetFile(file));
  const timeoutMs = options.storeTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  const store = new SteadyStore(openStore(kind, timeoutMs), {
    timeoutMs,
    failOpen: options.onStoreFailure !== 'failClosed',
    onFailure: () => count(METRIC.budgetStoreFailures, {}),
  });
  let shownOn: readonly Counting[] = [];
  let hide: (() => void)[] = [];
  const count = (metric: InstrumentName, labels: Attributes) => {
    for (const counting of shownOn) counting.count(metric, labels);
  };
  const labelsOf = (budget: string, scope: Scope) => scopeLabels(budget, scope, host.showUser);
  const budgets = new Budgets({
    budgets: all,
    store,
    reservationSeconds: options.reservationSeconds ?? DEFAULT_RESERVATION_SECONDS,
    events: {
      crossed(event) {
        const { budget, threshold, scope } = event;
        // None of them keeps the others from being told.
        guarded('counting a threshold', () =>
          count(METRIC.budgetCrossings, { budget, threshold: String(threshold) }),
        );
        guarded('logging a threshold', () => logThreshold(event, labelsOf(budget, scope) ?? { budget }));
        tell(options.onThreshold, event);
      },
      unpriced: (budget) => count(METRIC.budgetUnpriced, { budget }),
      labels: labelsOf,
    },
  });
  const stopWatching =
    file === undefined ? undefined : watchBudgetFile(file, (changed) => budgets.replace(together(changed)));
  // What is kept elsewhere is told of before the process ends.
  const cancelFlush = store.isShared ? beforeExit(() => store.flush()) : undefined;
  const subjectOf = ({ vendor, who, facts }: Pick<CallSubject, 'vendor' | 'who' | 'facts'>): Subject => ({
    user: who.user,
    team: who.team,
    feature: who.feature,
    provider: vendor,
    model: cleanLabel(host.modelOf(facts.model)),
  });
  return {
    sink: { name: 'budgets', settle: (call) => charge(budgets, host, call) },
    showOn(counting) {
      if (counting === shownOn) return;
      for (const remove of hide) remove();
      shownOn = counting;
      const gauges = () => budgetGauges(budgets, store, labelsOf, host.maxScopes);
      hide = counting.map((one) => one.addGauges(gauges));
    },
    admit: (call) =>
      budgets.admit(subjectOf(call), () => mostOf(call, [host.modelOf(call.facts.model)], host.price)),
    status: (subject) => budgets.status(subject),
    async close() {
      cancelFlush?.();
      stopWatching?.();
      for (const remove of hide) remove();
      await budgets.close();
    },
  };
}

/** @throws {ConfigError} where both have a budget of one name. */
function joined(declared: readonly Budget[], fromFile: readonly Budget[], file?: string): readonly Budget[] {
  const names = new Set(declared.map(({ name }) => name));
  const twice = fromFile.filter(({ name }) => names.has(name));
  if (twice.length > 0) {
    throw new ConfigError(
      twice.map(({ name }) => `${file}: budget ${JSON.stringify(name)} is among those of the option, too`),
    );
  }
  return [...declared, ...fromFile];
}

function guarded(what: string, work: () => void): void {
  try {
    work();
  } catch (fault) {
    reportFault(what, fault);
  }
}

function openStore(kind: BudgetStoreOption, timeoutMs: number): BudgetStore {
  if (kind === 'memory') return new MemoryStore();
  return 'sqlite' in kind ? new SqliteStore(kind.sqlite, timeoutMs) : new RedisStore(kind.redis);
}

/** After a call: its reservation becomes what it cost. */
function charge(budgets: Budgets, host: BudgetHost, call: SettledCall): void {
  if (call.outcome === 'blocked') return;
  const { usage, cost, who, requests } = call;
  // A request that was refused has cost nothing; of an answer that tells no usage nobody knows.
  const isUnknown = usage === undefined && call.unmetered !== undefined;
  const spend = {
    picoUsd: cost ? cost.picoUsd : usage || isUnknown ? undefined : 0n,
    tokens: usage ? usage.input.total + usage.output.total : isUnknown ? undefined : 0,
    requests,
  };
  if (call.reservation) call.reservation.settle(spend);
  else {
    const { user, team, feature } = who;
    const model = cleanLabel(host.modelOf(call.requestModel));
    budgets.charge({ user, team, feature, provider: call.provider, model }, spend);
  }
}

/** Undefined where it would show a user who may not be shown. */
function scopeLabels(budget: string, scope: Scope, showUser: BudgetHost['showUser']): Attributes | undefined {
  const labels: Attributes = { budget };
  for (const [part, value] of Object.entries(scope) as [ScopePart, string][]) {
    const shown = part === 'user' ? showUser(value) : value;
    if (shown === undefined) return undefined;
    labels[LABEL[part]] = shown;
  }
  return labels;
}

const LABEL: Record<ScopePart, string> = {
  user: ATTR.userId,
  team: ATTR.team,
  feature: ATTR.feature,
  model: ATTR.requestModel,
  provider: ATTR.provider,
};

/** The app's function: what it throws, or what it never ends, is no concern of the call that crossed it. */
function tell(onThreshold: BudgetOptions['onThreshold'], event: ThresholdEvent): void {
  if (!onThreshold) return;
  setImmediate(() => {
    try {
      const told = onThreshold(event);
      if (told instanceof Promise) told.catch((fault) => reportFault('onThreshold', fault));
    } catch (fault) {
      reportFault('onThreshold', fault);
    }
  });
  diag.debug(`tokenmeter: budget "${event.budget}" has reached ${event.threshold} of its limit`);
}
