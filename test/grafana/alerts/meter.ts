import type { AlertCase } from './case.ts';

const SHOP = 'job="shop", instance="a"';
const unpriced = `tokenmeter_unpriced_requests_total{${SHOP}, gen_ai_request_model="new"}`;
const unmetered = (reason: string) => `tokenmeter_unmetered_requests_total{${SHOP}, reason="${reason}"}`;
const requestsOf = (outcome: string) => `tokenmeter_requests_total{${SHOP}, outcome="${outcome}"}`;
const requests = requestsOf('ok');
const up = (instance: string) => `up{job="shop", instance="${instance}"}`;
const silent = `tokenmeter_workers{${SHOP}, state="silent"}`;
const table = (instance: string) => `tokenmeter_price_table{job="shop", instance="${instance}", version="v"}`;
const age = `tokenmeter_price_table_age_seconds{${SHOP}}`;
const overflow = `tokenmeter_overflow_requests_total{${SHOP}, limit="users"}`;
const dropped = `tokenmeter_ledger_dropped_rows_total{${SHOP}}`;
const DAY = 86_400;

const UNMETERED = 'TokenmeterUnmeteredCalls';
const NO_DATA = 'TokenmeterNoData';
const DOWN = 'TokenmeterTargetDown';
const SILENT = 'TokenmeterWorkersSilent';
const OLD = 'TokenmeterPriceTableOld';

/** Counters that may never rise. */
const rising = (alert: string, series: string): AlertCase[] => [
  { alert, what: 'one a minute', series: { [series]: '0+1x30' }, at: '20m', fires: true },
  { alert, what: 'some, long ago', series: { [series]: '5x120' }, at: '100m', fires: false },
  { alert, what: 'a restart', series: { [series]: '5x20 0x100' }, at: '30m', fires: false },
  { alert, what: 'no such metric', series: { [requests]: '0+1x30' }, at: '20m', fires: false },
];

export const meterCases: readonly AlertCase[] = [
  ...rising('TokenmeterUnpricedCalls', unpriced),
  {
    alert: 'TokenmeterUnpricedCalls',
    what: 'one call every 20 minutes, just before the next',
    series: { [unpriced]: '0 0 0 1x19 2x19 3x19' },
    at: '41m',
    fires: true,
  },
  ...rising('TokenmeterOverflow', overflow),
  ...rising('TokenmeterLedgerRowsDropped', dropped),

  {
    alert: UNMETERED,
    what: 'one in ten',
    series: { [unmetered('no_usage')]: '0+1x60', [requests]: '0+10x60' },
    at: '30m',
    fires: true,
  },
  {
    alert: UNMETERED,
    what: 'one in ten, beside many that a budget blocks',
    series: {
      [unmetered('no_usage')]: '0+1x60',
      [requests]: '0+10x60',
      [requestsOf('blocked')]: '0+1000x60',
    },
    at: '30m',
    fires: true,
  },
  {
    alert: UNMETERED,
    what: 'one in a thousand',
    series: { [unmetered('no_usage')]: '0+1x60', [requests]: '0+1000x60' },
    at: '30m',
    fires: false,
  },
  {
    alert: UNMETERED,
    what: 'calls that were aborted',
    series: { [unmetered('aborted')]: '0+1x60', [requests]: '0+10x60' },
    at: '30m',
    fires: false,
  },
  {
    alert: UNMETERED,
    what: 'a restart',
    series: { [unmetered('no_usage')]: '50x25 0x35', [requests]: '500+10x25 0+10x35' },
    at: '30m',
    fires: false,
  },

  {
    alert: NO_DATA,
    what: 'the only process is gone',
    series: { [table('a')]: '1x10 stale' },
    at: '25m',
    fires: true,
  },
  {
    alert: NO_DATA,
    what: 'one of two is gone',
    series: { [table('a')]: '1x10 stale', [table('b')]: '1x60' },
    at: '25m',
    fires: false,
  },
  {
    alert: NO_DATA,
    what: 'replaced by another',
    series: { [table('a')]: '1x10 stale', [table('b')]: '_x14 1x60' },
    at: '30m',
    fires: false,
  },
  {
    alert: NO_DATA,
    what: 'gone for a day: it was taken down',
    series: { [table('a')]: '1x10 stale' },
    at: '1500m',
    fires: false,
  },

  {
    alert: DOWN,
    what: 'one of two does not answer',
    series: {
      ...{ [table('a')]: '1x60', [up('a')]: '1x60' },
      ...{ [table('b')]: '1x10 stale', [up('b')]: '1x10 0x50' },
    },
    at: '25m',
    fires: true,
  },
  {
    alert: DOWN,
    what: 'one of two was taken away',
    series: {
      ...{ [table('a')]: '1x60', [up('a')]: '1x60' },
      ...{ [table('b')]: '1x10 stale', [up('b')]: '1x10 stale' },
    },
    at: '25m',
    fires: false,
  },
  {
    alert: DOWN,
    what: 'a restart of five minutes',
    series: { [table('a')]: '1x10 _x5 1x40', [up('a')]: '1x10 0x4 1x40' },
    at: '18m',
    fires: false,
  },
  { alert: DOWN, what: 'a target without a meter', series: { [up('a')]: '0x60' }, at: '25m', fires: false },

  { alert: SILENT, what: 'one', series: { [silent]: '0x5 1x30' }, at: '25m', fires: true },
  { alert: SILENT, what: 'none', series: { [silent]: '0x30' }, at: '25m', fires: false },
  {
    alert: SILENT,
    what: 'one, for five minutes',
    series: { [silent]: '0x5 1x4 0x30' },
    at: '25m',
    fires: false,
  },

  { alert: OLD, what: '50 days', series: { [age]: `${50 * DAY}+60x120` }, at: '90m', fires: true },
  { alert: OLD, what: '10 days', series: { [age]: `${10 * DAY}+60x120` }, at: '90m', fires: false },
  {
    alert: OLD,
    what: 'a newer one was fetched',
    series: { [age]: `${50 * DAY}+60x80 ${DAY}+60x40` },
    at: '90m',
    fires: false,
  },
];
