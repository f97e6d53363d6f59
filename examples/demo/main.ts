import { startProvider } from '../../test/provider/server.ts';
import { startApp } from './app.ts';
import { createBehaviour } from './behaviour.ts';
import { checkBill } from './bill.ts';
import { listenForStack, tryStack } from './monitoring.ts';
import { type DemoOptions, HELP, OptionError, readOptions } from './options.ts';
import { paintFor } from './paint.ts';
import { freePort, tryPort } from './ports.ts';
import { openScreen } from './screen.ts';
import { endOnSignals } from './signals.ts';
import { summarize } from './summary.ts';
import { readRows } from './usage.ts';
import { watchTraffic } from './watch.ts';

const METRICS_PORT = 9464;

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
  const { seed, port, host } = options;
  const ending = endOnSignals();
  await using started = new AsyncDisposableStack();
  const provider = await startProvider({ seed, scenario: createBehaviour(seed) });
  started.defer(() => provider.close());
  const app = await startApp(provider, await metricsPort(port), host);
  started.defer(app.stop);
  const alerts: string[] = [];
  const stack =
    host === undefined
      ? await tryStack(app, port === 0, (line) => alerts.push(line))
      : await listenForStack(host, console.log);
  started.defer(stack.stop);

  console.log(`${paint('bold', 'tokenmeter demo')}: OpenAI and Anthropic are simulated, nothing leaves this machine
  metrics     ${app.metricsUrl}
  prometheus  ${stack.note}
  alerts      ${stack.alertNote}
`);
  const footer = [app.metricsUrl.href, stack.url, 'Ctrl-C ends it'].filter((piece) => piece !== '');
  const screen = openScreen({ stream: process.stdout, paint, seconds: options.seconds, footer });
  const { samples, seconds } = await watchTraffic(app, provider, screen, options, ending);
  if (alerts.length > 0)
    console.log(['', paint('bold', 'Alerts'), ...alerts.map((line) => `  ${line}`)].join('\n'));
  const rows = readRows(samples);
  const check = checkBill(provider.billed, rows);
  console.log(['', ...summarize({ seconds, seed, samples, rows, check }, paint)].join('\n'));
  return check.agrees ? 0 : 1;
}

async function metricsPort(wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return freePort('localhost', METRICS_PORT);
  // The app takes a free one, and says which.
  if (wanted === 0) return 0;
  const port = await tryPort('localhost', wanted);
  if (port === undefined) throw new OptionError(`--port: ${wanted} is in use or not allowed`);
  return port;
}
