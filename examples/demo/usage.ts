import { ATTR, type InstrumentName, METRIC } from '../../src/telemetry/names.ts';
import { counterName, labelName, type Sample } from './scrape.ts';

/** What the calls of one user, of one model, or all calls came to. */
export interface Usage {
  calls: number;
  ok: number;
  errors: number;
  aborted: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  /** Undefined when no call had a known price. */
  spendUsd: number | undefined;
  seconds: number;
}

/** The usage of the series that share these labels. */
export interface Row {
  readonly user: string;
  readonly team: string;
  readonly model: string;
  readonly usage: Usage;
}

const add: Readonly<Record<string, (usage: Usage, sample: Sample) => void>> = {
  [counterName(METRIC.requests)]: (usage, { value, labels }) => {
    const outcome = labels[labelName(ATTR.outcome)];
    usage.calls += value;
    if (outcome === 'ok') usage.ok += value;
    else if (outcome === 'aborted') usage.aborted += value;
    else usage.errors += value;
  },
  [counterName(METRIC.inputTokens)]: (usage, { value }) => {
    usage.inputTokens += value;
  },
  [counterName(METRIC.cacheReadTokens)]: (usage, { value }) => {
    usage.cachedTokens += value;
  },
  [counterName(METRIC.outputTokens)]: (usage, { value }) => {
    usage.outputTokens += value;
  },
  [counterName(METRIC.cost)]: (usage, { value }) => {
    usage.spendUsd = (usage.spendUsd ?? 0) + value;
  },
  [counterName(METRIC.requestSeconds)]: (usage, { value }) => {
    usage.seconds += value;
  },
};

/** One row for every user and model that was asked for. */
export function readRows(samples: readonly Sample[]): Row[] {
  const rows = new Map<string, Row>();
  for (const sample of samples) {
    const addSample = add[sample.name];
    if (!addSample) continue;
    const user = sample.labels[labelName(ATTR.userId)] ?? '';
    const team = sample.labels[labelName(ATTR.team)] ?? '';
    const model = sample.labels[labelName(ATTR.requestModel)] ?? '';
    const key = JSON.stringify([user, team, model]);
    const row = rows.get(key) ?? { user, team, model, usage: noUsage() };
    rows.set(key, row);
    addSample(row.usage, sample);
  }
  return [...rows.values()];
}

/** Adds rows up by what `keyOf` says, the greatest spend first. */
export function groupRows<K extends string>(rows: readonly Row[], keyOf: (row: Row) => K): Map<K, Usage> {
  const groups = new Map<K, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  const sums = [...groups].map(([key, members]) => [key, sumUsage(members)] as const);
  return new Map(
    sums.sort(([a, { spendUsd: x = 0 }], [b, { spendUsd: y = 0 }]) => y - x || (a < b ? -1 : 1)),
  );
}

export function sumUsage(rows: readonly Row[]): Usage {
  const sum = noUsage();
  for (const { usage } of rows) {
    sum.calls += usage.calls;
    sum.ok += usage.ok;
    sum.errors += usage.errors;
    sum.aborted += usage.aborted;
    sum.inputTokens += usage.inputTokens;
    sum.cachedTokens += usage.cachedTokens;
    sum.outputTokens += usage.outputTokens;
    sum.seconds += usage.seconds;
    if (usage.spendUsd !== undefined) sum.spendUsd = (sum.spendUsd ?? 0) + usage.spendUsd;
  }
  return sum;
}

/** Calls that tokens or a price are missing of, by reason or by model. */
export function readBlindSpots(samples: readonly Sample[]): { unmetered: Counts; unpriced: Counts } {
  return {
    unmetered: countBy(samples, METRIC.unmetered, ATTR.reason),
    unpriced: countBy(samples, METRIC.unpriced, ATTR.requestModel),
  };
}

export type Counts = ReadonlyMap<string, number>;

function countBy(samples: readonly Sample[], metric: InstrumentName, attribute: string): Counts {
  const counts = new Map<string, number>();
  for (const { name, labels, value } of samples) {
    if (name !== counterName(metric)) continue;
    const key = labels[labelName(attribute)] ?? '';
    counts.set(key, (counts.get(key) ?? 0) + value);
  }
  return counts;
}

function noUsage(): Usage {
  return {
    calls: 0,
    ok: 0,
    errors: 0,
    aborted: 0,
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    spendUsd: undefined,
    seconds: 0,
  };
}
