/** Runs in a thread of its own, and has a ledger open: SQLite keeps whoever calls it waiting. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { SqliteFile } from './sqlite-file.ts';
import {
  failure,
  perform,
  type SqliteReply,
  type SqliteRequest,
  type SqliteThreadData,
} from './sqlite-messages.ts';

const { options, answered, port } = workerData as SqliteThreadData & { port: MessagePort };
let file: SqliteFile | undefined;
// One after the other: opening takes more than one turn.
let last: Promise<void> = Promise.resolve();

port.on('message', (request: SqliteRequest) => {
  last = last.then(async () => {
    port.postMessage(await answer(request));
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
});

port.on('close', () => file?.close());

async function answer(request: SqliteRequest): Promise<SqliteReply> {
  try {
    file ??= new SqliteFile(options);
    return { id: request.id, value: await perform(file, request) };
  } catch (error) {
    return failure(request.id, error);
  }
}
