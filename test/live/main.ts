/**
 * Do the dashboards show something, and does an alert arrive? The demo's traffic runs against the real Prometheus
 * and Alertmanager; every query of every panel and variable is sent, and a budget is driven over its thresholds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startApp } from '../../examples/demo/app.ts';
import { createBehaviour } from '../../examples/demo/behaviour.ts';
import { freePort } from '../../examples/demo/ports.ts';
import { startReceiver } from '../../examples/demo/receiver.ts';
import { startTraffic } from '../../examples/demo/traffic.ts';
import { ALERTMANAGER, findProgram, PROMETHEUS } from '../../grafana/stack/programs.ts';
import { startStack } from '../../grafana/stack/stack.ts';
import { startProvider } from '../provider/server.ts';
import { checkAlerts, checkOwnBudget } from './alerts.ts';
import { checkDashboards } from './dashboards.ts';
import { Fixture } from './fixture.ts';
import { startGauges } from './gauges.ts';
import { PrometheusClient } from './prometheus.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string', default: '7' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run test:live -- [--seconds 30] [--seed 7]
Sends every query of the dashboards to a real Prometheus that has scraped the demo for so many seconds, drives a
budget over 80 % and 100 %, and waits for each alert to arrive once, and to be resolved.`);
  process.exit(0);
}
for (const program of [PROMETHEUS, ALERTMANAGER]) {
  if (findProgram(program) !== undefined) continue;
  console.log(`skipped: needs ${program.names[0]}: ${program.howToGetIt}`);
  process.exit(process.env.TOKENMETER_CI === '1' ? 1 : 0);
}
const seconds = Number(values.seconds);
const seed = Number(values.seed);

const failures: string[] = [];
{
  await using started = new AsyncDisposableStack();
  const provider = await startProvider({ seed, scenario: createBehaviour(seed) });
  started.defer(() => provider.close());
  const app = await startApp(provider, await freePort('localhost', 0));
  started.defer(app.stop);
  const fixture = new Fixture();
  const gauges = started.use(await startGauges(() => fixture.read()));
  const receiver = started.use(await startReceiver());
  const stack = await startStack({
    job: 'tokenmeter-demo',
    targets: [app.metricsUrl.host, gauges.host],
    webhook: receiver.url,
    ports: { prometheus: 0, alertmanager: 0 },
    inAHurry: true,
  });
  started.defer(stack.stop);
  const prometheus = new PrometheusClient(stack.prometheusUrl);
  const traffic = startTraffic(app.url, seed);
  started.defer(() => traffic.finish());

  const until = delay(1000 * seconds);
  failures.push(...(await checkAlerts(fixture, receiver)));
  await until;
  failures.push(...(await checkOwnBudget(receiver)));
  failures.push(...(await checkDashboards(prometheus, Math.min(seconds, 60))));
}
for (const failure of failures) console.error(failure);
console.log(failures.length === 0 ? 'all as it should be' : `${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
