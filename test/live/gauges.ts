import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Serves numbers to Prometheus. `host` is where. */
export async function startGauges(
  read: () => readonly Sample[] | Promise<readonly Sample[]>,
  { host = '127.0.0.1', port = 0 } = {},
): Promise<{ readonly host: string } & AsyncDisposable> {
  const server = createServer(async (_request, response) => {
    try {
      const text = (await read()).map(lineOf).join('');
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function lineOf({ name, labels, value }: Sample): string {
  const inside = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}{${inside.join(',')}} ${value}\n`;
}
