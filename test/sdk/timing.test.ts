/** What an app could notice of the seam although it gets the right values: when it gets them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMeter } from '../support/meter.ts';
import { body, instant, json, type Sdk, sdks } from './sdks.ts';

const sse = (...events: object[]) =>
  events.map((event) => `event: message\ndata: ${JSON.stringify(event)}\n\n`).join('');

/** Runs something without and with the meter. */
async function both<T>(sdk: Sdk, run: () => Promise<T>): Promise<[bare: T, metered: T]> {
  const meter = createMeter();
  const bare = await run();
  meter.instrumentation.manuallyInstrument(sdk.client);
  try {
    const metered = await run();
    return [bare, metered];
  } finally {
    meter.instrumentation.disable();
  }
}

/** Counts the microtasks that pass until a promise settles. */
async function turns(promise: Promise<unknown>): Promise<number> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  let count = 0;
  while (!settled && count < 10_000) {
    await undefined;
    count++;
  }
  return count;
}

for (const sdk of sdks) {
  describe(`invisible: ${sdk.name}`, () => {
    test('an awaited call settles in the same microtask', async () => {
      const [bare, metered] = await both(sdk, () => turns(sdk.call(instant(body))));
      assert.ok(bare > 5 && bare < 1000, `${bare}`);
      assert.equal(metered, bare);
    });

    test('a failed call settles in the same microtask', async () => {
      const [bare, metered] = await both(sdk, () => turns(sdk.call(instant('{}', json, 400))));
      assert.ok(bare > 5 && bare < 1000, `${bare}`);
      assert.equal(metered, bare);
    });

    test('asResponse settles in the same microtask', async () => {
      const [bare, metered] = await both(sdk, () => turns(sdk.call(instant(body)).asResponse()));
      assert.ok(bare > 5 && bare < 1000, `${bare}`);
      assert.equal(metered, bare);
    });

    test('the events of a stream come in the same microtasks', async () => {
      const events = sse({ type: 'a', choices: [] }, { type: 'b', choices: [] }, { type: 'c', choices: [] });
      const respond = async () => {
        const sent = new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode(events));
            controller.close();
          },
        });
        return new Response(sent, { headers: { 'content-type': 'text/event-stream' } });
      };
      const read = async () => {
        const stream = (await sdk.call(respond, true)) as AsyncIterable<unknown>;
        const iterator = stream[Symbol.asyncIterator]();
        const counts: number[] = [];
        for (let n = 0; n < 4; n++) counts.push(await turns(iterator.next()));
        return counts;
      };
      const [bare, metered] = await both(sdk, read);
      assert.deepEqual(metered, bare);
    });
  });
}
