/** The rules of grafana/dashboard-linter and of pint that catch what goes wrong here, on the generated files. */
import type { SyntaxNodeRef } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

export interface Target {
  readonly expr: string;
  readonly refId: string;
  readonly instant?: boolean;
  readonly datasource?: { readonly uid?: string };
}

export interface PanelJson {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid?: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly options?: { readonly reduceOptions?: { readonly calcs: readonly string[] } };
  readonly fieldConfig: {
    readonly defaults: { readonly unit?: string };
    readonly overrides: readonly { readonly properties: readonly { readonly id: string }[] }[];
  };
}

const DATASOURCE = `\${datasource}`;
/** As good as numbers for the parser. */
const VARIABLES: readonly (readonly [RegExp, string])[] = [
  [/\$__(rate_interval|range)/g, '5m'],
  [/"\$[a-z]+"/g, '".*"'],
];

/** What is wrong with a panel. */
export function problemsOf(panel: PanelJson): string[] {
  if (panel.type === 'row') return [];
  const { title, description = '', datasource, targets = [], fieldConfig, options } = panel;
  const hasUnits =
    fieldConfig.defaults.unit !== undefined ||
    fieldConfig.overrides.some(({ properties }) => properties.some(({ id }) => id === 'unit'));
  const problems = [
    title === '' && 'no title',
    description.length < 15 && 'no description',
    datasource?.uid !== DATASOURCE && 'not of the datasource variable',
    !hasUnits && 'no unit',
    targets.length === 0 && 'no query',
    options?.reduceOptions?.calcs.length === 0 && 'reduces to nothing: reduceOptions.calcs is empty',
    new Set(targets.map(({ refId }) => refId)).size < targets.length && 'two queries of one refId',
    ...targets.flatMap((target) => targetProblems(target, panel.type)),
  ];
  return problems.filter((problem) => problem !== false).map((problem) => `${title}: ${problem}`);
}

function targetProblems({ expr, instant, datasource }: Target, type: string): string[] {
  const query = VARIABLES.reduce((text, [pattern, value]) => text.replace(pattern, value), expr);
  return [
    ...promqlProblems(query),
    datasource?.uid !== DATASOURCE && 'a query that is not of the datasource variable',
    /\[\d+[smh]\]/.test(expr) && 'a fixed range: $__rate_interval or $__range',
    expr.includes('$__interval') && '$__interval misses increments: $__rate_interval',
    type === 'timeseries' && instant === true && 'an instant query over time',
    type !== 'timeseries' && instant !== true && 'a range query for one value',
    /tokenmeter_\w+|gen_ai_client_\w+/.test(expr) &&
      !expr.includes('job=~"$job"') &&
      !/ALERTS/.test(expr) &&
      'no $job',
  ].filter((problem) => problem !== false);
}

/** Syntax, counters that are summed as they are, and divisions by what can be 0. */
export function promqlProblems(query: string): string[] {
  const problems: string[] = [];
  parser.parse(query).iterate({
    enter({ name, from, to, node }: SyntaxNodeRef) {
      const text = query.slice(from, to);
      if (name === '⚠') problems.push(`no PromQL at ${from}: ${query}`);
      if (name !== 'VectorSelector' || !/^\w+_(total|bucket|count|sum)\b/.test(text)) return;
      // `le` names and recorded series end otherwise; what is left are counters.
      const isInRange =
        node.parent?.name === 'MatrixSelector' || node.parent?.parent?.name === 'MatrixSelector';
      if (!isInRange) problems.push(`a raw counter: ${text}`);
    },
  });
  return problems;
}

/** Panels that overlap, or leave the 24 columns. */
export function layoutProblems(panels: readonly PanelJson[]): string[] {
  const problems: string[] = [];
  panels.forEach(({ title, gridPos: a }, index) => {
    if (a.x + a.w > 24) problems.push(`${title}: wider than the dashboard`);
    for (const { title: other, gridPos: b } of panels.slice(index + 1)) {
      const isBeside = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      if (!isBeside) problems.push(`${title} lies over ${other}`);
    }
  });
  return problems;
}
