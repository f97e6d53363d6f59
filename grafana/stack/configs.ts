import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, isSeq, parseDocument } from 'yaml';

export interface StackAddresses {
  /** The app's name. */
  readonly job: string;
  /** Where its metrics are: `localhost:9464`. */
  readonly targets: readonly string[];
  readonly alertmanager: string;
  /** Where alerts are told. */
  readonly webhook: string;
}

const grafana = fileURLToPath(new URL('../', import.meta.url));
const PROMETHEUS = 'prometheus/prometheus.yml';
const ALERTMANAGER = 'alertmanager/alertmanager.yml';

/**
 * Copies of the configs that Docker uses, with other addresses in them. In a hurry everything happens within
 * seconds, as in a demo of a minute.
 */
export function writeConfigs(
  folders: { readonly prometheus: string; readonly alertmanager: string },
  addresses: StackAddresses,
  inAHurry: boolean,
) {
  const prometheus = read(PROMETHEUS);
  prometheus.setIn(['rule_files'], [join(grafana, 'rules/*.yaml')]);
  prometheus.setIn(
    ['alerting', 'alertmanagers', 0, 'static_configs', 0, 'targets'],
    [addresses.alertmanager],
  );
  prometheus.setIn(['scrape_configs', 0, 'job_name'], addresses.job);
  prometheus.setIn(['scrape_configs', 0, 'static_configs', 0, 'targets'], addresses.targets);
  const alertmanager = read(ALERTMANAGER);
  alertmanager.setIn(['receivers', 0, 'webhook_configs', 0, 'url'], addresses.webhook);
  if (inAHurry) {
    for (const interval of ['scrape_interval', 'evaluation_interval'])
      prometheus.setIn(['global', interval], '1s');
    const routes = alertmanager.getIn(['route', 'routes']);
    const count = isSeq(routes) ? routes.items.length : 0;
    for (const route of [['route'], ...Array.from({ length: count }, (_, at) => ['route', 'routes', at])]) {
      alertmanager.setIn([...route, 'group_wait'], '1s');
      alertmanager.setIn([...route, 'group_interval'], '1s');
    }
  }
  return {
    prometheus: write(join(folders.prometheus, 'prometheus.yml'), prometheus),
    alertmanager: write(join(folders.alertmanager, 'alertmanager.yml'), alertmanager),
  };
}

const read = (path: string) => parseDocument(readFileSync(join(grafana, path), 'utf8'));

function write(file: string, document: Document): string {
  writeFileSync(file, document.toString());
  return file;
}
