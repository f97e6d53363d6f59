/** What the page is given: a dashboard, and what Prometheus answered to its queries. */
export interface Picture {
  readonly dashboard: DashboardJson;
  /** By the id of the panel, then by the query. */
  readonly answers: Readonly<Record<number, readonly QueryAnswer[]>>;
  readonly from: number;
  readonly to: number;
}

export interface QueryAnswer {
  readonly refId: string;
  readonly legend: string;
  readonly format: 'table' | 'time_series';
  readonly stepSeconds: number;
  readonly series: readonly {
    readonly metric: Readonly<Record<string, string>>;
    /** Milliseconds and value. */
    readonly points: readonly (readonly [number, number])[];
  }[];
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly transformations?: readonly { readonly id: string; readonly options: object }[];
  readonly timeFrom?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of panel has its own
  readonly options: any;
  readonly fieldConfig: {
    // biome-ignore lint/suspicious/noExplicitAny: Grafana's FieldConfig
    readonly defaults: any;
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant?: boolean;
  readonly format?: 'table' | 'time_series';
}

export interface DashboardJson {
  readonly title: string;
  readonly description: string;
  readonly panels: readonly PanelJson[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly label: string; readonly type: string }[];
  };
}
