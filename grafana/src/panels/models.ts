import * as units from '@grafana/grafana-foundation-sdk/units';
import { LABEL } from '../../../src/rules/promql.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/rules/thresholds.ts';
import { METRIC } from '../../../src/telemetry/names.ts';
import {
  byName,
  COLOR,
  fixedColor,
  type PanelText,
  stacked,
  stat,
  table,
  thresholds,
  timeSeries,
} from '../defaults.ts';
import * as calls from '../queries/calls.ts';
import * as spend from '../queries/spend.ts';

const MODEL = LABEL.requestModel;
const NO_METER = 'No data: no metered app is scraped.';
const NO_CALLS = 'No data: no calls ended in this time.';
const NO_WHO = 'Of all teams and users: durations do not know them.';
const NO_STREAMS = 'No data: nothing was streamed in this time.';
const overModels = (text: PanelText, unit: string, expr: string) =>
  timeSeries(text, unit, [{ expr, legend: `{{${MODEL}}}` }]).colorScheme(byName());

export const firstChunk = () =>
  stat(
    {
      title: 'First chunk, p95',
      description: `From the request to the first event of a stream. ${NO_WHO} ${NO_STREAMS}`,
    },
    units.Seconds,
    calls.quantileInRange(0.95, METRIC.timeToFirstChunk),
  ).span(4);

export const rateLimited = () =>
  stat(
    {
      title: 'Rate limited',
      description: `Calls that ended with status 429, after the SDK's own retries. ${NO_WHO}`,
    },
    units.LocaleFormat,
    calls.rateLimited,
  )
    .thresholds(thresholds(COLOR.good, [[1, COLOR.warn]]))
    .decimals(0)
    .span(4);

export const tokens = () =>
  stat(
    { title: 'Tokens', description: `Read and written in the time that is looked at. ${NO_CALLS}` },
    units.Short,
    spend.allTokens,
  ).span(4);

export const cacheShare = () =>
  stat(
    { title: 'Input read from cache', description: `Share of all input tokens. ${NO_CALLS}` },
    units.PercentUnit,
    spend.cacheShare,
  )
    .decimals(0)
    .span(4);

export const savedByCache = () =>
  stat(
    {
      title: 'Saved by caches',
      description:
        'What cached input would have cost more as plain input, at list prices, without what writing to a cache costs. A date in the name of a model is cut off; other names that are not on the list count as nothing. No data: nothing came from a cache, or the recording rules are not loaded.',
    },
    units.Dollars,
    spend.savedByCache,
  )
    .thresholds(thresholds(COLOR.good))
    .decimals(2)
    .span(4);

export const costPerCall = () =>
  stat(
    { title: 'Spend per call', description: `The mean over all models. ${NO_CALLS}` },
    units.Dollars,
    calls.costPerCall,
  )
    .decimals(4)
    .span(4);

export const latencyPercentiles = () =>
  timeSeries(
    { title: 'Latency', description: `Retries and the whole stream included. ${NO_WHO} ${NO_CALLS}` },
    units.Seconds,
    [
      { expr: calls.quantile(0.5, METRIC.duration), legend: 'p50' },
      { expr: calls.quantile(0.95, METRIC.duration), legend: 'p95' },
      { expr: calls.quantile(0.99, METRIC.duration), legend: 'p99' },
    ],
  )
    .overrideByName('p50', fixedColor('blue'))
    .overrideByName('p95', fixedColor('purple'))
    .overrideByName('p99', fixedColor('red'));

export const latencyByModel = () =>
  overModels(
    { title: 'Latency by model, p95', description: `One call in twenty takes longer. ${NO_WHO} ${NO_CALLS}` },
    units.Seconds,
    calls.quantile(0.95, METRIC.duration, [MODEL]),
  );

export const firstChunkByModel = () =>
  overModels(
    {
      title: 'Time to first chunk by model, p95',
      description: `What a user waits for the first word. ${NO_WHO} ${NO_STREAMS}`,
    },
    units.Seconds,
    calls.quantile(0.95, METRIC.timeToFirstChunk, [MODEL]),
  );

