/** What an app may do with a call, and what must be known of it afterwards. */
import type { Provider } from '../provider/server.ts';
import type { EventStream, Surface } from './surfaces.ts';

export interface Case {
  readonly name: string;
  /** Directives added to the model's, for the simulated provider. */
  readonly directives?: string;
  /** Which ability of a surface the case needs. */
  readonly needs?: 'create' | 'stream' | 'parse' | 'helper';
  /** What the app sees: it must be the same with and without the meter. */
  run(surface: Surface, params: object, server: Provider): Promise<unknown>;
  /** What the meter must know; where that is the SDK's to decide, from what the app sees. */
  readonly expected: Expected | ((seen: unknown) => Expected);
  /** The server must see the connection go before its answer ends. */
  readonly disconnects?: boolean;
  readonly appliesTo?: (surface: Surface) => boolean;
}

export interface Expected {
  readonly outcome: 'ok' | 'error' | 'aborted';
  readonly unmetered?: string;
  readonly errorType?: string;
  /** The answer does not say which model it is from, and the request's name has directives. */
  readonly unpriced?: boolean;
}

const ok: Expected = { outcome: 'ok' };

async function readAll(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Reads a stream whose end may be an error, which is then the last thing seen. */
async function readToError(
  stream: AsyncIterable<unknown>,
  onEvent = (_count: number) => {},
): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    for await (const event of stream) {
      seen.push(event);
      onEvent(seen.length);
    }
  } catch (error) {
    seen.push(describe(error));
  }
  return seen;
}

interface SeenError {
  readonly error: string;
  readonly message: string | undefined;
  readonly status: number | undefined;
}

function describe(error: unknown): SeenError {
  const { message, status } = error as Error & { status?: number };
  return {
    error: (error as Error).constructor.name,
    // Where the JSON ends differs with the bytes; request ids differ from run to run.
    message: error instanceof SyntaxError ? undefined : message.replace(/req_\w+/g, 'req'),
    status,
  };
}

const failure = (promise: Promise<unknown>) => promise.then((value) => ({ value }), describe);

/** Streams that hang have more events than this before that. (openai 4.55 gives an event once there is another.) */
const EARLY = 2;

const streamOf = (surface: Surface, params: object, options?: { signal: AbortSignal }) =>
  surface.stream?.(params, options) as Promise<EventStream>;

