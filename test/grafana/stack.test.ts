import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { type ReceivedAlert, startReceiver } from '../../examples/demo/receiver.ts';
import type { writeConfigs } from '../../grafana/stack/configs.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the stack works in a folder with a space in its name, for an app of any name', async () => {
  await using folder = await temporaryFolder();
  const copy = join(folder.path, 'my apps');
  for (const path of ['stack', 'prometheus', 'alertmanager', 'rules'])
    cpSync(join(root, 'grafana', path), join(copy, 'grafana', path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const out = join(folder.path, 'out');
  mkdirSync(out);

  const configs = pathToFileURL(join(copy, 'grafana/stack/configs.ts')).href;
  const module = (await import(configs)) as { writeConfigs: typeof writeConfigs };
  const files = module.writeConfigs(
    { prometheus: out, alertmanager: out },
    {
      job: 'shop',
      targets: ['localhost:9464'],
      alertmanager: 'localhost:9093',
      webhook: 'http://localhost/',
    },
    true,
  );
  const { rule_files, scrape_configs } = parse(readFileSync(files.prometheus, 'utf8'));
  assert.deepEqual(rule_files, [join(copy, 'grafana/rules/*.yaml')]);
  assert.equal(scrape_configs[0].job_name, 'shop');
});

test('an alert is printed once, however often its group is told', async () => {
  const lines: string[] = [];
  await using receiver = await startReceiver({ print: (line) => lines.push(line) });
  const alertOf = (team: string, status: ReceivedAlert['status'] = 'firing'): ReceivedAlert => ({
    status,
    labels: { alertname: 'TokenmeterBudgetWarning', severity: 'warning', team },
    annotations: { summary: `Budget b (team ${team})` },
    fingerprint: team,
    startsAt: '2026-01-01T00:00:00Z',
  });
  const tell = (...alerts: ReceivedAlert[]) =>
    fetch(receiver.url, { method: 'POST', body: JSON.stringify({ alerts }) });
  await tell(alertOf('legal'));
  await tell(alertOf('legal'), alertOf('sales'));
  await tell(alertOf('legal', 'resolved'), alertOf('sales'));
  assert.deepEqual(
    lines.map((line) => line.replace(/ +/g, ' ').trim()),
    [
      'FIRING warning Budget b (team legal).',
      'FIRING warning Budget b (team sales).',
      'RESOLVED warning Budget b (team legal)',
    ],
  );
  assert.equal(receiver.alerts.length, 5);
});
