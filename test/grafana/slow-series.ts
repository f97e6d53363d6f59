import { parser } from '@prometheus-io/lezer-promql';
import type { RuleGroup } from '../../src/rules/types.ts';

/** An instant goes back 5 minutes: half of it leaves room for an evaluation that fails. */
const SLOW_MINUTES = 2;

/** Names of what groups record too seldom for a look at an instant. */
export function slowSeries(groups: readonly RuleGroup[]): Set<string> {
  const slow = groups.filter(({ interval = '1m' }) => Number.parseInt(interval, 10) > SLOW_MINUTES);
  return new Set(
    slow.flatMap(({ rules }) => rules.flatMap((rule) => ('record' in rule ? [rule.record] : []))),
  );
}

/** Where one of `names` is read without a range. */
export function instantsOf(names: ReadonlySet<string>, query: string): string[] {
  const found: string[] = [];
  parser.parse(query).iterate({
    enter({ name, from, to, node }) {
      if (name !== 'VectorSelector') return;
      const [series = ''] = query.slice(from, to).split('{');
      if (names.has(series.trim()) && node.parent?.name !== 'MatrixSelector')
        found.push(`${series} in ${query}`);
    },
  });
  return found;
}

/** A group that reads what it has just recorded itself is never late. */
export function slowInstants(groups: readonly RuleGroup[]): string[] {
  return groups.flatMap((group) => {
    const names = slowSeries(groups.filter((other) => other !== group));
    return group.rules.flatMap(({ expr }) => instantsOf(names, expr));
  });
}
