/** The rules of grafana/dashboard-linter and of pint that catch what goes wrong here, on the generated files. */
import type { SyntaxNode, SyntaxNodeRef } from '@lezer/common';
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
  [/\$__range_s\b/g, '300'],
  [/\$__(rate_interval|range)\b/g, '5m'],
  [/\$[a-z]+/g, '.*'],
];
const FIXED_RANGE = /\[\d+[a-z]/;
const SAYS_WHEN = /\blast (\d+ )?(hours?|days?)\b/;

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
    ...targets.flatMap((target) => targetProblems(target, panel)),
  ];
  return problems.filter((problem) => problem !== false).map((problem) => `${title}: ${problem}`);
}

function targetProblems(
  { expr, instant, datasource }: Target,
  { type, description = '' }: PanelJson,
): string[] {
  const query = VARIABLES.reduce((text, [pattern, value]) => text.replace(pattern, value), expr);
  return [
    ...promqlProblems(query),
    datasource?.uid !== DATASOURCE && 'a query that is not of the datasource variable',
    FIXED_RANGE.test(expr) &&
      !SAYS_WHEN.test(description) &&
      'a fixed range that the description does not tell: $__rate_interval or $__range',
    expr.includes('$__interval') && '$__interval misses increments: $__rate_interval',
    type === 'timeseries' && instant === true && 'an instant query over time',
    type !== 'timeseries' && instant !== true && 'a range query for one value',
    ...selectorsIn(expr)
      .filter((selector) => !selector.includes('job=~"$job') && !OF_NO_JOB.test(selector))
      .map((selector) => `no $job: ${selector}`),
  ].filter((problem) => problem !== false);
}

/** Recorded from the price table. */
const OF_NO_JOB = /^model:tokenmeter_cache_read_saving_usd:per_token/;
const selectorsIn = (expr: string) =>
  expr.match(/\b(?:ALERTS\w*|[a-z:]*(?:tokenmeter|gen_ai_client)_[\w:]+)({[^}]*})?/g) ?? [];

/** Variables that a dashboard's queries read and it does not have, which Grafana leaves as they stand; and idle ones. */
export function variableProblems(
  panels: readonly PanelJson[],
  variables: readonly { readonly name: string; readonly query: string }[],
): string[] {
  const known = variables.map(({ name }) => name);
  const read = new Set<string>();
  const problems = panels.flatMap(({ title, targets = [] }) =>
    targets.flatMap(({ expr }) => {
      const names = variablesIn(expr);
      for (const name of names) read.add(name);
      return names.filter((name) => !known.includes(name)).map((name) => `${title}: no variable ${name}`);
    }),
  );
  for (const { name, query } of variables)
    for (const needed of variablesIn(query))
      if (!known.includes(needed)) problems.push(`variable ${name}: no variable ${needed}`);
  const idle = known.filter((name) => !read.has(name)).map((name) => `variable ${name}: no query reads it`);
  return [...problems, ...idle];
}

const variablesIn = (expr: string) => [...expr.matchAll(/\$([a-z]+)/g)].map(([, name = '']) => name);

/** Syntax, counters that are summed as they are, and divisions by what can be 0. */
export function promqlProblems(query: string): string[] {
  const problems: string[] = [];
  parser.parse(query).iterate({
    enter({ name, from, to, node }: SyntaxNodeRef) {
      const text = query.slice(from, to);
      if (name === '⚠') problems.push(`no PromQL at ${from}: ${query}`);
      if (name === 'BinaryExpr' && node.getChild('Div')) {
        const divisor = node.lastChild;
        if (divisor && !isNeverZero(divisor, query))
          problems.push(`a division by what can be 0: ${query.slice(divisor.from, divisor.to)}`);
      }
      if (name !== 'VectorSelector' || !/^\w+_(total|bucket|count|sum)\b/.test(text)) return;
      // `le` names and recorded series end otherwise; what is left are counters.
      const isInRange =
        node.parent?.name === 'MatrixSelector' || node.parent?.parent?.name === 'MatrixSelector';
      if (!isInRange) problems.push(`a raw counter: ${text}`);
    },
  });
  return problems;
}

/** A number; what is greater than 0, or there is none of; a count, of which there is none at 0; what is clamped. */
function isNeverZero(node: SyntaxNode, query: string): boolean {
  const numberOf = (of: SyntaxNode | null | undefined) =>
    of ? Number(query.slice(of.from, of.to)) : Number.NaN;
  switch (node.name) {
    case 'ParenExpr':
      return node.firstChild !== null && isNeverZero(node.firstChild, query);
    case 'NumberDurationLiteral':
      return numberOf(node) > 0;
    case 'BinaryExpr':
      return node.getChild('Gtr') !== null && numberOf(node.lastChild) >= 0;
    case 'AggregateExpr':
      return node.getChild('AggregateOp')?.getChild('Count') != null;
    case 'FunctionCall':
      return (
        /^clamp(_min)?\(/.test(query.slice(node.from)) &&
        numberOf(node.getChild('FunctionCallBody')?.getChildren('NumberDurationLiteral')[0]) > 0
      );
    default:
      return false;
  }
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
