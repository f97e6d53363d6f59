import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** One alert of a message of Alertmanager. */
export interface ReceivedAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of its labels. */
  readonly fingerprint: string;
  readonly startsAt: string;
}

/** What Alertmanager's webhook talks to. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly alerts: readonly ReceivedAlert[];
  /** The first that is like this, of those that came and those to come. */
  waitFor(isIt: (alert: ReceivedAlert) => boolean): Promise<ReceivedAlert>;
}

export interface ReceiverOptions {
  /** Of an alert that is new: Alertmanager tells a group again, whole, when one joins it. */
  readonly print?: (line: string) => void;
  readonly host?: string;
  /** 0: any. */
  readonly port?: number;
}

export async function startReceiver({
  print,
  host = '127.0.0.1',
  port = 0,
}: ReceiverOptions = {}): Promise<Receiver> {
  const alerts: ReceivedAlert[] = [];
  const known = new Set<string>();
  const arrivals = new EventEmitter().setMaxListeners(0);
  const server = createServer(async (request, response) => {
    try {
      const message = (await json(request)) as { alerts: ReceivedAlert[] };
      for (const alert of message.alerts) {
        alerts.push(alert);
        const { fingerprint, status, startsAt } = alert;
        const key = `${fingerprint} ${status} ${startsAt}`;
        if (!known.has(key)) print?.(lineOf(alert));
        known.add(key);
      }
      response.end();
      arrivals.emit('alerts');
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/`,
    alerts,
    async waitFor(isIt) {
      for (;;) {
        const found = alerts.find(isIt);
        if (found) return found;
        await once(arrivals, 'alerts');
      }
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** FIRING    warning   Budget team-day of shop (team legal): 82% used. $0.41 of $0.50 are spent (82%). */
function lineOf({ status, labels, annotations }: ReceivedAlert): string {
  const { summary = labels.alertname ?? 'an alert', description = '' } = annotations;
  const says = status === 'firing' ? `${summary}. ${description}` : summary;
  return `${status.toUpperCase().padEnd(9)} ${(labels.severity ?? '').padEnd(9)} ${says}`;
}