export const chunkByModel = () =>
  overModels(
    {
      title: 'Time per chunk by model, p95',
      description: `Of the mean time between the events of a stream. ${NO_WHO} ${NO_STREAMS}`,
    },
    units.Seconds,
    calls.quantile(0.95, METRIC.timePerOutputChunk, [MODEL]),
  );

export const errorTypes = () =>
  stacked(
    {
      title: 'Errors per minute by type',
      description: `HTTP status, or the class of the error. ${NO_WHO} ${NO_METER}`,
    },
    units.Short,
    [{ expr: calls.errorTypes, legend: `{{${LABEL.errorType}}}` }],
  )
    .overrideByName('429', fixedColor(COLOR.warn))
    .overrideByName('500', fixedColor(COLOR.bad))
    .overrideByName('none', fixedColor(COLOR.good));

export const errorsByModel = () =>
  overModels(
    {
      title: 'Failed calls by model',
      description: `Share of the calls that end in an error, rate limits included. ${NO_METER}`,
    },
    units.PercentUnit,
    calls.errorRatioRateBy(MODEL),
  ).overrideByName('none', fixedColor(COLOR.good));

export const rateLimitedByModel = () =>
  overModels(
    {
      title: 'Rate limited calls by model',
      description: `Share of the calls that end with status 429. ${NO_WHO} ${NO_METER}`,
    },
    units.PercentUnit,
    calls.rateLimitedRatioBy(MODEL),
  ).overrideByName('none', fixedColor(COLOR.good));

export const cacheShareByModel = () =>
  overModels(
    {
      title: 'Input read from cache by model',
      description:
        'Share of the input tokens that cost the lower price of a cache. Empty where no provider reported a cache.',
    },
    units.PercentUnit,
    spend.cacheShareRateBy(MODEL),
  ).max(1);

export const modelTable = () =>
  table(
    {
      title: 'By model',
      description: `Every requested model in the time that is looked at. Tokens are input and output together; p95 is of all teams and users. ${NO_CALLS}`,
    },
    [
      { title: 'Model', label: MODEL, width: 240 },
      { title: 'Spend', expr: spend.spendBy(MODEL), unit: units.Dollars, decimals: 2 },
      { title: 'Calls', expr: calls.callsBy(MODEL), unit: units.LocaleFormat, decimals: 0 },
      { title: 'Per call', expr: calls.costPerCallBy(MODEL), unit: units.Dollars, decimals: 5 },
      {
        title: 'Per 1k tokens',
        expr: spend.costPerThousandTokensBy(MODEL),
        unit: units.Dollars,
        decimals: 5,
      },
      { title: 'From cache', expr: spend.cacheShareBy(MODEL), unit: units.PercentUnit, decimals: 0 },
      { title: 'Saved by cache', expr: spend.savedByCacheBy(MODEL), unit: units.Dollars, decimals: 2 },
      {
        title: 'Failed',
        expr: calls.errorRatioBy(MODEL),
        unit: units.PercentUnit,
        decimals: 1,
        colors: [
          [0.01, COLOR.notice],
          [DEFAULT_THRESHOLDS.errorRatio, COLOR.bad],
        ],
      },
      {
        title: 'p95',
        expr: calls.quantileInRange(0.95, METRIC.duration, [MODEL]),
        unit: units.Seconds,
        decimals: 1,
        colors: [[DEFAULT_THRESHOLDS.latencySeconds, COLOR.bad]],
      },
    ],
    'Spend',
  ).height(11);

export const servedModels = () =>
  table(
    {
      title: 'Requested and served',
      description: `What answers under the name that was asked for: a date, or another model behind an alias. ${NO_CALLS}`,
    },
    [
      { title: 'Provider', label: LABEL.provider, width: 110 },
      { title: 'Requested', label: LABEL.requestModel },
      { title: 'Served', label: LABEL.responseModel },
      { title: 'Calls', expr: calls.servedModels, unit: units.LocaleFormat, decimals: 0, width: 90 },
    ],
  )
    .span(16)
    .height(8);
