import { ALERTMANAGER, findProgram, PROMETHEUS } from '../../grafana/stack/programs.ts';
import { startStack } from '../../grafana/stack/stack.ts';
import { startProvider } from '../../test/provider/server.ts';
import { type App, startApp } from './app.ts';
import { createBehaviour } from './behaviour.ts';
import { checkBill } from './bill.ts';
import { budgetSamples } from './budgets.ts';
import { startGauges } from './gauges.ts';
import { graphUrl } from './graph.ts';
import { type DemoOptions, HELP, OptionError, readOptions } from './options.ts';
import { paintFor } from './paint.ts';
import { freePort, tryPort } from './ports.ts';
import { startReceiver } from './receiver.ts';
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
  const { seed, port } = options;
  const ending = endOnSignals();
  await using started = new AsyncDisposableStack();
  const provider = await startProvider({ seed, scenario: createBehaviour(seed) });
  started.defer(() => provider.close());
  const app = await startApp(provider, await metricsPort(port));
  started.defer(app.stop);
  const alerts: string[] = [];
  const stack = await tryStack(app, port === 0, (line) => alerts.push(line));
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
  const port = await tryPort('localhost', wanted);
  if (port === undefined) throw new OptionError(`--port: ${wanted} is in use or not allowed`);
  return port;
}

/** The demo goes on without it; the notes say where it is, or how to get it. */
async function tryStack(app: App, anyPorts: boolean, print: (line: string) => void) {
  const none = (note: string) => ({
    note,
    url: '',
    alertNote: 'none without Prometheus',
    stop: async () => {},
  });
  if (findProgram(PROMETHEUS) === undefined)
    return none(`not on the PATH; to get it: ${PROMETHEUS.howToGetIt}`);
  const started = new AsyncDisposableStack();
  try {
    const gauges = started.use(await startGauges(async () => budgetSamples(readRows(await app.scrape()))));
    const receiver = started.use(await startReceiver({ print }));
    const stack = await startStack({
      targets: [app.metricsUrl.host, gauges.host],
      webhook: receiver.url,
      inAHurry: true,
      ...(anyPorts && { ports: { prometheus: 0, alertmanager: 0 } }),
    });
    started.defer(stack.stop);
    return {
      note: graphUrl(stack.prometheusUrl),
      url: stack.prometheusUrl,
      alertNote:
        stack.alertmanagerUrl ?? `Alertmanager is not on the PATH; to get it: ${ALERTMANAGER.howToGetIt}`,
      stop: () => started.disposeAsync(),
    };
  } catch (error) {
    await started.disposeAsync();
    return none(`did not start: ${error instanceof Error ? error.message : error}`);
  }
}
