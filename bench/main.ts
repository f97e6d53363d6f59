/**
 * What the meter adds to a call, in CPU time. Each variant runs in processes of its own, which take
 * turns; each figure is the least disturbed of its rounds.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { workloads } from './workloads.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    ms: { type: 'string', default: '100' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    'npm run bench:calls -- [--rounds N] [--ms N]   rounds per variant (3), length of a batch (100 ms)',
  );
  process.exit(0);
}

const worker = new URL('./worker.ts', import.meta.url).pathname;
type Variant = 'bare' | 'metered' | 'spans';
const variants: readonly Variant[] = ['bare', 'metered', 'spans'];

function measure(index: number): Record<Variant, number> {
  const best = {
    bare: Number.POSITIVE_INFINITY,
    metered: Number.POSITIVE_INFINITY,
    spans: Number.POSITIVE_INFINITY,
  };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const variant of variants) {
      const output = execFileSync(
        process.execPath,
        ['--single-threaded-gc', worker, variant, String(index), values.ms],
        {
          encoding: 'utf8',
        },
      );
      best[variant] = Math.min(best[variant], Number(output));
    }
  }
  return best;
}

const rows: Record<string, Record<string, string>> = {};
/** What a plain call of the same SDK adds: the chunks of a stream come on top of that. */
const plain: Record<string, Record<Variant, number>> = {};
for (const [index, { name, sdk, chunks }] of workloads().entries()) {
  console.error(`measuring: ${name}`);
  const times = measure(index);
  const { bare, metered, spans } = times;
  plain[sdk] ??= times;
  const ofCall = plain[sdk];
  const added = (variant: Variant) => {
    const more = times[variant] - bare;
    if (chunks === 0) return `${more.toFixed(1)} µs`;
    return `${((more - (ofCall[variant] - ofCall.bare)) / chunks).toFixed(2)} µs/chunk`;
  };
  rows[name] = {
    'SDK alone': `${bare.toFixed(0)} µs`,
    metered: `x${(metered / bare).toFixed(2)}`,
    adds: added('metered'),
    'and spans': `x${(spans / bare).toFixed(2)}`,
    'add in all': added('spans'),
  };
}
console.table(rows);
