import type { DashboardJson, PanelJson, Picture, QueryAnswer, Target } from './page/types.ts';

const POINTS = 300;

/** Sends a dashboard's queries, with All in each variable. */
export async function ask(
  prometheus: string,
  dashboard: DashboardJson,
  rangeSeconds: number,
  scrapeSeconds: number,
): Promise<Picture> {
  const step = Math.max(1, Math.round(rangeSeconds / POINTS));
  const ranges = { seconds: rangeSeconds, step, rate: Math.max(step + scrapeSeconds, 4 * scrapeSeconds) };
  const to = Math.floor(Date.now() / 1000);
  const variables = dashboard.templating.list.map(({ name }) => name);
  const answers = await Promise.all(
    dashboard.panels.map(async (panel) => {
      const targets = panel.targets ?? [];
      return [
        panel.id,
        await Promise.all(targets.map((target) => answer(prometheus, variables, panel, target, to, ranges))),
      ] as const;
    }),
  );
  return { dashboard, answers: Object.fromEntries(answers), from: 1000 * (to - rangeSeconds), to: 1000 * to };
}

async function answer(
  prometheus: string,
  variables: readonly string[],
  panel: PanelJson,
  target: Target,
  to: number,
  ranges: { readonly seconds: number; readonly step: number; readonly rate: number },
): Promise<QueryAnswer> {
  const { refId, legendFormat: legend, instant, format = 'time_series' } = target;
  const range = secondsOf(panel.timeFrom, to) ?? ranges.seconds;
  const query = target.expr
    .replaceAll('$__range_s', String(range))
    .replaceAll('$__range', `${range}s`)
    .replaceAll('$__rate_interval', `${ranges.rate}s`)
    .replace(/\$([a-z]+)/g, (whole, name: string) => (variables.includes(name) ? '.*' : whole));
  const parameters = instant
    ? { query, time: String(to) }
    : { query, start: String(to - ranges.seconds), end: String(to), step: String(ranges.step) };
  const response = await fetch(`${prometheus}/api/v1/${instant ? 'query' : 'query_range'}`, {
    method: 'POST',
    body: new URLSearchParams(parameters as unknown as Record<string, string>),
  });
  const body = (await response.json()) as Body;
  if (!response.ok) throw new Error(`${panel.title}: ${body.error}\n${query}`);
  const series = body.data.result.map(({ metric, value, values = value ? [value] : [] }) => ({
    metric,
    points: values.map(([time, text]) => [1000 * time, Number(text)] as const),
  }));
  return { refId, legend, format, stepSeconds: ranges.step, series };
}

interface Body {
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value?: [number, string];
      readonly values?: [number, string][];
    }[];
  };
}

/** How long a panel that shows the day or the month looks back. */
function secondsOf(timeFrom: string | undefined, to: number): number | undefined {
  const now = new Date(1000 * to);
  const start = {
    'now/d': Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()),
    'now/M': Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1),
  }[timeFrom ?? ''];
  return start === undefined ? undefined : to - Math.floor(start / 1000);
}
