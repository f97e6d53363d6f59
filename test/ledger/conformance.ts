import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SettledCall } from '../../src/calls/pipeline.ts';
import { BETWEEN_ROWS } from '../../src/ledger/columns.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { prune, wouldDeleteAll } from '../../src/ledger/retention.ts';
import { rowOf } from '../../src/ledger/row.ts';
import { BadRows, type Store } from '../../src/ledger/stores/store.ts';
import { textOutput } from '../../src/usage.ts';
import { callAt, collect } from './calls.ts';

/** A place for ledgers: each opening of one name is the same ledger, seen by another process. */
export interface Place {
  open(name: string): Promise<Store>;
}

/** What holds for every store. */
export function conformance(place: () => Place): void {
  let count = 0;
  const rows = (...calls: SettledCall[]) =>
    calls.map((call) => rowOf(call, call.workId ?? `id-${count++}`)).join(BETWEEN_ROWS);

  describe('what is written', () => {
    let store: Store;
    let ledger: Ledger;
    before(async () => {
      store = await place().open('written');
      ledger = new Ledger(store);
    });
    after(() => store.close());

    test('is read as it was, to the last digit', async () => {
      const call = callAt('2026-07-01T12:00:00.123Z', {
        user: `o'br\u00efen"; drop table calls; -- \u{1f600}`,
        team: 'search',
        feature: 'chat',
        responseId: 'resp_1',
        outcome: 'error',
        errorType: '500',
        unmetered: 'aborted',
        durationSeconds: 1.2345,
        timeToFirstChunkSeconds: 0.5,
        cost: {
          picoUsd: 9_007_199_254_740_993n,
          byClass: { input: 9_007_199_254_740_992n, output: 1n },
          tableVersion: 'v1',
          confidence: 'alias',
        },
        usage: {
          input: {
            total: 100,
            uncached: 50,
            cacheRead: 30,
            cacheWrite: 20,
            cacheWriteByLifetime: { '1h': 20 },
            audio: 3,
            image: 4,
          },
          output: textOutput(7, 2),
          serviceTier: 'flex',
          serverTools: { web_search: 2 },
          estimated: true,
          raw: { secret: 'content' },
        },
      });
      await store.append(rows(call));
      const [found, more] = await collect(ledger.calls({ where: { team: 'search' } }));
      assert.equal(more, undefined);
      const { id: _, ...read } = found ?? assert.fail();
      assert.deepEqual(read, {
        time: new Date('2026-07-01T12:00:00.123Z'),
        requestId: 'resp_1',
        provider: 'openai',
        operation: 'chat',
        endpoint: '/chat/completions',
        requestModel: 'gpt-4.1',
        responseModel: 'gpt-4.1',
        requests: 1,
        inputTokens: 100,
        cacheReadTokens: 30,
        cacheWriteTokens: 20,
        inputAudioTokens: 3,
        inputImageTokens: 4,
        outputTokens: 7,
        reasoningTokens: 2,
        outputAudioTokens: 0,
        outputImageTokens: 0,
        totalTokens: 107,
        costUsd: 9007.199254740992,
        picoUsd: 9_007_199_254_740_993n,
        picoUsdByClass: { input: 9_007_199_254_740_992n, output: 1n },
        priceVersion: 'v1',
        confidence: 'alias',
        unpriced: undefined,
        unmetered: 'aborted',
        estimated: true,
        user: `o'br\u00efen"; drop table calls; -- \u{1f600}`,
        team: 'search',
        feature: 'chat',
        outcome: 'error',
        errorType: '500',
        latencyMs: 1235,
        firstChunkMs: 500,
        serviceTier: 'flex',
        traceId: undefined,
        spanId: undefined,
      });
    });

    test('holds nothing of a message, nor a user who may not be shown', async () => {
      const call = callAt('2026-07-02T12:00:00Z', { team: 'hidden' });
      await store.append(rows({ ...call, who: { user: 'secret', team: 'hidden' } }));
      const [found] = await collect(ledger.calls({ where: { team: 'hidden' } }));
      assert.equal(found?.user, undefined);
      const everything = await collect(ledger.calls());
      assert.doesNotMatch(
        JSON.stringify(everything, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
        /secret|content/,
      );
    });

    test('what comes twice is there, and in the sums, once', async () => {
      const twice = callAt('2026-07-03T12:00:00Z', { team: 'twice', workId: 'work:resp_7', picoUsd: 5n });
      await store.append(rows(twice));
      await store.append(rows(twice, callAt('2026-07-03T12:00:00Z', { team: 'twice', picoUsd: 7n }), twice));
      const [sum] = await ledger.usage({ where: { team: 'twice' } });
      assert.equal(sum?.calls, 2);
      assert.equal(sum?.picoUsd, 12n);
      assert.equal((await collect(ledger.calls({ where: { team: 'twice' } }))).length, 2);
    });

    test('a row that cannot be is refused, and nothing of its batch is there', async () => {
      const good = rows(callAt('2026-07-04T12:00:00Z', { team: 'batch' }));
      await assert.rejects(store.append(`${good}${BETWEEN_ROWS}only an id`), BadRows);
      assert.deepEqual(await collect(ledger.calls({ where: { team: 'batch' } })), []);
      await store.append(good);
      assert.equal((await ledger.usage({ where: { team: 'batch' } }))[0]?.calls, 1);
    });

    test('work that was retrieved is known to whoever opens it next', async () => {
      const other = await place().open('written');
      try {
        assert.equal(other.has('work:resp_7'), true);
        assert.equal(other.has('work:resp_8'), false);
      } finally {
        await other.close();
      }
    });
  });

  describe('what is asked', () => {
    let store: Store;
    let ledger: Ledger;
    before(async () => {
      store = await place().open('asked');
      ledger = new Ledger(store);
      const days = ['2026-03-28', '2026-03-29', '2026-03-30'];
      const calls = days.flatMap((day) =>
        Array.from({ length: 24 }, (_, hour) =>
          callAt(`${day}T${String(hour).padStart(2, '0')}:30:00Z`, {
            user: `u_${hour % 3}`,
            team: hour % 2 === 0 ? 'even' : 'odd',
            model: hour % 4 === 0 ? 'gpt-4.1-mini' : 'gpt-4.1',
            picoUsd: 1_000_000_000_000n + BigInt(hour),
            outcome: hour === 23 ? 'error' : 'ok',
          }),
        ),
      );
      await store.append(rows(...calls));
    });
    after(() => store.close());

    /** As slow and plain as can be. */
    async function plainly(select: (call: { time: Date; user: string | undefined }) => boolean) {
      const calls = (await collect(ledger.calls())).filter(select);
      return { calls: calls.length, picoUsd: calls.reduce((sum, { picoUsd = 0n }) => sum + picoUsd, 0n) };
    }

    test('sums by day and model', async () => {
      const found = await ledger.usage({ by: ['day', 'model'], from: '2026-03-29', to: '2026-03-30' });
      assert.deepEqual(
        found.map(({ day, model, calls, costUsd }) => [day, model, calls, costUsd]),
        [
          ['2026-03-29', 'gpt-4.1', 18, 18.000000000216],
          ['2026-03-29', 'gpt-4.1-mini', 6, 6.00000000006],
          ['2026-03-30', 'gpt-4.1', 18, 18.000000000216],
          ['2026-03-30', 'gpt-4.1-mini', 6, 6.00000000006],
        ],
      );
    });

    // Clocks are set forward in Berlin, the day has 23 hours; Kolkata is half an hour off the hours.
    for (const [timeZone, hours] of [
      ['Europe/Berlin', 23],
      // Where midnight itself is skipped.
      ['Asia/Beirut', 23],
      ['Asia/Kolkata', 24],
      ['America/New_York', 24],
      ['UTC', 24],
    ] as const) {
      test(`a day in ${timeZone} has its own hours, of all and of one user`, async () => {
        const day = { from: '2026-03-29', to: '2026-03-29', timeZone };
        const [all] = await ledger.usage(day);
        assert.equal(all?.calls, hours);
        const byHour = await ledger.usage({ ...day, by: ['hour'] });
        assert.equal(byHour.length, hours);
        const byUser = await ledger.usage({ ...day, by: ['user'] });
        assert.equal(
          byUser.reduce((sum, { calls }) => sum + calls, 0),
          hours,
        );
        const [u1] = await ledger.usage({ ...day, by: ['day'], where: { user: 'u_1' } });
        assert.equal(u1?.calls, byUser.find(({ user }) => user === 'u_1')?.calls);
        for (const { day, calls } of await ledger.usage({ to: '2026-03-31', timeZone, by: ['day'] })) {
          assert.equal((await ledger.dailySummary(day, timeZone)).total.calls, calls, day);
        }
      });
    }

    test('any time, by any dimension, is the sum of its rows', async () => {
      for (const [from, to] of [
        ['2026-03-28T10:07:00Z', '2026-03-28T10:31:00Z'],
        ['2026-03-28T10:31:00Z', '2026-03-30T10:29:00Z'],
        ['2026-03-28T00:00:00Z', '2026-03-30T00:00:00Z'],
        ['2026-03-29T23:59:00Z', '2026-03-30T00:01:00Z'],
      ] as const) {
        const plain = await plainly(({ time }) => time >= new Date(from) && time < new Date(to));
        for (const by of [
          [],
          ['user'],
          ['team'],
          ['model', 'team'],
          ['outcome'],
          ['user', 'team'],
        ] as const) {
          const found = await ledger.usage({ from: new Date(from), to: new Date(to), by });
          assert.equal(
            found.reduce((sum, { calls }) => sum + calls, 0),
            plain.calls,
            `${from} by ${by}`,
          );
          assert.equal(
            found.reduce((sum, { picoUsd }) => sum + picoUsd, 0n),
            plain.picoUsd,
          );
        }
      }
    });

    test('conditions: one value, several, none', async () => {
      const of = async (where: object) => (await ledger.usage({ where }))[0]?.calls;
      assert.equal(await of({ user: 'u_0' }), 24);
      assert.equal(await of({ user: ['u_0', 'u_1'] }), 48);
      assert.equal(await of({ user: [] }), 0);
      assert.equal(await of({ user: null }), 0);
      assert.equal(await of({ feature: null }), 72);
      assert.equal(await of({ outcome: 'error' }), 3);
      assert.equal(await of({ user: "u_0' or '1'='1" }), 0);
      await assert.rejects(ledger.usage({ where: { nothing: 'x' } as never }), /no dimension "nothing"/);
      await assert.rejects(ledger.usage({ by: ['day', 'month'] }), /one of hour, day and month/);
      await assert.rejects(ledger.usage({ from: 'yesterday' }), /"yesterday" is no day/);
      await assert.rejects(ledger.usage({ timeZone: 'Mars' }), /"Mars" is no time zone/);
      await assert.rejects(ledger.usage({ by: ['constructor' as never] }), /no dimension "constructor"/);
      await assert.rejects(ledger.usage({ orderBy: 'toString' as never }), /orderBy: got "toString"/);
      await assert.rejects(ledger.usage({ limit: -1 }), /limit: got -1/);
      await assert.rejects(
        ledger.usage({ where: { user: undefined } as never }),
        /where.user: got undefined/,
      );
      await assert.rejects(ledger.userUsage('u_0', 1e9), /days: got 1000000000/);
      await assert.rejects(ledger.dailySummary('2026-03-28T00:00:00Z'), /is no day such as/);
    });

    test('the users who spend most, and what models cost', async () => {
      const top = await ledger.topUsers({ limit: 2 });
      assert.deepEqual(
        top.map(({ user }) => user),
        ['u_2', 'u_1'],
      );
      assert.deepEqual(
        (await ledger.costByModel({ to: '2026-03-28' })).map(({ model, requests }) => [model, requests]),
        [
          ['gpt-4.1', 18],
          ['gpt-4.1-mini', 6],
        ],
      );
    });

    test('more users than a statement takes', async () => {
      const many = Array.from({ length: 12_000 }, (_, n) =>
        callAt('2026-04-10T12:00:00Z', { user: `many_${n}`, picoUsd: BigInt(n) }),
      );
      await store.append(rows(...many));
      const top = await ledger.topUsers({ from: '2026-04-10', to: '2026-04-10', limit: 11_000 });
      assert.equal(top.length, 11_000);
      assert.deepEqual([top[0]?.user, top.at(-1)?.user], ['many_11999', 'many_1000']);
    });

    test('the summary of a day', async () => {
      const { models, total, budget } = await ledger.dailySummary('2026-03-28', 'UTC', { budgetUsd: 48 });
      assert.deepEqual(
        models.map(({ model, requests }) => [model, requests]),
        [
          ['gpt-4.1', 18],
          ['gpt-4.1-mini', 6],
        ],
      );
      assert.equal(total.picoUsd, 24_000_000_000_276n);
      assert.equal(total.errors, 1);
      assert.deepEqual(budget, {
        usd: 48,
        remainingUsd: 48 - 24.000000000276,
        usedShare: 24.000000000276 / 48,
      });
    });

    test('sums stay exact where 64 bits do not hold them', async () => {
      const dear = Array.from({ length: 3 }, () =>
        callAt('2026-05-01T00:00:00Z', { team: 'dear', picoUsd: 4_000_000_000_000_000_001n }),
      );
      for (const [index, call] of dear.entries())
        await store.append(rows({ ...call, requestModel: `m${index}`, responseModel: `m${index}` }));
      const [sum] = await ledger.usage({ where: { team: 'dear' } });
      assert.equal(sum?.picoUsd, 12_000_000_000_000_000_003n);
    });

    test('many rows come as a stream, in the order of time, each once', async () => {
      const many = Array.from({ length: 4500 }, (_, index) =>
        callAt(new Date(Date.UTC(2026, 5, 1) + (index % 50) * 1000).toISOString(), { team: 'many' }),
      );
      await store.append(rows(...many));
      const seen = new Set<string>();
      let last = 0;
      for await (const { id, time } of ledger.calls({ where: { team: 'many' } })) {
        assert.ok(time.getTime() >= last);
        last = time.getTime();
        seen.add(id);
      }
      assert.equal(seen.size, 4500);
    });
  });

  test('two processes on one ledger, at the same time from the first moment', async () => {
    const stores = await Promise.all([
      place().open('shared'),
      place().open('shared'),
      place().open('shared'),
    ]);
    try {
      const call = () => callAt('2026-07-01T12:00:00Z', { user: 'ann' });
      await Promise.all(
        stores.flatMap((store) => Array.from({ length: 10 }, () => store.append(rows(call(), call())))),
      );
      const [sum] = await new Ledger(stores[0] as Store).usage({ by: ['user'] });
      assert.equal(sum?.calls, 60);
    } finally {
      for (const store of stores) await store.close();
    }
  });

  test('of a ledger without calls the sum is nothing', async (context) => {
    const store = await place().open('empty');
    context.after(() => store.close());
    const ledger = new Ledger(store);
    const [sum, more] = await ledger.usage();
    assert.deepEqual([sum?.calls, sum?.picoUsd, more], [0, 0n, undefined]);
    assert.deepEqual(await ledger.usage({ by: ['day'] }), []);
  });

  describe('what is old', () => {
    let store: Store;
    let ledger: Ledger;
    const now = Date.parse('2026-07-31T12:00:00Z');
    before(async () => {
      store = await place().open('old');
      ledger = new Ledger(store);
      for (const day of ['2026-05-01', '2026-07-01', '2026-07-30'])
        await store.append(rows(callAt(`${day}T12:00:00Z`, { user: 'ann', team: 'search' })));
    });
    after(() => store.close());

    test('a process that starts with a clock of another time would delete all', async () => {
      const years = 10 * 365 * 86_400_000;
      assert.equal(await wouldDeleteAll(store, 10, now), false);
      assert.equal(await wouldDeleteAll(store, 10, now + years), true);
      assert.equal(await wouldDeleteAll(store, undefined, now + years), false);
      await store.append(rows(callAt('2036-07-28T12:00:00Z', { user: 'ann' })));
      const began = Date.parse('2036-07-28T11:00:00Z');
      assert.equal(await wouldDeleteAll(store, 10, now + years, began), true, 'its own calls are as wrong');
      assert.equal(await wouldDeleteAll(store, 10, now + years, began + 7_200_000), false);
      await store.run([{ sql: 'delete from calls where time > 1800000000000', parameters: [] }]);
      await store.run([{ sql: 'delete from usage_by_user where bucket > 1800000000000', parameters: [] }]);
      await store.run([{ sql: 'delete from usage_by_model where bucket > 1800000000000', parameters: [] }]);
    });

    test('is deleted, and its sums stay, for longer', async () => {
      assert.deepEqual(await prune(store, { keepDays: 10, keepAggregatesDays: 60 }, undefined, now), {
        rows: 2,
        sums: 2,
      });
      assert.equal((await collect(ledger.calls())).length, 1);
      const days = await ledger.usage({ by: ['day', 'user'] });
      assert.deepEqual(
        days.map(({ day }) => day),
        ['2026-07-01', '2026-07-30'],
      );
    });

    test('is gone for good: once more changes nothing', async () => {
      assert.deepEqual(await prune(store, { keepDays: 10, keepAggregatesDays: 60 }, undefined, now), {
        rows: 0,
        sums: 0,
      });
    });

    test('what sums do not tell apart is not reported where only sums are left', async () => {
      const gone =
        /calls before 2026-07-21 are not on record any more \(keepDays\), and their sums are not by /;
      for (const by of ['endpoint', 'outcome'] as const)
        await assert.rejects(ledger.usage({ by: [by] }), gone, by);
      await assert.rejects(ledger.usage({ by: ['user', 'team'] }), gone);
      await assert.rejects(ledger.usage({ where: { outcome: 'ok' } }), gone);
      await assert.rejects(ledger.usage({ by: ['hour'], where: { user: 'ann' } }), gone);
      const [kept] = await ledger.usage({ from: '2026-07-21', by: ['endpoint'] });
      assert.equal(kept?.calls, 1);
    });

    test('of a pruning that was broken off, rows and sums do not count twice', async (context) => {
      const other = await place().open('broken_off');
      context.after(() => other.close());
      const users = new Ledger(other);
      const hours = Array.from({ length: 72 }, (_, hour) =>
        callAt(new Date(Date.UTC(2026, 6, 1, hour)).toISOString(), { user: 'ann' }),
      );
      await other.append(rows(...hours));
      await prune(other, { keepDays: 10 }, () => true, now);
      assert.equal((await collect(users.calls())).length, 72, 'nothing is deleted yet');
      for (const timeZone of ['UTC', 'Asia/Kolkata', 'Pacific/Auckland', 'America/New_York']) {
        const days = await users.usage({ by: ['day', 'user'], timeZone });
        assert.equal(
          days.reduce((sum, { calls }) => sum + calls, 0),
          72,
          timeZone,
        );
      }
    });

    test('where all rows are deleted, the last day is in reports like the others', async (context) => {
      const other = await place().open('all_gone');
      context.after(() => other.close());
      const sums = new Ledger(other);
      await other.append(rows(callAt('2026-07-01T12:00:00Z'), callAt('2026-07-02T12:00:00Z')));
      await prune(other, { keepDays: 10 }, undefined, now);
      assert.equal((await sums.usage())[0]?.calls, 2);
      assert.equal((await sums.costByModel())[0]?.calls, 2);
      assert.equal(await wouldDeleteAll(other, 10, now), false, 'there is nothing left');
    });

    test('where rows are deleted, days of users are those of UTC in any time zone', async () => {
      const [day] = await ledger.usage({
        by: ['day'],
        where: { user: 'ann' },
        timeZone: 'Pacific/Auckland',
        from: '2026-06-20',
        to: '2026-07-10',
      });
      assert.equal(day?.calls, 1);
    });
  });
}
