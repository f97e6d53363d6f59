import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { costOf, isUnpriced, usdFromPico } from '../../src/pricing/cost.ts';
import type { Price } from '../../src/pricing/types.ts';
import type { Units, Usage } from '../../src/usage.ts';
import { usageOf } from './records.ts';

const OPENAI: Price = {
  from: '1970-01-01',
  verifiedAt: '2026-01-01',
  source: 'test',
  rates: { input: 2_000_000, cacheRead: 500_000, cacheWriteOther: 2_500_000, output: 8_000_000 },
  threshold: {
    aboveInputTokens: 272_000,
    rates: { input: 4_000_000, cacheRead: 1_000_000, cacheWriteOther: 5_000_000, output: 12_000_000 },
  },
  tiers: {
    flex: { rates: { input: 1_000_000, cacheRead: 250_000, output: 4_000_000 } },
    'fast+regional': { rates: { input: 13_200_000, output: 66_000_000 } },
  },
  toolFees: { web_search: 10_000_000_000, web_fetch: 0 },
};
const CLAUDE: Price = {
  from: '1970-01-01',
  verifiedAt: '2026-01-01',
  source: 'test',
  rates: {
    input: 3_000_000,
    cacheRead: 300_000,
    cacheWrite5m: 3_750_000,
    cacheWrite1h: 6_000_000,
    cacheWriteOther: 3_750_000,
    output: 15_000_000,
  },
};
const AUDIO: Price = {
  from: '1970-01-01',
  verifiedAt: '2026-01-01',
  source: 'test',
  rates: {
    input: 4_000_000,
    cacheRead: 400_000,
    output: 16_000_000,
    inputAudio: 32_000_000,
    cachedAudio: 800_000,
    outputAudio: 64_000_000,
  },
};
const IMAGE: Price = {
  from: '1970-01-01',
  verifiedAt: '2026-01-01',
  source: 'test',
  rates: {
    input: 5_000_000,
    cacheRead: 1_250_000,
    output: 10_000_000,
    inputImage: 8_000_000,
    cachedImage: 2_000_000,
    outputImage: 32_000_000,
  },
};

const UNITS: Price = {
  from: '1970-01-01',
  verifiedAt: '2026-01-01',
  source: 'test',
  rates: {},
  units: {
    audioMinute: 17_000_000_000,
    character: 15_000_000,
    image: { 'standard/1024x1024': 40_000_000_000, 'hd/1024x1792': 120_000_000_000 },
  },
};

function pico(usage: Usage, price: Price): bigint {
  const cost = costOf(usage, price);
  assert.ok(!isUnpriced(cost), isUnpriced(cost) ? cost.reason : '');
  assert.equal(
    Object.values(cost.byClass).reduce((sum, part) => sum + part, 0n),
    cost.picoUsd,
  );
  return cost.picoUsd;
}

function reason(usage: Usage, price: Price): string | undefined {
  const cost = costOf(usage, price);
  return isUnpriced(cost) ? cost.reason : undefined;
}

test('each class of tokens is billed once, at its own rate', () => {
  const openai = usageOf({ uncached: 1000, cacheRead: 200, cacheWrite: 100, text: 50 });
  assert.deepEqual(costOf(openai, OPENAI), {
    picoUsd: 2_750_000_000n,
    byClass: {
      input: 2_000_000_000n,
      cacheRead: 100_000_000n,
      cacheWriteOther: 250_000_000n,
      output: 400_000_000n,
    },
  });
  const claude = usageOf({
    uncached: 10,
    cacheRead: 1000,
    cacheWrite: 120,
    byLifetime: { '5m': 70, '1h': 30 },
    text: 5,
  });
  assert.deepEqual(costOf(claude, CLAUDE), {
    picoUsd: 922_500_000n,
    byClass: {
      input: 30_000_000n,
      cacheRead: 300_000_000n,
      cacheWrite5m: 262_500_000n,
      cacheWrite1h: 180_000_000n,
      cacheWriteOther: 75_000_000n,
      output: 75_000_000n,
    },
  });
});

test('reasoning is inside output and not added', () => {
  assert.equal(pico(usageOf({ text: 100, reasoning: 80 }), OPENAI), 800_000_000n);
});

