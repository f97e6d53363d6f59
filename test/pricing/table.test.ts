import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { picoPerUnit } from '../../scripts/prices/rates.ts';
import { sources } from '../../scripts/prices/sources.ts';
import { table } from '../../src/pricing/table.ts';
import type { Price, RateSet } from '../../src/pricing/types.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const providers = Object.entries(table.providers);
const models = providers.flatMap(([provider, prices]) =>
  Object.entries(prices.models).map(([model, list]) => ({ name: `${provider} ${model}`, list })),
);
const prices = models.flatMap(({ name, list }) => list.map((price) => ({ name, price })));

test('the committed table is what the script makes', () => {
  const script = fileURLToPath(new URL('../../scripts/prices/main.ts', import.meta.url));
  execFileSync(process.execPath, [script, '--check']);
});

test('every rate and fee is a non-negative integer', () => {
  for (const { name, price } of prices) {
    const rates = rateSets(price).flatMap((set) => [
      ...Object.values(set.rates),
      ...Object.values(set.threshold?.rates ?? {}),
    ]);
    const { image = {}, ...units } = price.units ?? {};
    const others = [price.toolFees ?? {}, image, units].flatMap((amounts) => Object.values(amounts));
    for (const rate of [...rates, ...others]) {
      assert.ok(Number.isSafeInteger(rate) && rate >= 0, `${name}: ${rate}`);
    }
  }
});

test('a price in USD that is no whole number of pico-dollars is refused', () => {
  assert.equal(picoPerUnit(0.1), 100_000);
  assert.equal(picoPerUnit(0.000001), 1);
  assert.equal(picoPerUnit(600), 600_000_000);
  for (const usd of [0.0000001, 1.0000005, 1 / 3, -1, Number.NaN])
    assert.throws(() => picoPerUnit(usd), /pico-dollars/);
});

test('every price names known sources', () => {
  for (const { name, price } of prices) {
    const keys = price.source.split(' ');
    assert.ok(
      keys.length > 0 && keys.every((key) => Object.hasOwn(sources, key)),
      `${name}: ${price.source}`,
    );
  }
});

test('every price is dated by the newest source of its figures, and none is newer than the table', () => {
  for (const { name, price } of prices) {
    const dates: string[] = price.source.split(' ').map((key) => sources[key as keyof typeof sources].date);
    assert.match(price.verifiedAt, DAY, name);
    assert.ok(dates.includes(price.verifiedAt), `${name}: ${price.verifiedAt}`);
    assert.ok(price.verifiedAt <= table.date, name);
  }
  const verified = (model: string) => table.providers.openai?.models[model]?.at(-1)?.verifiedAt;
  assert.equal(verified('gpt-4.1'), '2026-09-23');
  assert.equal(verified('codex-auto-review'), '2026-07-24');
  assert.equal(verified('dall-e-3'), '2023-12-25');
});

test('a model is charged by the token, the minute, the character or the image, or its price is not known', () => {
  for (const { name, price } of prices) {
    assert.ok(price.rates.input !== undefined || price.units !== undefined, name);
  }
  const units = (model: string) => table.providers.openai?.models[model]?.at(-1)?.units;
  assert.deepEqual(units('whisper-1'), { audioMinute: 6_000_000_000 });
  assert.deepEqual(units('gpt-transcribe'), { audioMinute: 4_500_000_000 });
  assert.deepEqual(units('tts-1-hd'), { character: 30_000_000 });
  assert.equal(units('dall-e-3')?.image?.['hd/1024x1792'], 120_000_000_000);
});

test('fine-tuned models have prices of their own, which are not those of the base', () => {
  const { models, aliases } = table.providers.openai ?? { models: {}, aliases: {} };
  const bases = ['gpt-3.5-turbo', 'gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-4o', 'gpt-4o-mini'];
  for (const base of [...bases, 'o4-mini', 'babbage-002', 'davinci-002']) {
    const input = (model: string) => models[aliases[model] ?? model]?.at(-1)?.rates.input ?? 0;
    assert.ok(input(`ft:${base}`) > input(base), base);
    assert.ok(input(base) > 0, base);
  }
});

test('prices of a model follow each other without a gap or an overlap', () => {
  for (const { name, list } of models) {
    assert.equal(list[0]?.from ?? '1970-01-01', '1970-01-01', name);
    for (const [index, price] of list.entries()) {
      assert.match(price.from, DAY, name);
      assert.equal(price.until, list[index + 1]?.from, name);
      assert.ok(price.until === undefined || price.from < price.until, name);
    }
  }
});

test('rates above a threshold cover the classes below it and are not lower', () => {
  for (const { name, price } of prices) {
    for (const { rates, threshold } of rateSets(price)) {
      if (threshold === undefined) continue;
      assert.deepEqual(Object.keys(threshold.rates), Object.keys(rates), name);
      for (const [token, rate] of Object.entries(rates)) {
        assert.ok((threshold.rates[token as keyof typeof rates] ?? 0) >= rate, `${name} ${token}`);
      }
    }
  }
});

test('no cache-read rate is derived: where the table has one, a source states it', () => {
  const read = (model: string) => table.providers.anthropic?.models[model]?.at(-1)?.rates.cacheRead;
  assert.equal(read('claude-opus-5-5'), 200_000);
  assert.equal(read('claude-fable-5-1'), 250_000);
  assert.equal(read('claude-2'), undefined);
});

test('names are sorted, unique, and every alias leads to a model', () => {
  for (const [provider, { models, aliases }] of providers) {
    for (const names of [Object.keys(models), Object.keys(aliases)])
      assert.deepEqual(names, [...names].sort(), provider);
    for (const [alias, model] of Object.entries(aliases)) {
      assert.ok(Object.hasOwn(models, model), alias);
      assert.ok(!Object.hasOwn(models, alias), alias);
    }
  }
});

function rateSets(price: Price): RateSet[] {
  return [price, ...Object.values(price.tiers ?? {})];
}
