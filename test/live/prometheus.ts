/** What is asked of a running Prometheus. */
export interface Answer {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

interface Body {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly Result[] };
}

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

export class PrometheusClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  instant(query: string): Promise<Answer[]> {
    return this.#ask('query', { query });
  }

  range(query: string, seconds: number): Promise<Answer[]> {
    const end = Date.now() / 1000;
    return this.#ask('query_range', { query, start: String(end - seconds), end: String(end), step: '1' });
  }

  async labelValues(label: string, series: string): Promise<string[]> {
    const url = new URL(`/api/v1/label/${label}/values`, this.#url);
    url.searchParams.set('match[]', series);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
    return ((await response.json()) as { data: string[] }).data;
  }

  async #ask(path: string, parameters: Record<string, string>): Promise<Answer[]> {
    const response = await fetch(new URL(`/api/v1/${path}`, this.#url), {
      method: 'POST',
      body: new URLSearchParams(parameters),
    });
    const body = (await response.json()) as Body;
    if (body.status !== 'success') throw new Error(`${parameters.query}\n  ${body.error}`);
    return body.data.result.map(({ metric, value, values = value ? [value] : [] }) => ({
      metric,
      values: values.map(([, number]) => Number(number)),
    }));
  }
}