test('long context is a cliff on the whole call, strictly above the threshold, cached tokens included', () => {
  assert.equal(pico(usageOf({ uncached: 272_000, text: 1 }), OPENAI), 544_008_000_000n);
  assert.equal(pico(usageOf({ uncached: 272_001, text: 1 }), OPENAI), 1_088_016_000_000n);
  assert.equal(pico(usageOf({ uncached: 1, cacheRead: 272_000, text: 1 }), OPENAI), 272_016_000_000n);
});

test('a tier has its own rates or none', () => {
  const parts = { uncached: 1000, text: 100 };
  for (const serviceTier of ['default', 'standard', 'auto', '']) {
    assert.equal(pico(usageOf({ ...parts, serviceTier }), OPENAI), 2_800_000_000n);
  }
  assert.equal(pico(usageOf({ ...parts, speed: 'standard', region: 'global' }), OPENAI), 2_800_000_000n);
  assert.equal(pico(usageOf({ ...parts, region: 'not_available' }), OPENAI), 2_800_000_000n);
  assert.equal(pico(usageOf({ ...parts, serviceTier: 'flex' }), OPENAI), 1_400_000_000n);
  assert.equal(pico(usageOf({ ...parts, speed: 'fast', region: 'us' }), OPENAI), 19_800_000_000n);
  assert.equal(reason(usageOf({ ...parts, serviceTier: 'priority' }), OPENAI), 'tier:priority');
  assert.equal(
    reason(usageOf({ ...parts, serviceTier: 'flex', region: 'us' }), OPENAI),
    'tier:flex+regional',
  );
  assert.equal(reason(usageOf({ ...parts, region: 'eu' }), OPENAI), 'tier:eu');
  assert.equal(reason(usageOf({ ...parts, speed: 'fast' }), CLAUDE), 'tier:fast');
  assert.equal(reason(usageOf({ ...parts, serviceTier: 'constructor' }), OPENAI), 'tier:constructor');
});

test('a tier without long-context rates has no price there', () => {
  assert.equal(reason(usageOf({ uncached: 272_001, serviceTier: 'flex' }), OPENAI), 'long_context:flex');
});

test('audio has its own rates and is not billed as text too', () => {
  const usage = usageOf({ uncached: 1000, inputAudio: 600, text: 50, outputAudio: 200 });
  assert.deepEqual(costOf(usage, AUDIO), {
    picoUsd: 34_400_000_000n,
    byClass: {
      input: 1_600_000_000n,
      inputAudio: 19_200_000_000n,
      output: 800_000_000n,
      outputAudio: 12_800_000_000n,
    },
  });
});

test('cached audio is priced when the counts tell how much there is, and only then', () => {
  // All input is audio: so is the cached part.
  assert.equal(pico(usageOf({ uncached: 600, cacheRead: 400, inputAudio: 1000 }), AUDIO), 19_520_000_000n);
  // All input is cached: so is the audio.
  assert.equal(pico(usageOf({ cacheRead: 1000, inputAudio: 400 }), AUDIO), 560_000_000n);
  assert.equal(reason(usageOf({ uncached: 600, cacheRead: 400, inputAudio: 500 }), AUDIO), 'no_split:cached');
});

test('images cost what text costs, unless the model has a rate for them', () => {
  assert.equal(pico(usageOf({ uncached: 1000, inputImage: 900 }), OPENAI), 2_000_000_000n);
  assert.equal(pico(usageOf({ uncached: 1000, inputImage: 900 }), IMAGE), 7_700_000_000n);
});

test('generated images that usage does not tell from text have no price', () => {
  assert.equal(reason(usageOf({ uncached: 10, text: 1000 }), IMAGE), 'no_split:output');
});

test('a class with tokens but without a rate makes the call unpriced', () => {
  assert.equal(reason(usageOf({ uncached: 10, inputAudio: 5 }), OPENAI), 'no_rate:inputAudio');
  assert.equal(reason(usageOf({ text: 10, outputAudio: 5 }), OPENAI), 'no_rate:outputAudio');
  assert.equal(
    reason(usageOf({ cacheWrite: 10, byLifetime: { '12h': 10 } }), OPENAI),
    'no_rate:cacheWrite12h',
  );
  assert.equal(reason(usageOf({ cacheWrite: 10, byLifetime: { '7d': 10 } }), OPENAI), 'no_rate:cacheWrite');
  assert.equal(
    reason(usageOf({ cacheWrite: 10, byLifetime: { valueOf: 10 } }), OPENAI),
    'no_rate:cacheWrite',
  );
  assert.equal(
    reason(usageOf({ uncached: 1, cacheRead: 1 }), { ...OPENAI, rates: { input: 1 } }),
    'no_rate:cacheRead',
  );
  assert.equal(
    reason(usageOf({ uncached: 1, text: 1 }), { ...OPENAI, rates: { input: 1 } }),
    'no_rate:output',
  );
});

