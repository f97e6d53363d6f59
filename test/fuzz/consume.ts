/** What an app does with a call. Each gives what the app saw, as far as it got. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeError, headersOf } from './seen.ts';
import type { EventStream, Helper, Methods } from './surfaces.ts';

export interface Call {
  readonly methods: Methods;
  readonly params: object;
  readonly maxRetries: number;
  /** After how many events the app has had enough. */
  readonly after: number;
  /** An error, too, is something that is seen. */
  readonly seen: unknown[];
}

export type Needs = 'create' | 'stream' | 'parse' | 'helper';

export interface Consumption {
  readonly name: string;
  readonly needs: Needs;
  run(call: Call): Promise<unknown>;
}

const create = ({ methods, params, maxRetries }: Call, signal?: AbortSignal) =>
  methods.create(params, { maxRetries, ...(signal && { signal }) });

const open = ({ methods, params, maxRetries }: Call, signal?: AbortSignal) => {
  if (!methods.stream) throw new Error('this surface has no streams');
  return methods.stream(params, { maxRetries, ...(signal && { signal }) });
};

const help = ({ methods, params, maxRetries }: Call, signal?: AbortSignal): Helper => {
  if (!methods.helper) throw new Error('this surface has no helper');
  return methods.helper(params, { maxRetries, ...(signal && { signal }) });
};

async function read(
  events: AsyncIterable<unknown>,
  seen: unknown[],
  on?: (count: number) => void,
): Promise<void> {
  let count = 0;
  for await (const event of events) {
    seen.push(structuredClone(event));
    on?.(++count);
  }
}

class Enough extends Error {}

async function readUntil(
  stream: AsyncIterable<unknown>,
  { after, seen }: Call,
  stop: () => void,
): Promise<void> {
  if (after === 0) stop();
  await read(stream, seen, (count) => {
    if (count === after) stop();
  });
}

/** The order of the two members is nothing that an app sees. */
const step = ({ value, done }: IteratorResult<unknown>) => ({ value, done });

const throwEnough = () => {
  throw new Enough('enough');
};

const needed = (needs: Needs, runs: Record<string, Consumption['run']>): Consumption[] =>
  Object.entries(runs).map(([name, run]) => ({ name: `${needs}: ${name}`, needs, run }));

const values = needed('create', {
  awaited: (call) => create(call),
  'awaited twice': async (call) => {
    const promise = create(call);
    const first = await promise;
    return { first, same: first === (await promise) };
  },
  withResponse: async (call) => {
    const { data, response, request_id } = await create(call).withResponse();
    return { data, status: response.status, headers: headersOf(response.headers), request_id };
  },
  'asResponse, json()': async (call) => (await create(call).asResponse()).json(),
  'asResponse, text()': async (call) => (await create(call).asResponse()).text(),
  'asResponse, arrayBuffer()': async (call) => (await create(call).asResponse()).arrayBuffer(),
  'asResponse, clone()': async (call) => {
    const response = await create(call).asResponse();
    return [await response.clone().text(), await response.text()];
  },
  'asResponse, then parsed': async (call) => {
    const promise = create(call);
    return [(await promise.asResponse()).status, await promise];
  },
  'aborted before': (call) => create(call, AbortSignal.abort()),
  'aborted after some turns': async (call) => {
    const controller = new AbortController();
    // No retry: its pause would be a race with these turns.
    const failed = create({ ...call, maxRetries: 0 }, controller.signal).then(
      (value) => ({ value }),
      (error) => ({ error: describeError(error) }),
    );
    for (let turn = 0; turn < call.after; turn++) await nextTurn();
    controller.abort(call.after % 2 === 0 ? undefined : new Enough('enough'));
    return failed;
  },
});

const parsed = needed('parse', {
  awaited: (call) => call.methods.parse?.(call.params, { maxRetries: call.maxRetries }) as Promise<unknown>,
});

