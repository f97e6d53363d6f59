import { ALERTMANAGER, findProgram, PROMETHEUS } from '../../grafana/stack/programs.ts';
import { startStack } from '../../grafana/stack/stack.ts';
import type { App } from './app.ts';
import { budgetSamples } from './budgets.ts';
import { startGauges } from './gauges.ts';
import { graphUrl } from './graph.ts';
import { startReceiver } from './receiver.ts';
import { readRows } from './usage.ts';

/** What watches the demo. The notes say where it is, or how to get it. */
export interface Monitoring {
  readonly note: string;
  readonly alertNote: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** As docker-compose.yml and grafana/ have them. */
const PORTS = { alerts: 9465, budgets: 9466 };

/** Starts Prometheus and Alertmanager where they are installed; the demo goes on without them. */
export async function tryStack(
  app: App,
  anyPorts: boolean,
  print: (line: string) => void,
): Promise<Monitoring> {
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
    const gauges = started.use(await startGauges(() => budgetsOf(app)));
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

/** For those that run elsewhere. */
export async function listenForStack(
  app: App,
  host: string,
  print: (line: string) => void,
): Promise<Monitoring> {
  const started = new AsyncDisposableStack();
  started.use(await startGauges(() => budgetsOf(app), { host, port: PORTS.budgets }));
  started.use(await startReceiver({ print, host, port: PORTS.alerts }));
  return {
    note: 'runs elsewhere',
    alertNote: `on ${host}:${PORTS.alerts}`,
    url: '',
    stop: () => started.disposeAsync(),
  };
}

async function budgetsOf(app: App) {
  return budgetSamples(readRows(await app.scrape()));
}