test("OpenAI's 30-minute writes have the price that it states for writes", () => {
  assert.equal(pico(usageOf({ cacheWrite: 10, byLifetime: { '30m': 10 } }), OPENAI), 25_000_000n);
});

test('server tools: a fee for each call, some are free, an unknown one makes the call unpriced', () => {
  assert.equal(
    pico(usageOf({ text: 1, serverTools: { web_search: 2, web_fetch: 5 } }), OPENAI),
    20_008_000_000n,
  );
  assert.equal(reason(usageOf({ serverTools: { code_execution: 1 } }), OPENAI), 'no_fee:code_execution');
  assert.equal(pico(usageOf({ serverTools: { code_execution: 0 } }), OPENAI), 0n);
  assert.equal(reason(usageOf({ serverTools: { toString: 1 } }), OPENAI), 'no_fee:toString');
});

test('counts that cannot be true make the call unpriced, and nothing throws', () => {
  for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    for (const part of ['uncached', 'cacheRead', 'cacheWrite', 'text', 'inputAudio', 'outputAudio']) {
      assert.match(reason(usageOf({ [part]: bad }), OPENAI) ?? '', /^bad_count:/, `${part} ${bad}`);
    }
    assert.equal(reason(usageOf({ serverTools: { web_search: bad } }), OPENAI), 'bad_count:serverTools');
    assert.match(reason(usageOf({ cacheWrite: 5, byLifetime: { '5m': bad } }), CLAUDE) ?? '', /^bad_count:/);
  }
  const text = usageOf({ uncached: 10 });
  assert.equal(reason({ ...text, input: { ...text.input, total: 11 } }, OPENAI), 'bad_count:input.total');
  assert.equal(reason({ ...text, output: { ...text.output, total: 1 } }, OPENAI), 'bad_count:output.total');
  assert.equal(reason(usageOf({ uncached: 10, inputAudio: 11 }), AUDIO), 'bad_count:input.total');
  assert.equal(
    reason(usageOf({ cacheWrite: 5, byLifetime: { '5m': 3, '1h': 3 } }), CLAUDE),
    'bad_count:input.cacheWriteByLifetime',
  );
});

test('amounts beyond the safe integers stay exact', () => {
  const tokens = 2 ** 53 - 1;
  assert.equal(pico(usageOf({ text: tokens }), OPENAI), 9_007_199_254_740_991n * 8_000_000n);
});

test('a million embeddings of 3 tokens sum exactly', () => {
  const price: Price = {
    from: '1970-01-01',
    verifiedAt: '2026-01-01',
    source: 'test',
    rates: { input: 20_000 },
  };
  let sum = 0n;
  for (let call = 0; call < 1_000_000; call++) sum += pico(usageOf({ uncached: 3 }), price);
  assert.equal(sum, 60_000_000_000n);
  assert.equal(usdFromPico(sum), 0.06);
});

test('a cost is priced without touching the usage', () => {
  const usage = usageOf({ uncached: 1, text: 1 });
  const before = structuredClone(usage);
  costOf(Object.freeze(usage), OPENAI);
  assert.deepEqual(usage, before);
});

test('seconds of audio are charged to the fraction, rounded once, half up, to a pico-dollar', () => {
  const seconds = (audioSeconds: number) => pico(usageOf({ units: { audioSeconds } }), UNITS);
  assert.equal(seconds(60), 17_000_000_000n);
  assert.equal(seconds(1), 283_333_333n);
  assert.equal(seconds(7.43), 2_105_166_667n);
  assert.equal(seconds(0), 0n);
  assert.equal(seconds(1e-12), 0n);
  assert.equal(seconds(Number.MIN_VALUE), 0n);
  // A half, though the nearest binary fraction to 0.003 is a little less than it, or more.
  const half = { ...UNITS, units: { audioMinute: 10_000 } };
  assert.equal(pico(usageOf({ units: { audioSeconds: 0.003 } }), half), 1n);
  assert.equal(pico(usageOf({ units: { audioSeconds: 0.0029 } }), half), 0n);
  assert.equal(seconds(Number.MAX_SAFE_INTEGER), 2_552_039_788_843_280_783_333_333n);
});