const streams = needed('stream', {
  'read to the end': async (call) => read(await open(call), call.seen),
  withResponse: async (call) => {
    const { data, response } = await open(call).withResponse();
    call.seen.push(response.status);
    await read(data, call.seen);
  },
  'asResponse, text()': async (call) => (await open(call).asResponse()).text(),
  'asResponse, then read': async (call) => {
    const promise = open(call);
    call.seen.push((await promise.asResponse()).status);
    await read(await promise, call.seen);
  },
  break: async (call) => {
    for await (const event of await open(call)) {
      call.seen.push(event);
      if (call.seen.length > call.after) break;
    }
  },
  throw: async (call) => readUntil(await open(call), { ...call, after: call.after + 1 }, throwEnough),
  'controller.abort()': async (call) => {
    const stream = await open(call);
    await readUntil(stream, call, () => stream.controller.abort());
  },
  "caller's signal": async (call) => {
    const controller = new AbortController();
    await readUntil(await open(call, controller.signal), call, () => controller.abort());
  },
  "caller's signal, while waiting": async (call) => {
    const controller = new AbortController();
    const iterator = (await open(call, controller.signal))[Symbol.asyncIterator]();
    for (let count = 0; count < call.after; count++) call.seen.push(step(await iterator.next()));
    const next = iterator.next();
    controller.abort(new Enough('enough'));
    let result = await next;
    // What had arrived by then may still come.
    for (; !result.done; result = await iterator.next()) call.seen.push(result.value);
  },
  tee: async (call) => {
    const [left, right] = (await open(call)).tee();
    const first: unknown[] = [];
    const failed = await read(left, first).catch(describeError);
    call.seen.push(first, failed);
    await read(right, call.seen);
  },
  'tee, in step, one leaves': async (call) => {
    const [left, right] = (await open(call)).tee();
    const first: unknown[] = [];
    const leave = async () => {
      for await (const event of left) if (first.push(event) > call.after) break;
    };
    const [one, other] = await Promise.allSettled([leave(), read(right, call.seen)]);
    return [first, one.status, other.status === 'rejected' && describeError(other.reason)];
  },
  toReadableStream: async (call) => new Response((await open(call)).toReadableStream()).text(),
  'toReadableStream, cancelled': async (call) => {
    const reader = (await open(call)).toReadableStream().getReader();
    // At least once: openai 7 closes a chat stream that was not begun past the iterator that is observed.
    for (let count = 0; count <= call.after; count++) call.seen.push(await reader.read());
    await reader.cancel();
  },
  'by hand, beyond the end': async (call) => {
    const iterator = (await open(call))[Symbol.asyncIterator]();
    let result = await iterator.next();
    while (!result.done) {
      call.seen.push(step(result));
      result = await iterator.next();
    }
    call.seen.push(step(result), step(await iterator.next()));
  },
  'read ahead': async (call) => {
    const iterator = (await open(call))[Symbol.asyncIterator]();
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => iterator.next()));
    return results.map((one) => (one.status === 'fulfilled' ? step(one.value) : describeError(one.reason)));
  },
  'read twice': async (call) => {
    const stream: EventStream = await open(call);
    await read(stream, call.seen);
    await read(stream, call.seen);
  },
});

const helpers = needed('helper', {
  'final value': (call) => call.methods.final?.(help(call)) as Promise<unknown>,
  'events, then the final value': async (call) => {
    const helper = help(call);
    await read(helper, call.seen);
    return call.methods.final?.(helper);
  },
  break: async (call) => {
    const helper = help(call);
    for await (const event of helper) {
      call.seen.push(structuredClone(event));
      if (call.seen.length > call.after) break;
    }
    await helper.done();
  },
  'abort()': async (call) => {
    const helper = help(call);
    await readUntil(helper, call, () => helper.abort());
  },
  "caller's signal": async (call) => {
    const controller = new AbortController();
    await readUntil(help(call, controller.signal), call, () => controller.abort());
  },
});

export const consumptions: readonly Consumption[] = [...values, ...parsed, ...streams, ...helpers];

/** Everything that the app sees, its error last. */
export async function consume(consumption: Consumption, call: Call): Promise<unknown> {
  const { seen } = call;
  try {
    return { seen, value: await consumption.run(call) };
  } catch (error) {
    return { seen, error: describeError(error) };
  }
}
