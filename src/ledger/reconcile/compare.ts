import type { Ledger } from '../ledger.ts';
import type { ProviderExport } from './read.ts';
import type { ProviderLine } from './types.ts';

type Measure = 'requests' | 'inputTokens' | 'outputTokens' | 'costUsd';
const MEASURES: readonly Measure[] = ['requests', 'inputTokens', 'outputTokens', 'costUsd'];

/** One day and model, as the ledger has it and as the provider says. */
export interface Comparison {
  readonly day: string;
  readonly model: string;
  readonly ledger: Partial<Record<Measure, number>>;
  /** Only what the export tells. */
  readonly provider: Partial<Record<Measure, number>>;
  /** Relative to the provider, the largest of them; 1 where one of the two has nothing. */
  readonly difference: number;
}

const ALL_MODELS = 'all models';

/** Every day and model of a provider's export, and of the ledger in that time. */
export async function compare(ledger: Ledger, exported: ProviderExport): Promise<Comparison[]> {
  const { provider, calls, lines, from, to } = exported;
  const isEmpty = lines.length === 0;
  const isByModel = isEmpty || lines.some(({ model }) => model !== undefined);
  const recorded = await ledger.usage({
    from: new Date(from),
    to: new Date(to),
    by: ['day', 'model'],
    where: { provider, ...calls },
  });
  const told = MEASURES.filter((measure) => isEmpty || lines.some((line) => line[measure] !== undefined));
  const ours = total(recorded, told, isByModel);
  const theirs = total(lines, told, isByModel);
  return [...new Set([...theirs.keys(), ...ours.keys()])].sort().map((key) => {
    const [mine, their] = [ours.get(key), theirs.get(key)];
    return {
      day: key.slice(0, 10),
      model: their?.model ?? mine?.model ?? ALL_MODELS,
      ledger: mine?.sums ?? {},
      provider: their?.sums ?? {},
      difference: Math.max(
        ...told.map((measure) => differ(mine?.sums[measure] ?? 0, their?.sums[measure] ?? 0)),
      ),
    };
  });
}

interface Total {
  readonly model: string;
  readonly sums: Partial<Record<Measure, number>>;
}

function total(
  lines: readonly ProviderLine[],
  told: readonly Measure[],
  isByModel: boolean,
): Map<string, Total> {
  const totals = new Map<string, Total>();
  for (const line of lines) {
    const model = isByModel ? (line.model ?? 'no model') : ALL_MODELS;
    const key = `${line.day} ${modelKey(model)}`;
    const sums: Total['sums'] = totals.get(key)?.sums ?? {};
    const added = told.map((measure) => [measure, (sums[measure] ?? 0) + (line[measure] ?? 0)]);
    totals.set(key, { model, sums: Object.fromEntries(added) });
  }
  return totals;
}

/**
 * Exports of costs have names for people, `Claude Haiku 3.5` for `claude-3-5-haiku-20241022`, and some names have a
 * date that others do not.
 */
export function modelKey(model: string): string {
  return model
    .toLowerCase()
    .replace(/[\s._]+/g, '-')
    .replace(/-(?:20\d{6}|20\d{2}-\d{2}-\d{2}|latest)$/, '')
    .replace(/^claude-(\d+(?:-\d+)?)-([a-z]+)$/, 'claude-$2-$1');
}

function differ(ours: number, theirs: number): number {
  if (ours === theirs) return 0;
  return theirs === 0 ? 1 : Math.abs(ours - theirs) / Math.abs(theirs);
}