test('characters and images have prices of their own; an image that names nothing is a standard one', () => {
  assert.deepEqual(costOf(usageOf({ units: { characters: 11 } }), UNITS), {
    picoUsd: 165_000_000n,
    byClass: { characters: 165_000_000n },
  });
  const images = (kind: object) => pico(usageOf({ units: { images: { count: 2, ...kind } } }), UNITS);
  assert.equal(images({}), 80_000_000_000n);
  assert.equal(images({ quality: 'standard', size: '1024x1024' }), 80_000_000_000n);
  assert.equal(images({ quality: 'hd', size: '1024x1792' }), 240_000_000_000n);
});

test('units without a price, and kinds of images that are not known, make the call unpriced', () => {
  const units = (value: object, price = UNITS) => reason(usageOf({ units: value }), price);
  assert.equal(units({ audioSeconds: 1 }, OPENAI), 'no_rate:audioSeconds');
  assert.equal(units({ characters: 1 }, OPENAI), 'no_rate:characters');
  assert.equal(units({ images: { count: 1 } }, OPENAI), 'no_rate:image:standard/1024x1024');
  assert.equal(units({ images: { count: 1, quality: 'hd' } }), 'no_rate:image:hd/1024x1024');
  assert.equal(units({ images: { count: 1, size: 'toString' } }), 'no_rate:image:standard/toString');
  assert.equal(units({ images: { count: 1, size: '9'.repeat(1e6) } })?.length, 80);
  assert.equal(units({ videos: 1 }), 'no_rate:videos');
  assert.equal(units({ images: { count: 0, size: '1x1' } }), undefined);
  assert.equal(reason(usageOf({ uncached: 1 }), UNITS), 'no_rate:input');
});

test('counts of units that cannot be true make the call unpriced', () => {
  const units = (value: unknown) => reason(usageOf({ units: value as Units }), UNITS);
  for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e308, '5', 5n, null, {}]) {
    assert.equal(units({ audioSeconds: bad }), 'bad_count:audioSeconds');
    assert.equal(units({ characters: bad }), 'bad_count:characters');
    assert.equal(units({ images: { count: bad } }), 'bad_count:images');
  }
  assert.equal(units({ characters: 0.5 }), 'bad_count:characters');
  for (const images of [null, 1, {}, { count: 0.5 }, { count: 1, size: 1024 }, { count: 1, quality: {} }])
    assert.equal(units({ images }), 'bad_count:images');
});

// Any seed must do; this one is written down, so that a failure is the same one next time.
const seed = Number(process.env.SEED ?? 20_261_122);

function property<T>(name: string, values: fc.Arbitrary<T>, check: (value: T) => void): void {
  test(`${name} (SEED=${seed})`, () => fc.assert(fc.property(values, check), { seed, numRuns: 500 }));
}

const tokens = fc.nat({ max: 30_000 });
const TOKEN_PARTS = ['uncached', 'cacheRead', 'cacheWrite', 'text'] as const;
const counts = fc.record({ uncached: tokens, cacheRead: tokens, cacheWrite: tokens, text: tokens });
const amounts = fc.record({
  audioSeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
  characters: tokens,
  images: fc.record({ count: tokens }),
});

