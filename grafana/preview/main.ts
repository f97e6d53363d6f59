/** npm run pictures: draws the dashboards from a Prometheus with Grafana's own components. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { createServer } from 'vite';
import { ask } from './ask.ts';
import { startInvented } from './invented/prometheus.ts';
import type { DashboardJson } from './page/types.ts';

const HELP = `npm run pictures -- [--prometheus URL] [--minutes 1440] [--scrape-seconds 15] [--only overview]

Draws grafana/dashboards/*.json into grafana/preview/*.png, with the components of Grafana in a headless
Chromium (apt-get install chromium, or CHROMIUM=/path/to/it). What they show is the last day of an invented
company, in a Prometheus of its own (apt-get install prometheus); busiest in the afternoon, UTC.
Of your own: --prometheus, or that of the demo: npm run demo -- --seconds 900, which says where it is, and
--minutes 10 --scrape-seconds 1.`;

const { values } = parseArgs({
  options: {
    prometheus: { type: 'string' },
    minutes: { type: 'string', default: '1440' },
    'scrape-seconds': { type: 'string', default: '15' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const dashboards = new URL('../dashboards/', import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(dashboards)
  .map((file) => file.replace('.json', ''))
  .filter((name) => values.only === undefined || name === values.only);

await using invented = values.prometheus === undefined ? await startInvented() : undefined;
const prometheus = values.prometheus ?? invented?.url ?? '';
const scrapeSeconds = invented?.scrapeSeconds ?? Number(values['scrape-seconds']);

const server = await createServer({
  root: here,
  logLevel: 'warn',
  configFile: false,
  define: { 'process.env': {} },
  server: { host: '127.0.0.1' },
});
await server.listen();
const url = server.resolvedUrls?.local[0] ?? '';
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-color-profile=srgb'],
});
try {
  for (const name of names) {
    const dashboard = JSON.parse(readFileSync(new URL(`${name}.json`, dashboards), 'utf8')) as DashboardJson;
    const picture = await ask(prometheus, dashboard, 60 * Number(values.minutes), scrapeSeconds);
    const page = await browser.newPage();
    const broken = new Promise<never>((_, reject) => page.once('pageerror', reject));
    await page.setViewport({ width: 1600, height: 2400 });
    await page.evaluateOnNewDocument(`var picture = ${JSON.stringify(picture)}`);
    await page.goto(url, { timeout: 180_000 });
    await Promise.race([page.waitForSelector('body[data-drawn]', { timeout: 60_000 }), broken]);
    await page.waitForNetworkIdle({ idleTime: 500 });
    const element = await page.$('#dashboard');
    await element?.screenshot({ path: `${here}${name}.png` });
    await page.close();
    console.log(`grafana/preview/${name}.png`);
  }
} finally {
  await browser.close();
  await server.close();
}
