/**
 * How long an estimate takes for a text of every kind, how long it keeps the event loop from others, and what
 * cutting the text costs in accuracy: `node bench/estimate.ts [--kb 100] [--rounds 5]`.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { estimateCost } from '../src/estimate/index.ts';
import { kinds, textOf } from '../test/estimate/texts.ts';

const { values } = parseArgs({
  options: { kb: { type: 'string', default: '100' }, rounds: { type: 'string', default: '5' } },
});
const bytes = Number(values.kb) * 1000;
const rounds = Number(values.rounds);
/** Uncut, gpt-tokenizer takes time with the square of the length. */
const UNCUT_BYTES = 20_000;

interface Time {
  readonly milliseconds: number;
  readonly longestTurn: number;
}

/** The whole time, and the longest that other work waited for its turn meanwhile. */
async function time(work: () => Promise<unknown>): Promise<Time> {
  let running = true;
  let last = performance.now();
  let longestTurn = 0;
  const turn = () => {
    const now = performance.now();
    longestTurn = Math.max(longestTurn, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const start = performance.now();
  await work();
  const milliseconds = performance.now() - start;
  running = false;
  turn();
  return { milliseconds, longestTurn };
}

const embedding = (input: string) => estimateCost({ provider: 'openai', model: 'o200k-embedding', input });
const ms = (milliseconds: number) => `${milliseconds.toFixed(1)} ms`;

function error(cut: number, uncut: number): string {
  return `${(((cut - uncut) / uncut) * 100).toFixed(2)} %`;
}

const first = await time(() => embedding('first'));
console.log(`first use, with loading: ${ms(first.milliseconds)}, longest turn ${ms(first.longestTurn)}\n`);

const many = Array.from({ length: 300_000 }, () => ({ role: 'user', content: 'a' }));
for (const provider of ['openai', 'anthropic'] as const) {
  const { milliseconds, longestTurn } = await time(() =>
    estimateCost({ provider, model: 'm', messages: many }),
  );
  console.log(`300,000 messages to ${provider}: ${ms(milliseconds)}, longest turn ${ms(longestTurn)}\n`);
}

const rows: Record<string, Record<string, string | number>> = {};
for (const kind of kinds) {
  const text = textOf(kind, bytes);
  const times: Time[] = [];
  for (let round = 0; round < rounds; round++) times.push(await time(() => embedding(text)));
  const { inputTokens } = await embedding(text);
  const short = textOf(kind, UNCUT_BYTES);
  const uncut = countTokens(short, { disallowedSpecial: new Set() });
  rows[kind] = {
    'first time': ms(times[0]?.milliseconds ?? 0),
    median: ms(times.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)[rounds >> 1] ?? 0),
    'longest turn': ms(Math.max(...times.map(({ longestTurn }) => longestTurn))),
    tokens: inputTokens,
    [`error at ${UNCUT_BYTES / 1000} kB`]: error((await embedding(short)).inputTokens, uncut),
  };
}
console.table(rows);
