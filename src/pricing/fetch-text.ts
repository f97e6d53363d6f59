import { Worker } from 'node:worker_threads';

interface TextToFetch {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly text?: string;
  readonly problem?: string;
}

/**
 * Text, so that it is in a bundled app, too. The length is that of what arrives, whatever the other side says of it,
 * and whatever it is unpacked to.
 */
const IN_WORKER = `
const { parentPort, workerData: { url, headers, maxBytes } } = require('node:worker_threads');
async function read() {
  const response = await fetch(url, { headers });
  if (!response.ok || response.body === null) throw new Error('the server answered ' + response.status);
  const parts = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error('it is longer than ' + maxBytes + ' bytes');
    parts.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}
const problemOf = ({ message, code }) => message || code;
read().then(
  (text) => parentPort.postMessage({ text }),
  (error) => parentPort.postMessage({ problem: problemOf(error.cause ?? error) }),
).finally(() => process.exit());
`;

/**
 * What is at a URL. By a thread of its own: an unanswered request, or a connection that is never made, would keep
 * the process from its end, and an app's instrumentations and mocks of `fetch` are not meant for it.
 */
export function fetchText({ url, headers, maxBytes, signal }: TextToFetch): Promise<string> {
  // What the app preloads is not for this thread.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const worker = new Worker(IN_WORKER, {
    eval: true,
    name: 'tokenmeter prices',
    workerData: { url, headers, maxBytes },
    env,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  return new Promise<string>((resolve, reject) => {
    const end = () => void worker.terminate();
    signal.addEventListener('abort', end, { once: true });
    worker.once('message', ({ text, problem }: Answer) => {
      if (text === undefined) reject(new Error(problem));
      else resolve(text);
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', end);
      reject(signal.aborted ? signal.reason : new Error('no answer'));
    });
    // After the listeners, which would hold the process again.
    worker.unref();
  });
}
