// A primary with four workers; each makes as many calls as its number, streamed ones too, and waits.
import cluster from 'node:cluster';
import { createInterface } from 'node:readline';

if (cluster.isPrimary) {
  const workers = Array.from({ length: 4 }, (_, n) => cluster.fork({ NUMBER: String(n + 1) }));
  let ready = 0;
  cluster.on('message', (_, message) => {
    if (message === 'ready' && ++ready === workers.length) console.log('done');
  });
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const [command, number] = line.split(' ');
      const worker = workers[Number(number) - 1];
      if (command === 'kill') worker.process.kill('SIGKILL');
      if (command === 'disconnect') worker.disconnect();
      if (command === 'block') worker.send('block');
      worker.once(command === 'block' ? 'message' : 'exit', () => console.log(`${command} ${number}: done`));
    })
    .on('close', () => process.exit(0));
} else {
  const { default: OpenAI } = await import('openai');
  const { NUMBER, TEST_OPENAI_URL } = process.env;
  const openai = new OpenAI({ apiKey: 'test', baseURL: TEST_OPENAI_URL });
  for (let n = 0; n < 5 * Number(NUMBER); n++) {
    const request = { model: 'gpt-4.1@in=1000,out=10', messages: [{ role: 'user', content: 'Hi' }] };
    const user = `${NUMBER}-${n % 2}`;
    if (n % 3 === 0)
      for await (const _ of await openai.chat.completions.create({ ...request, user, stream: true }));
    else await openai.chat.completions.create({ ...request, user });
  }
  process.on('message', (message) => {
    if (message !== 'block') return;
    process.send('blocked', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000));
  });
  process.send('ready');
}
