import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { BETWEEN_ROWS } from '../../src/ledger/columns.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { createStore } from '../../src/ledger/open.ts';
import { reprice } from '../../src/ledger/reprice.ts';
import { rowOf } from '../../src/ledger/row.ts';
import type { Store } from '../../src/ledger/stores/store.ts';
import { isUnpriced } from '../../src/pricing/cost.ts';
import { bookOf } from '../../src/pricing/price.ts';
import { textOutput, type Usage, uncachedInput } from '../../src/usage.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { callAt } from './calls.ts';

const TIME = '2026-11-01T12:00:00Z';

interface Asked {
  readonly provider: 'openai' | 'anthropic';
  readonly model: string;
  readonly usage: Usage;
  readonly region?: string | undefined;
}

describe('pricing again what is on record', () => {
  const book = bookOf(undefined);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: Store;
  before(async () => {
    folder = await temporaryFolder();
    store = createStore({ sqlite: join(folder.path, 'usage.db') });
  });
  after(async () => {
    await store.close();
    await folder[Symbol.asyncDispose]();
  });

  let count = 0;
  function row({ provider, model, usage, region }: Asked): string {
    const priced = book.price({
      provider,
      vendor: provider,
      model: [model, model],
      usage,
      region,
      at: new Date(TIME),
    });
    const cost = isUnpriced(priced) ? undefined : priced;
    const unpriced = isUnpriced(priced) ? priced.reason : undefined;
    const call = { ...callAt(TIME, { model }), provider, priceList: provider, endpointRegion: region };
    return rowOf({ ...call, usage, cost, unpriced }, `call-${count++}`);
  }

  test('with the same table changes nothing, whatever the price of a call depends on', async () => {
    const tokens = fc.nat(300_000);
    const seldom = <T>(...values: T[]) =>
      fc.oneof(
        { arbitrary: fc.constant(undefined), weight: 4 },
        { arbitrary: fc.constantFrom(...values), weight: 1 },
      );
    const call: fc.Arbitrary<Asked> = fc
      .record({
        model: fc.constantFrom('gpt-4.1', 'gpt-5', 'gpt-4o-audio-preview', 'gpt-image-1', 'unheard-of'),
        claude: fc.constantFrom('claude-sonnet-4-5', 'claude-opus-4-6', 'claude-haiku-4-5'),
        isClaude: fc.boolean(),
        uncached: tokens,
        cacheRead: tokens,
        lifetimes: fc.record({ '5m': fc.nat(1000), '1h': fc.nat(1000) }),
        audio: fc.nat(10),
        text: tokens,
        spoken: fc.nat(10),
        reasoning: fc.nat(10),
        region: seldom('global', 'europe-west1', 'us-east5'),
        serviceTier: seldom('default', 'flex', 'priority', 'batch'),
        speed: seldom('fast'),
        geo: seldom('us', 'global'),
        searches: fc.nat(3),
        unclear: seldom('iterations'),
        isEstimated: fc.boolean(),
      })
      .map((given) => {
        const cacheWrite = given.isClaude ? given.lifetimes['5m'] + given.lifetimes['1h'] : 0;
        const total = given.uncached + given.cacheRead + cacheWrite;
        const hears = given.model.includes('audio') && !given.isClaude;
        const audio = hears ? Math.min(given.audio, given.uncached) : 0;
        const spoken = hears ? given.spoken : 0;
        const { serviceTier, geo, unclear } = given;
        const speed = given.isClaude ? given.speed : undefined;
        const written = given.text + spoken;
        return {
          provider: given.isClaude ? 'anthropic' : 'openai',
          model: given.isClaude ? given.claude : given.model,
          region: given.isClaude ? given.region : undefined,
          usage: {
            input: {
              ...uncachedInput(total, { audio }),
              uncached: given.uncached,
              cacheRead: given.cacheRead,
              cacheWrite,
              cacheWriteByLifetime: given.isClaude ? given.lifetimes : {},
            },
            output: {
              ...textOutput(written, Math.min(given.reasoning, written)),
              text: given.text,
              audio: spoken,
            },
            ...(serviceTier !== undefined && { serviceTier }),
            ...(speed !== undefined && { speed }),
            ...(geo !== undefined && { region: geo }),
            ...(unclear !== undefined && { unclear }),
            ...(given.isEstimated && { estimated: true }),
            serverTools: given.searches > 0 ? { web_search: given.searches } : {},
            raw: undefined,
          },
        };
      });
    const calls = fc.sample(call, { numRuns: 1000, seed: 1 });
    await store.append(calls.map(row).join(BETWEEN_ROWS));
    const { calls: looked, changed } = await reprice(store, { since: '2026-10-01', price: book.price });
    assert.equal(looked, 1000);
    assert.deepEqual(changed, []);
    const [sum] = await new Ledger(store).usage();
    assert.ok(
      sum && sum.unpriced > 100 && sum.calls - sum.unpriced > 100,
      'some have a price, some have none',
    );
  });
});