export const cases: readonly Case[] = [
  { name: 'plain', run: (surface, params) => surface.create(params), expected: ok },
  {
    name: 'withResponse',
    run: async (surface, params) => {
      const { data, response } = await surface.create(params).withResponse();
      return { data, status: response.status };
    },
    expected: ok,
  },
  {
    name: 'asResponse, read as JSON',
    run: async (surface, params) => (await surface.create(params).asResponse()).json(),
    expected: ok,
  },
  {
    name: 'asResponse, read as text',
    run: async (surface, params) => JSON.parse(await (await surface.create(params).asResponse()).text()),
    expected: ok,
  },
  {
    name: 'asResponse, then parsed',
    run: async (surface, params) => {
      const promise = surface.create(params);
      return { status: (await promise.asResponse()).status, data: await promise };
    },
    expected: ok,
  },
  {
    name: 'awaited twice',
    run: async (surface, params) => {
      const promise = surface.create(params);
      const [first, second] = [await promise, await promise];
      return { first, same: first === second };
    },
    expected: ok,
  },
  { name: 'frozen params', run: (surface, params) => surface.create(deepFreeze(params)), expected: ok },
  {
    name: 'params with toJSON and a getter',
    // The others copy the params' own members before they send them.
    appliesTo: ({ provider, name }) => provider === 'openai' && name !== 'embeddings',
    run: (surface, params) => {
      class Params {
        toJSON() {
          return params;
        }
        get model() {
          return (params as { model: string }).model;
        }
      }
      return surface.create(new Params());
    },
    expected: ok,
  },
  {
    name: 'error status',
    directives: 'status=429',
    run: (surface, params) => failure(surface.create(params)),
    expected: { outcome: 'error', errorType: '429' },
  },
  {
    name: 'error status, withResponse',
    directives: 'status=401',
    run: (surface, params) => failure(surface.create(params).withResponse()),
    expected: { outcome: 'error', errorType: '401' },
  },
  {
    name: 'error status, asResponse',
    directives: 'status=500',
    run: (surface, params) => failure(surface.create(params).asResponse()),
    expected: { outcome: 'error', errorType: '500' },
  },
  {
    name: 'error status, then a retry that works',
    directives: 'status=500,failfirst=1',
    run: (surface, params) => surface.create(params, { maxRetries: 2 }),
    expected: ok,
  },
  {
    name: 'connection cut',
    directives: 'cutat=0',
    run: (surface, params) => failure(surface.create(params)),
    expected: { outcome: 'error', unmetered: 'stream_error' },
  },
  {
    name: 'body that is no JSON',
    directives: 'badjson',
    run: (surface, params) => failure(surface.create(params)),
    expected: (seen) => ({
      outcome: 'error',
      unmetered: 'stream_error',
      errorType: (seen as SeenError).error,
    }),
  },
  {
    name: 'signal aborted before',
    run: (surface, params) => failure(surface.create(params, { signal: AbortSignal.abort() })),
    expected: { outcome: 'aborted' },
  },
  {
    name: 'signal aborted while waiting',
    directives: 'hangat=0',
    run: async (surface, params, server) => {
      const controller = new AbortController();
      const arrived = server.nextRequest();
      const failed = failure(surface.create(params, { signal: controller.signal }));
      await arrived;
      controller.abort();
      return failed;
    },
    expected: { outcome: 'aborted', unmetered: 'aborted' },
  },
  {
    name: 'structured output',
    needs: 'parse',
    run: (surface, params) => surface.parse?.(params) as Promise<unknown>,
    expected: ok,
  },

  {
    name: 'stream',
    needs: 'stream',
    run: async (surface, params) => readAll(await streamOf(surface, params)),
    expected: ok,
  },
  {
    name: 'stream with split bytes',
    needs: 'stream',
    directives: 'splitbytes',
    run: async (surface, params) => readAll(await streamOf(surface, params)),
    expected: ok,
  },
  {
    name: 'stream, withResponse',
    needs: 'stream',
    run: async (surface, params) => {
      const { data, response } = (await surface.stream?.(params).withResponse()) ?? {};
      return { status: response?.status, events: await readAll(data as EventStream) };
    },
    expected: ok,
  },
  {
    name: 'stream, asResponse, read as text',
    needs: 'stream',
    run: async (surface, params) => {
      const text = await (await surface.stream?.(params).asResponse())?.text();
      return text?.replace(
        /"(id|item_id|created|created_at|completed_at|obfuscation|system_fingerprint)":("[^"]*"|\d+)/g,
        '',
      );
    },
    expected: { outcome: 'ok', unmetered: 'raw_response' },
  },
  {
    name: 'stream, tee',
    needs: 'stream',
    run: async (surface, params) => {
      const [left, right] = (await streamOf(surface, params)).tee();
      return [await readAll(left), await readAll(right)];
    },
    expected: ok,
  },
  {
    name: 'stream, toReadableStream',
    needs: 'stream',
    run: async (surface, params) =>
      jsonLines(await new Response((await streamOf(surface, params)).toReadableStream()).text()),
    expected: ok,
  },
  {
    name: 'stream, read by hand',
    needs: 'stream',
    run: async (surface, params) => {
      const iterator = (await streamOf(surface, params))[Symbol.asyncIterator]();
      const results: unknown[] = [];
      let result = await iterator.next();
      while (!result.done) {
        results.push(result);
        result = await iterator.next();
      }
      return [...results, result, await iterator.next()];
    },
    expected: ok,
  },
  {
    name: 'stream, read ahead of its events',
    needs: 'stream',
    run: async (surface, params) => {
      const iterator = (await streamOf(surface, params))[Symbol.asyncIterator]();
      const results = await Promise.all(Array.from({ length: 100 }, () => iterator.next()));
      return results.filter(({ done }) => !done);
    },
    expected: ok,
  },
  {
    name: 'stream read a second time',
    needs: 'stream',
    run: async (surface, params) => {
      const stream = await streamOf(surface, params);
      return [await readAll(stream), await readToError(stream)];
    },
    expected: ok,
  },
  {
    name: 'stream helper',
    needs: 'helper',
    run: (surface, params) => surface.helper?.(params) as Promise<unknown>,
    expected: ok,
  },
  {
    name: 'stream, break',
    needs: 'stream',
    directives: 'hangat=3',
    run: async (surface, params) => {
      const seen: unknown[] = [];
      for await (const event of await streamOf(surface, params)) {
        seen.push(event);
        if (seen.length === EARLY) break;
      }
      return seen;
    },
    expected: { outcome: 'aborted', unmetered: 'aborted' },
    disconnects: true,
  },
  {
    name: 'stream, throw in the consumer',
    needs: 'stream',
    directives: 'hangat=3',
    run: async (surface, params) =>
      readToError(await streamOf(surface, params), (count) => {
        if (count === EARLY) throw new RangeError('enough');
      }),
    expected: { outcome: 'aborted', unmetered: 'aborted' },
    disconnects: true,
  },
  {
    name: 'stream, controller.abort()',
    needs: 'stream',
    directives: 'hangat=3',
    run: async (surface, params) => {
      const stream = await streamOf(surface, params);
      return readToError(stream, (count) => {
        if (count === EARLY) stream.controller.abort();
      });
    },
    expected: { outcome: 'aborted', unmetered: 'aborted' },
    disconnects: true,
  },
  {
    name: "stream, caller's signal",
    needs: 'stream',
    directives: 'hangat=3',
    run: async (surface, params) => {
      const controller = new AbortController();
      return readToError(await streamOf(surface, params, { signal: controller.signal }), (count) => {
        if (count === EARLY) controller.abort();
      });
    },
    expected: { outcome: 'aborted', unmetered: 'aborted' },
    disconnects: true,
  },
  {
    name: 'stream, error before it',
    needs: 'stream',
    directives: 'status=529',
    run: (surface, params) => failure(streamOf(surface, params)),
    expected: { outcome: 'error', errorType: '529' },
  },
  {
    name: 'stream, error event',
    needs: 'stream',
    directives: 'errorat=2',
    run: async (surface, params) => readToError(await streamOf(surface, params)),
    expected: { outcome: 'error', unmetered: 'stream_error' },
  },
  {
    name: 'stream, connection cut',
    needs: 'stream',
    directives: 'cutat=2',
    run: async (surface, params) => readToError(await streamOf(surface, params)),
    expected: { outcome: 'error', unmetered: 'stream_error' },
  },
  {
    name: 'stream, event that is no JSON',
    needs: 'stream',
    directives: 'badjson',
    run: async (surface, params) => readToError(await streamOf(surface, params)),
    expected: { outcome: 'error', unmetered: 'stream_error' },
  },

  ...oddAnswers('nousage', 'no_usage'),
  ...oddAnswers('nullusage', 'no_usage'),
  ...oddAnswers('negative', 'invalid_usage'),
  ...oddAnswers('strings', 'invalid_usage'),
  ...oddAnswers('huge', 'invalid_usage'),
  ...oddAnswers('nochoices'),
  ...oddAnswers('unknownfields'),
  ...oddAnswers('nomodel', undefined, true),
  {
    name: 'empty body',
    directives: 'emptybody',
    run: (surface, params) => failure(surface.create(params)),
    // Some versions refuse it. Others take it for an answer, and stumble over it in what they add to answers.
    expected: (seen) => {
      const { error } = seen as Partial<SeenError>;
      return error === undefined || error === 'TypeError'
        ? { outcome: 'ok', unmetered: 'no_usage' }
        : { outcome: 'error', unmetered: 'stream_error', errorType: error };
    },
  },
  {
    name: 'HTML',
    directives: 'html',
    run: (surface, params) => failure(surface.create(params)),
    expected: { outcome: 'ok', unmetered: 'no_usage' },
  },
];

function oddAnswers(directive: string, unmetered?: string, unpriced = false): Case[] {
  const expected: Expected = { outcome: 'ok', unpriced, ...(unmetered !== undefined && { unmetered }) };
  return [
    {
      name: `odd answer: ${directive}`,
      directives: directive,
      run: (surface, params) => failure(surface.create(params)),
      expected,
    },
    {
      name: `odd stream: ${directive}`,
      directives: directive,
      needs: 'stream',
      run: async (surface, params) => readToError(await streamOf(surface, params)),
      expected,
    },
  ];
}

function jsonLines(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