/** What can be counted, each of which has a price here, so that none can be left out of a sum unnoticed. */
const EVERYTHING: Price = {
  ...UNITS,
  rates: {
    input: 2_000_000,
    cacheRead: 500_000,
    cacheWrite5m: 2_500_000,
    cacheWrite1h: 4_000_000,
    cacheWrite12h: 5_000_000,
    cacheWriteOther: 2_500_000,
    output: 8_000_000,
    inputAudio: 32_000_000,
    cachedAudio: 600_000,
    outputAudio: 64_000_000,
    inputImage: 5_000_000,
    cachedImage: 700_000,
    outputImage: 30_000_000,
  },
  toolFees: { web_search: 10_000_000_000, file_search: 2_500_000_000 },
};
/** Above the threshold everything costs twice as much. */
const EVERYTHING_LONG: Price = {
  ...EVERYTHING,
  threshold: {
    aboveInputTokens: 100_000,
    rates: Object.fromEntries(Object.entries(EVERYTHING.rates).map(([name, rate]) => [name, rate * 2])),
  },
};
const COUNTED = [
  ...['uncachedText', 'cachedText', 'uncachedAudio', 'cachedAudio', 'uncachedImage', 'cachedImage'],
  ...['write5m', 'write30m', 'write1h', 'write12h', 'writeOther'],
  ...['text', 'outputAudio', 'outputImage', 'web_search', 'file_search'],
  ...['images', 'audioSeconds', 'characters'],
] as const;
type Counted = Readonly<Record<(typeof COUNTED)[number], number>>;
/** Writes to a cache and input of several kinds exclude each other: no provider tells which kind was written. */
const counted = fc
  .tuple(fc.record(Object.fromEntries(COUNTED.map((name) => [name, tokens]))), fc.boolean())
  .map(([all, writes]) => {
    const excluded = writes ? /Audio$|Image$/ : /^write/;
    const isInput = (name: string) => !name.startsWith('output');
    return Object.fromEntries(
      Object.entries(all).map(([name, count]) => [name, isInput(name) && excluded.test(name) ? 0 : count]),
    ) as unknown as Counted;
  });

function usageOfCounted(all: Counted): Usage {
  const { write5m, write30m, write1h, write12h, writeOther } = all;
  const usage = usageOf({
    uncached: all.uncachedText + all.uncachedAudio + all.uncachedImage,
    cacheRead: all.cachedText + all.cachedAudio + all.cachedImage,
    cacheWrite: write5m + write30m + write1h + write12h + writeOther,
    byLifetime: { '5m': write5m, '30m': write30m, '1h': write1h, '12h': write12h },
    inputAudio: all.uncachedAudio + all.cachedAudio,
    inputImage: all.uncachedImage + all.cachedImage,
    // What is not told from images has no price beside them.
    text: all.outputImage > 0 ? all.text : 0,
    outputAudio: all.outputAudio,
    outputImage: all.outputImage,
    serverTools: { web_search: all.web_search, file_search: all.file_search },
    units: {
      images: { count: all.images },
      audioSeconds: all.audioSeconds,
      characters: all.characters,
    },
  });
  const { cachedAudio, cachedImage } = all;
  return { ...usage, input: { ...usage.input, cachedAudio, cachedImage } };
}

property(
  'more of any class never costs less, below and above the threshold',
  fc.tuple(counted, fc.constantFrom(...COUNTED), fc.nat({ max: 1_000_000 })),
  ([all, name, more]) => {
    const isWrite = name.startsWith('write');
    const isMixed = /^(un)?cached(Audio|Image)$/.test(name);
    const base = { ...all };
    for (const other of COUNTED) {
      if (isWrite ? /^(un)?cached(Audio|Image)$/.test(other) : isMixed && other.startsWith('write')) {
        Object.assign(base, { [other]: 0 });
      }
    }
    if (name === 'text') Object.assign(base, { outputImage: base.outputImage + 1 });
    const larger = { ...base, [name]: base[name] + more };
    for (const price of [EVERYTHING, EVERYTHING_LONG]) {
      const [less, most] = [pico(usageOfCounted(base), price), pico(usageOfCounted(larger), price)];
      assert.ok(most >= less, name);
      if (more > 0) assert.ok(most > less, name);
    }
  },
);

property(
  'more of any unit never costs less',
  fc.tuple(amounts, amounts),
  ([{ audioSeconds, characters, images }, more]) => {
    const before = pico(usageOf({ units: { audioSeconds, characters, images } }), UNITS);
    for (const larger of [
      { audioSeconds: audioSeconds + more.audioSeconds, characters, images },
      { audioSeconds, characters: characters + more.characters, images },
      { audioSeconds, characters, images: { count: images.count + more.images.count } },
    ])
      assert.ok(pico(usageOf({ units: larger }), UNITS) >= before);
  },
);

property(
  'each class of its own costs something, and nothing but its own class',
  fc.tuple(fc.constantFrom(...COUNTED), fc.integer({ min: 1, max: 30_000 })),
  ([name, count]) => {
    const none = Object.fromEntries(COUNTED.map((other) => [other, 0])) as unknown as Counted;
    const isText = name === 'text';
    const usage = usageOfCounted({ ...none, [name]: count, ...(isText && { outputImage: 1 }) });
    const cost = costOf(usage, EVERYTHING);
    assert.ok(!isUnpriced(cost) && cost.picoUsd > 0n, name);
    assert.equal(Object.keys(cost.byClass).length, isText ? 2 : 1, name);
  },
);

