import { ALERTMANAGER, findProgram, PROMETHEUS } from '../../grafana/stack/programs.ts';
import { startStack } from '../../grafana/stack/stack.ts';
import type { App } from './app.ts';
import { graphUrl } from './graph.ts';
import { startReceiver } from './receiver.ts';

/** What watches the demo. The notes say where it is, or how to get it. */
export interface Monitoring {
  readonly note: string;
  readonly alertNote: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** As grafana/alertmanager/alertmanager.yml has it. */
const ALERTS_PORT = 9465;

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
    const receiver = started.use(await startReceiver({ print }));
    const stack = await startStack({
      job: 'tokenmeter-demo',
      targets: [app.metricsUrl.host],
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
export async function listenForStack(host: string, print: (line: string) => void): Promise<Monitoring> {
  const receiver = await startReceiver({ print, host, port: ALERTS_PORT });
  return {
    note: 'runs elsewhere',
    alertNote: `on ${receiver.url}`,
    url: '',
    async stop() {
      await receiver[Symbol.asyncDispose]();
    },
  };
}
