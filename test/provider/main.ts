import { parseArgs } from 'node:util';
import { startProvider } from './server.ts';

/** node test/provider/main.ts [--port N] [--host ADDRESS] [--seed N] */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    seed: { type: 'string', default: '1' },
  },
});
const provider = await startProvider({
  port: Number(values.port),
  host: values.host,
  seed: Number(values.seed),
});
const { port, openaiUrl, anthropicUrl } = provider;
console.log(JSON.stringify({ port, openaiUrl, anthropicUrl }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void provider.close());
}