property('below the threshold, costs add up exactly', fc.tuple(counts, counts), ([a, b]) => {
  const sum = Object.fromEntries(TOKEN_PARTS.map((part) => [part, a[part] + b[part]]));
  assert.equal(pico(usageOf(a), OPENAI) + pico(usageOf(b), OPENAI), pico(usageOf(sum), OPENAI));
});

property(
  'costs of seconds add up but for one rounding each',
  fc.array(fc.nat({ max: 100_000 }), { minLength: 1 }),
  (hundredths) => {
    const cost = (count: number) => pico(usageOf({ units: { audioSeconds: count / 100 } }), UNITS);
    const apart = hundredths.reduce((sum, count) => sum + cost(count), 0n);
    const together = cost(hundredths.reduce((sum, count) => sum + count, 0));
    const difference = apart > together ? apart - together : together - apart;
    assert.ok(2n * difference <= BigInt(hundredths.length + 1), `${difference}`);
  },
);

property('nothing costs nothing, and only nothing, or what is free', counted, (all) => {
  const used = usageOfCounted(all);
  const isNothing = COUNTED.every((name) => all[name] === 0 || (name === 'text' && all.outputImage === 0));
  assert.equal(pico(used, EVERYTHING) === 0n, isNothing);
  const free = (amounts: object) => Object.fromEntries(Object.keys(amounts).map((name) => [name, 0]));
  const price = {
    ...EVERYTHING,
    rates: free(EVERYTHING.rates),
    toolFees: free(EVERYTHING.toolFees ?? {}),
    units: { audioMinute: 0, character: 0, image: free(UNITS.units?.image ?? {}) },
  };
  assert.equal(pico(used, price), 0n);
});

const anything = fc.oneof(
  { weight: 2, arbitrary: fc.nat({ max: 1000 }) },
  fc.double(),
  fc.constantFrom(-1, 1e308, 2 ** 53, Number.NaN, '12', '', null, undefined, true, 7n, Symbol('odd')),
  fc.string(),
  fc.dictionary(fc.string(), fc.oneof(fc.nat(), fc.double(), fc.string())),
  fc.anything(),
);
const partOf = (...names: string[]) =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] }),
    },
    anything,
  );
const anyUsage = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record(
      {
        input: partOf(
          'total',
          'uncached',
          'cacheRead',
          'cacheWrite',
          'cacheWriteByLifetime',
          'audio',
          'image',
        ),
        output: partOf('total', 'text', 'reasoning', 'audio', 'image'),
        serverTools: anything,
        units: partOf('images', 'audioSeconds', 'characters'),
        serviceTier: anything,
        speed: anything,
        region: anything,
      },
      { requiredKeys: [] },
    ),
  },
  anything,
);

function hasAnAnswer(usage: unknown): void {
  for (const price of [OPENAI, CLAUDE, AUDIO, IMAGE, UNITS]) {
    const cost = costOf(usage as Usage, price);
    if (isUnpriced(cost)) assert.match(cost.reason, /^[a-z_]+:/);
    else assert.ok(cost.picoUsd >= 0n && Object.values(cost.byClass).every((part) => part >= 0n));
    if (isUnpriced(cost)) assert.ok(cost.reason.length <= 80);
  }
}

property('whatever is asked, there is an answer', anyUsage, hasAnAnswer);

property(
  'one odd value in a sound record: there is an answer',
  fc.tuple(
    counts,
    fc.constantFrom('input', 'output', 'units', ''),
    fc.constantFrom(
      ...['total', 'uncached', 'cacheRead', 'cacheWrite', 'cacheWriteByLifetime', 'audio', 'image'],
      ...['cachedAudio', 'cachedImage', 'text', 'images', 'audioSeconds', 'characters', 'serverTools'],
      ...['serviceTier', 'speed', 'region', 'input', 'output', 'units'],
    ),
    anything,
  ),
  ([parts, member, name, odd]) => {
    const usage = usageOf({ ...parts, units: {} }) as unknown as Record<string, object>;
    hasAnAnswer(
      member === '' ? { ...usage, [name]: odd } : { ...usage, [member]: { ...usage[member], [name]: odd } },
    );
  },
);
