/** npm run stack: Prometheus and Alertmanager on the files of this folder, without Docker. */
import { parseArgs } from 'node:util';
import { startReceiver } from '../../examples/demo/receiver.ts';
import { endOnSignals } from '../../examples/demo/signals.ts';
import { ALERTMANAGER, findProgram } from './programs.ts';
import { startStack } from './stack.ts';

const HELP = `npm run stack -- [options]

Starts the Prometheus and the Alertmanager that are on the PATH with the rules, the configs and the
routes of grafana/, scrapes an app under tokenmeter, and prints the alerts that arrive.

  --target HOST:PORT  an app's metrics, once for each process; default localhost:9464
  --job NAME          the app's name, label \`job\` of its metrics; default app
  --webhook URL       where alerts are told; default: they are printed here
  --help              this text

Dashboards: docker compose up, or import grafana/dashboards/*.json into your Grafana.`;

try {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', multiple: true, default: ['localhost:9464'] },
      job: { type: 'string', default: 'app' },
      webhook: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) console.log(HELP);
  else await run(values.job, values.target, values.webhook);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(job: string, targets: readonly string[], webhook: string | undefined): Promise<void> {
  const ending = endOnSignals();
  await using started = new AsyncDisposableStack();
  const receiver =
    webhook === undefined ? started.use(await startReceiver({ print: console.log })) : undefined;
  const stack = await startStack({ job, targets, webhook: webhook ?? receiver?.url ?? '' });
  started.defer(stack.stop);
  console.log(`prometheus    ${stack.prometheusUrl}/alerts
alertmanager  ${stack.alertmanagerUrl ?? `not on the PATH; to get it: ${ALERTMANAGER.howToGetIt}`}
scraping      ${targets.join(', ')} as ${job}
Ctrl-C ends it`);
  if (findProgram(ALERTMANAGER) === undefined) console.log('Without Alertmanager no alert arrives here.');
  if (!ending.signal.aborted)
    await new Promise((resolve) => ending.signal.addEventListener('abort', resolve));
}
