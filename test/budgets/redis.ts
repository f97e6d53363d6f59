import { createClient } from 'redis';
import { freePort, type ServerProcess, startServer } from '../support/server-process.ts';

/** A Redis of Debian's package, that keeps nothing on disk. */
export async function startRedis(
  port?: number,
): Promise<ServerProcess & { readonly url: string; readonly port: number }> {
  const at = port ?? (await freePort());
  const url = `redis://127.0.0.1:${at}`;
  const args = ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = await startServer('redis-server', args, async () => {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.ping()) === 'PONG';
    } finally {
      if (client.isOpen) client.destroy();
    }
  });
  return Object.assign(server, { url, port: at });
}
