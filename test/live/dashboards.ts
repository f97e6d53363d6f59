import type { PrometheusClient } from './prometheus.ts';
import { ALL, type Choice, panelQueries, substitute, variableQueries } from './queries.ts';

/** Scrapes are a second apart. */
const RATE_SECONDS = 10;

/** Empty when all is well, or for want of days of data; panels that the test can fill are not here. */
const MAY_BE_EMPTY: readonly string[] = [];

/** Of one app and user; and of an app that is not there, as in a Prometheus without the meter's data. */
const SOME: Choice = { ...ALL, job: 'tokenmeter-demo', user: 'maria' };
const NOTHING: Choice = { ...ALL, job: 'nothing' };

/** Sends every query. Returns what failed, was empty, or is no number. */
export async function checkDashboards(prometheus: PrometheusClient, seconds: number): Promise<string[]> {
  const failures: string[] = [];
  const queries = panelQueries();
  for (const { dashboard, panel, refId, expr, isInstant } of queries) {
    const name = `${dashboard} / ${panel} / ${refId}`;
    for (const choice of [ALL, SOME, NOTHING]) {
      const query = substitute(expr, choice, seconds, RATE_SECONDS);
      try {
        const series = await (isInstant ? prometheus.instant(query) : prometheus.range(query, seconds));
        if (series.some(({ values }) => values.some((value) => !Number.isFinite(value)))) {
          failures.push(`${name}: not a number\n  ${query}`);
        }
        if (choice === ALL && series.length === 0 && !MAY_BE_EMPTY.includes(name)) {
          failures.push(`${name}: empty\n  ${query}`);
        }
      } catch (error) {
        failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  const variables = variableQueries();
  for (const { dashboard, variable, label, series } of variables) {
    const values = await prometheus.labelValues(label, substitute(series, ALL, seconds, RATE_SECONDS));
    if (values.length === 0) failures.push(`${dashboard} / variable ${variable}: empty`);
  }
  console.log(`${queries.length} queries of panels, ${variables.length} of variables`);
  return failures;
}
