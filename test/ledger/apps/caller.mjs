// Makes calls until it is told to stop, or ended; says which have settled as soon as they have.
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import OpenAI from 'openai';
import { startTokenmeter } from 'tokenmeter';

const {
  TEST_OPENAI_URL,
  TEST_CALLS = '1000000',
  TEST_END = '',
  TEST_LEDGER = '',
  TEST_USER = 'ann',
  TEST_TIME_MS,
} = process.env;
const meter = startTokenmeter({
  prometheus: false,
  ...(TEST_LEDGER && { ledger: JSON.parse(TEST_LEDGER) }),
});
meter.instrumentation.manuallyInstrument(OpenAI);
const openai = new OpenAI({ apiKey: 'test', baseURL: TEST_OPENAI_URL, maxRetries: 0 });

// Before that, the thread that writes is only starting.
await meter.ledger?.ready();

let isTime = TEST_TIME_MS !== undefined;
const start = performance.now();
for (let call = 0; call < Number(TEST_CALLS); call++) {
  const { id } = await openai.chat.completions.create({
    model: 'gpt-4.1@in=1000,out=50',
    messages: [{ role: 'user', content: 'Hello' }],
    user: TEST_USER,
  });
  // At once: whatever is written later may be lost with the process.
  writeSync(1, `settled ${id} ${Date.now()}\n`);
  // With others beside it, on a machine that has other things to do.
  if (TEST_TIME_MS !== undefined) await delay(3);
  if (isTime && performance.now() - start > Number(TEST_TIME_MS)) {
    isTime = false;
    writeSync(1, 'it is time\n');
  }
}
writeSync(1, 'all made\n');
if (TEST_END === 'exit') process.exit(0);
if (TEST_END === 'throw') throw new Error('a fault of the app');
if (TEST_END === 'signal') setInterval(() => {}, 1000);
if (TEST_END === 'own handler') {
  process.on('SIGTERM', () => process.exit(7));
  setInterval(() => {}, 1000);
}
