import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toYaml } from '../../src/rules/index.ts';
import type { RuleGroup } from '../../src/rules/types.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

/** Time series as promtool writes them: `0+1x10` is 0, 1, … 10; `_` is a scrape that failed. */
export type InputSeries = Readonly<Record<string, string>>;

export interface Expectation {
  readonly at: string;
  readonly expr: string;
  /** Of each series that the expression gives. */
  readonly values: readonly { readonly labels: string; readonly value: number }[];
}

/** All of an alert that fires. */
export interface FiringAlert {
  readonly at: string;
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RuleTest {
  readonly name: string;
  readonly series: InputSeries;
  readonly expect?: readonly Expectation[];
  readonly alerts?: readonly FiringAlert[];
  /** Between the values of the series. */
  readonly interval?: string;
}

/** What promtool says against these rules: undefined when the expectations hold. */
export async function failureOf(
  groups: readonly RuleGroup[],
  tests: readonly RuleTest[],
  /** Between two evaluations of the rules. */
  every = '1m',
): Promise<string | undefined> {
  await using folder = await temporaryFolder();
  const [rules, file] = [join(folder.path, 'rules.yaml'), join(folder.path, 'tests.yaml')];
  await writeFile(
    rules,
    toYaml(
      '',
      groups.map((group) => asOftenAsPrometheus(group, every)),
    ),
  );
  // JSON is YAML.
  await writeFile(
    file,
    JSON.stringify({
      rule_files: [rules],
      evaluation_interval: every,
      // Else they come in any order, and one that reads another is an evaluation late, or not.
      group_eval_order: groups.map(({ name }) => name),
      tests: tests.map(({ name, series, expect = [], alerts = [], interval = '1m' }) => ({
        name,
        interval,
        input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
        promql_expr_test: expect.map(({ at, expr, values }) => ({
          eval_time: at,
          expr,
          exp_samples: values,
        })),
        alert_rule_test: alerts.map(({ at, alert, labels, annotations }) => ({
          eval_time: at,
          alertname: alert,
          exp_alerts: [{ exp_labels: labels, exp_annotations: annotations }],
        })),
      })),
    }),
  );
  return await new Promise((resolve) => {
    execFile('promtool', ['test', 'rules', file], { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve(error === null ? undefined : stdout + stderr || error.message),
    );
  });
}

/** promtool evaluates every group at every step: one with a longer interval gives something only when it is due. */
function asOftenAsPrometheus(group: RuleGroup, every: string): RuleGroup {
  const interval = group.interval ?? every;
  if (secondsOf(interval) <= secondsOf(every)) return group;
  const isDue = `and on () (vector(time()) % ${secondsOf(interval)} == 0)`;
  return { ...group, rules: group.rules.map((rule) => ({ ...rule, expr: `(${rule.expr})\n${isDue}` })) };
}

const secondsOf = (minutes: string): number => 60 * Number.parseInt(minutes, 10);
