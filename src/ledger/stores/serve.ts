import { workerData } from 'node:worker_threads';
import {
  type Connection,
  failure,
  perform,
  type StoreReply,
  type StoreRequest,
  type ThreadData,
} from './tasks.ts';

/** Does in this thread what a `StoreThread` is asked for. */
export function serve<Options>(connect: (options: Options) => Connection): void {
  const { options, answered, port } = workerData as ThreadData<Options>;
  let connection: Connection | undefined;
  let opened: unknown;

  port.on('message', async (request: StoreRequest) => {
    port.postMessage(await answer(request));
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  });

  port.on('close', async () => {
    await connection?.close();
    process.exit();
  });

  async function answer(request: StoreRequest): Promise<StoreReply> {
    try {
      connection ??= connect(options);
      if (request.kind === 'open') opened = connection.open();
      // Opening takes more than one turn, and what came meanwhile waits for it.
      await opened;
      return {
        id: request.id,
        value: request.kind === 'open' ? await opened : await perform(connection, request),
      };
    } catch (error) {
      return failure(request.id, error);
    }
  }
}
