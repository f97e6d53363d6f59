import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, freePort, type ServerProcess, startServer } from '../support/server-process.ts';

/** Time series by their labels. */
export interface Answer {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A server that understands PromQL. */
export interface QueryServer extends AsyncDisposable {
  readonly url: string;
  query(promql: string, at?: number): Promise<Answer[]>;
  server: ServerProcess;
}

function queryServer(url: string, server: ServerProcess): QueryServer {
  return {
    url,
    server,
    async query(promql, at) {
      const body = new URLSearchParams({ query: promql, ...(at !== undefined && { time: String(at) }) });
      const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
      const answer = (await response.json()) as {
        error?: string;
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      if (!response.ok) throw new Error(`${promql}: ${answer.error}`);
      return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export interface PrometheusOptions {
  readonly folder: string;
  /** Where processes say at which port they are. */
  readonly discovery: string;
  readonly scrapeMs: number;
  readonly remoteWrite?: string | undefined;
}

export async function startPrometheus(options: PrometheusOptions): Promise<QueryServer> {
  const { folder, discovery, scrapeMs, remoteWrite } = options;
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'prometheus.yml');
  // JSON is YAML.
  await writeFile(
    config,
    JSON.stringify({
      global: { scrape_interval: `${scrapeMs}ms`, scrape_timeout: `${scrapeMs}ms` },
      scrape_configs: [
        {
          job_name: 'app',
          file_sd_configs: [{ files: [join(discovery, '*.json')], refresh_interval: '1s' }],
        },
      ],
      ...(remoteWrite !== undefined && {
        remote_write: [{ url: remoteWrite, queue_config: { batch_send_deadline: '200ms' } }],
      }),
    }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    '--log.level=warn',
  ];
  return queryServer(url, await startServer('prometheus', args, () => answers(`${url}/-/ready`)));
}

export async function startVictoriaMetrics(folder: string): Promise<QueryServer> {
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const args = [
    `-storageDataPath=${folder}`,
    `-httpListenAddr=${address}`,
    '-retentionPeriod=1',
    '-search.latencyOffset=0s',
  ];
  return queryServer(url, await startServer('victoria-metrics', args, () => answers(`${url}/health`)));
}
