import { startProvider } from '../../test/provider/server.ts';
import { type App, startApp } from './app.ts';
import { createBehaviour } from './behaviour.ts';
import { checkBill } from './bill.ts';
import { type DemoOptions, HELP, OptionError, readOptions } from './options.ts';
import { paintFor } from './paint.ts';
import { freePort, tryPort } from './ports.ts';
import { findPrometheus, HOW_TO_GET_IT, startPrometheus } from './prometheus.ts';
import { openScreen } from './screen.ts';
import { endOnSignals } from './signals.ts';
import { summarize } from './summary.ts';
import { readRows } from './usage.ts';
import { watchTraffic } from './watch.ts';

const METRICS_PORT = 9464;
const PROMETHEUS_PORT = 9090;

const paint = paintFor(process.stdout, process.env);
// Whoever reads this has gone: what was started ends with this process.
process.stdout.once('error', () => process.exit(1));

try {
  const options = readOptions(process.argv.slice(2));
  if (options) process.exitCode = await run(options);
  else console.log(HELP);
} catch (error) {
  const isMistake = error instanceof OptionError;
  console.error(error instanceof Error ? error.message : error);
  if (isMistake) console.error('npm run demo -- --help lists the options.');
  process.exitCode = isMistake ? 2 : 1;
}

/** Returns the exit code. */
async function run(options: DemoOptions): Promise<number> {
  const { seed, port } = options;
  const ending = endOnSignals();
  await using started = new AsyncDisposableStack();
  const provider = await startProvider({ seed, scenario: createBehaviour(seed) });
  started.defer(() => provider.close());
  const app = await startApp(provider, await metricsPort(port));
  started.defer(app.stop);
  const prometheus = await tryPrometheus(app, port === 0 ? 0 : PROMETHEUS_PORT);
  started.defer(prometheus.stop);

  console.log(`${paint('bold', 'tokenmeter demo')}: OpenAI and Anthropic are simulated, nothing leaves this machine
  metrics     ${app.metricsUrl}
  prometheus  ${prometheus.note}
`);
  const footer = [app.metricsUrl.href, prometheus.url, 'Ctrl-C ends it'].filter((piece) => piece !== '');
  const screen = openScreen({ stream: process.stdout, paint, seconds: options.seconds, footer });
  const { samples, seconds } = await watchTraffic(app, provider, screen, options, ending);
  const rows = readRows(samples);
  const check = checkBill(provider.billed, rows);
  console.log(['', ...summarize({ seconds, seed, samples, rows, check }, paint)].join('\n'));
  return check.agrees ? 0 : 1;
}

async function metricsPort(wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return freePort('localhost', METRICS_PORT);
  const port = await tryPort('localhost', wanted);
  if (port === undefined) throw new OptionError(`--port: ${wanted} is in use or not allowed`);
  return port;
}

/** The demo goes on without it; `note` says where it is, or how to get it. */
async function tryPrometheus(app: App, wantedPort: number) {
  const none = (note: string) => ({ note, url: '', stop: async () => {} });
  const program = findPrometheus();
  if (program === undefined) return none(`not on the PATH; to get it: ${HOW_TO_GET_IT}`);
  try {
    const port = await freePort('127.0.0.1', wantedPort);
    const { url, graphUrl, stop } = await startPrometheus(program, port, app.metricsUrl);
    return { note: graphUrl, url, stop };
  } catch (error) {
    return none(`did not start: ${error instanceof Error ? error.message : error}`);
  }
}
