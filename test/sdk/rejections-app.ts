/** Prints, as JSON, the unhandled rejections that each use of each SDK leaves behind, bare and metered. */
import { createMeter } from '../support/meter.ts';
import { instant, json, sdks } from './sdks.ts';

const fails = instant(JSON.stringify({ error: { message: 'bad' } }), json, 400);

async function unhandled(run: () => void): Promise<number> {
  let found = 0;
  const note = () => found++;
  process.on('unhandledRejection', note);
  run();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  return found;
}

const results: Record<string, { bare?: number; metered?: number }> = {};

async function observe(how: 'bare' | 'metered'): Promise<void> {
  for (const { name, call } of sdks) {
    const uses: Record<string, () => void> = {
      'nobody awaits the call': () => void call(fails),
      'nobody handles the result': () => void call(fails).then(() => {}),
      'the failure is handled': () => void call(fails).catch(() => {}),
      'nobody awaits asResponse': () => void call(fails).asResponse(),
      'the failure of asResponse is handled': () =>
        void call(fails)
          .asResponse()
          .catch(() => {}),
      'only finally': () => void call(fails).finally(() => {}),
    };
    for (const [use, run] of Object.entries(uses)) {
      const key = `${name}: ${use}`;
      results[key] = { ...results[key], [how]: await unhandled(run) };
    }
  }
}

await observe('bare');
const meter = createMeter();
for (const { client } of sdks) meter.instrumentation.manuallyInstrument(client);
await observe('metered');
console.log(JSON.stringify(results));
