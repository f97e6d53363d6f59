/** Every query that the dashboards send, as Grafana sends them. */
import { readdirSync, readFileSync } from 'node:fs';

export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly refId: string;
  readonly expr: string;
  readonly isInstant: boolean;
}

export interface VariableQuery {
  readonly dashboard: string;
  readonly variable: string;
  readonly label: string;
  readonly series: string;
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly {
      readonly expr: string;
      readonly refId: string;
      readonly instant?: boolean;
    }[];
  }[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: { query: string };
    }[];
  };
}

const folder = new URL('../../grafana/dashboards/', import.meta.url);

export function readDashboards(): Map<string, Dashboard> {
  return new Map(
    readdirSync(folder).map((file) => [
      file.replace('.json', ''),
      JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Dashboard,
    ]),
  );
}

export function panelQueries(): PanelQuery[] {
  return [...readDashboards()].flatMap(([dashboard, { panels, templating }]) =>
    panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, refId, instant = false }) => ({
        dashboard,
        panel: title,
        refId,
        expr: withOwnVariables(expr, templating.list),
        isInstant: instant,
      })),
    ),
  );
}

/** Grafana leaves a variable that the dashboard does not have as it stands, and nothing matches it. */
function withOwnVariables(expr: string, variables: readonly { readonly name: string }[]): string {
  const names = variables.map(({ name }) => name);
  return expr.replace(/\$([a-z]+)/g, (whole, name: string) => (names.includes(name) ? whole : `no ${name}`));
}

export function variableQueries(): VariableQuery[] {
  return [...readDashboards()].flatMap(([dashboard, { templating }]) =>
    templating.list.flatMap(({ name, type, query }) => {
      if (type !== 'query') return [];
      const [, series = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(query.query) ?? [];
      return [{ dashboard, variable: name, label, series }];
    }),
  );
}

/** What is chosen in each variable, as a regular expression. */
export type Choice = Readonly<Record<string, string>>;
export const ALL: Choice = { job: '.*', provider: '.*', model: '.*', team: '.*', user: '.*', budget: '.*' };

/** As Grafana does it before it sends a query. */
export function substitute(expr: string, choice: Choice, rangeSeconds: number, rateSeconds: number): string {
  return expr
    .replaceAll('$__range_s', String(rangeSeconds))
    .replaceAll('$__range', `${rangeSeconds}s`)
    .replaceAll('$__rate_interval', `${rateSeconds}s`)
    .replace(/\$([a-z]+)/g, (whole, name: string) => choice[name] ?? whole);
}
