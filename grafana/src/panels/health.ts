import * as units from '@grafana/grafana-foundation-sdk/units';
import { LABEL } from '../../../src/rules/promql.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/rules/thresholds.ts';
import { COLOR, fixedColor, shadesOf, stacked, stat, table, thresholds, timeSeries } from '../defaults.ts';
import * as health from '../queries/health.ts';

const ONE_IS_BAD = thresholds(COLOR.good, [[1, COLOR.bad]]);
const DAY_SECONDS = 86_400;
const NO_APP = 'No data: no metered app is scraped.';

export const apps = () =>
  stat(
    { title: 'Metered apps', description: `Jobs that send metrics now. ${NO_APP}` },
    units.Short,
    health.apps,
  );

export const processes = () =>
  stat(
    { title: 'Processes', description: `Targets that send metrics now. ${NO_APP}` },
    units.Short,
    health.processes,
  );

export const unmetered = () =>
  stat(
    {
      title: 'Unmetered calls',
      description: 'Share of the calls whose usage is missing or estimated. No data: no calls in this time.',
    },
    units.PercentUnit,
    health.unmeteredRatio,
  )
    .thresholds(
      thresholds(COLOR.good, [
        [0.05, COLOR.notice],
        [0.2, COLOR.warn],
      ]),
    )
    .decimals(1);

export const unpriced = () =>
  stat(
    { title: 'Unpriced calls', description: 'Calls with usage and no known price in this time.' },
    units.LocaleFormat,
    health.unpriced,
  )
    .thresholds(ONE_IS_BAD)
    .decimals(0);

export const overflow = () =>
  stat(
    {
      title: 'Overflow',
      description: 'Calls that share a series because there are too many users, models or series.',
    },
    units.LocaleFormat,
    health.overflow,
  )
    .thresholds(thresholds(COLOR.good, [[1, COLOR.warn]]))
    .decimals(0);

export const priceTableAge = () =>
  stat(
    { title: 'Age of the prices', description: `Of the oldest price table in use. ${NO_APP}` },
    units.Seconds,
    health.priceTableAge,
  )
    .thresholds(
      thresholds(COLOR.good, [
        [(DEFAULT_THRESHOLDS.priceTableDays * DAY_SECONDS) / 2, COLOR.notice],
        [DEFAULT_THRESHOLDS.priceTableDays * DAY_SECONDS, COLOR.bad],
      ]),
    )
    .decimals(0);

export const ledgerDropped = () =>
  stat(
    { title: 'Lost ledger rows', description: 'Calls that could not be written to the ledger in this time.' },
    units.LocaleFormat,
    health.ledgerDropped,
  )
    .thresholds(ONE_IS_BAD)
    .decimals(0);

export const firing = () =>
  stat(
    { title: 'Firing alerts', description: 'Of tokenmeter, for the chosen apps; the overview lists them.' },
    units.Short,
    health.firing,
  ).thresholds(ONE_IS_BAD);

export const unmeteredByReason = () =>
  stacked(
    {
      title: 'Unmetered calls per minute by reason',
      description: `aborted, abandoned, timeout and stream_error are estimated; the others have neither tokens nor cost. ${NO_APP}`,
    },
    units.Short,
    [{ expr: health.unmeteredByReason, legend: `{{${LABEL.reason}}}` }],
  )
    .colorScheme(shadesOf(COLOR.warn))
    .overrideByName('none', fixedColor(COLOR.good))
    .axisSoftMax(1);

export const unpricedByModel = () =>
  stacked(
    {
      title: 'Unpriced calls per minute by model',
      description: `Give these a price: see Prices in the README. ${NO_APP}`,
    },
    units.Short,
    [{ expr: health.unpricedByModel, legend: `{{${LABEL.requestModel}}}` }],
  )
    .colorScheme(shadesOf(COLOR.warn))
    .overrideByName('none', fixedColor(COLOR.good))
    .axisSoftMax(1);

export const overflowByLimit = () =>
  stacked(
    {
      title: 'Overflow per minute by limit',
      description: `Which limit was reached: users, models or series. ${NO_APP}`,
    },
    units.Short,
    [{ expr: health.overflowByLimit, legend: `{{${LABEL.limit}}}` }],
  )
    .colorScheme(shadesOf(COLOR.warn))
    .overrideByName('none', fixedColor(COLOR.good))
    .axisSoftMax(1);

export const ledgerQueue = () =>
  timeSeries(
    { title: 'Ledger queue', description: 'Calls that wait to be written. No data: no app keeps a ledger.' },
    units.Short,
    [{ expr: health.ledgerQueue, legend: `{{${LABEL.job}}}` }],
  );

export const workers = () =>
  stacked(
    {
      title: 'Workers by answer',
      description: `Of node:cluster, PM2 included: silent ones did not answer the last scrape in time, and their latest calls come with a later one. none: no app has workers. ${NO_APP}`,
    },
    units.Short,
    [{ expr: health.workers, legend: `{{${LABEL.job}}} {{${health.WORKER_STATE}}}` }],
  )
    .overrideByRegexp('/ silent$/', fixedColor(COLOR.bad))
    .decimals(0)
    .span(12);

export const scrapeDuration = () =>
  timeSeries(
    { title: 'Scrape duration', description: 'No data: the metrics come over OTLP, or nothing is scraped.' },
    units.Seconds,
    [{ expr: health.scrapeDuration, legend: `{{${LABEL.job}}} {{${LABEL.instance}}}` }],
  );

export const scrapeSamples = () =>
  timeSeries(
    {
      title: 'Series per process',
      description:
        'What a scrape brings: users, models and features multiply. No data: the metrics come over OTLP.',
    },
    units.Short,
    [{ expr: health.scrapeSamples, legend: `{{${LABEL.job}}} {{${LABEL.instance}}}` }],
  );

export const priceTables = () =>
  table({ title: 'Price tables in use', description: `By how many processes. ${NO_APP}` }, [
    { title: 'App', label: LABEL.job },
    { title: 'Version', label: LABEL.version },
    { title: 'Processes', expr: health.priceTableProcesses, unit: units.Short, decimals: 0 },
  ])
    .span(8)
    .height(8);
