import type { AlertCase } from './case.ts';

const MODEL = 'job="shop", instance="a", gen_ai_provider_name="openai", gen_ai_request_model="gpt-4.1"';
const requests = (outcome: string) => `tokenmeter_requests_total{${MODEL}, outcome="${outcome}"}`;
const bucket = (le: string) => `gen_ai_client_inference_duration_bucket{${MODEL}, le="${le}"}`;
const finished = (errorType?: string) =>
  `gen_ai_client_inference_duration_count{${MODEL}${errorType ? `, error_type="${errorType}"` : ''}}`;

const outcomes = (ok: string, error: string) => ({ [requests('ok')]: ok, [requests('error')]: error });
const durations = (below20: string, all: string) => ({
  ...outcomes('0+10x60', '0x60'),
  [bucket('20.48')]: below20,
  [bucket('40.96')]: all,
  [bucket('+Inf')]: all,
});
const limited = (ok: string, refused: string) => ({
  ...outcomes('0+10x60', '0x60'),
  [finished()]: ok,
  [finished('429')]: refused,
});

const ERRORS = 'TokenmeterHighErrorRatio';
const LATENCY = 'TokenmeterHighLatency';
const LIMITED = 'TokenmeterRateLimited';

export const serviceCases: readonly AlertCase[] = [
  { alert: ERRORS, what: 'one in ten', series: outcomes('0+9x60', '0+1x60'), at: '30m', fires: true },
  { alert: ERRORS, what: 'one in a hundred', series: outcomes('0+99x60', '0+1x60'), at: '30m', fires: false },
  {
    alert: ERRORS,
    what: 'half of ten calls',
    series: outcomes('0+0.5x60', '0+0.5x60'),
    at: '30m',
    fires: false,
  },
  {
    alert: ERRORS,
    what: 'a burst of five minutes',
    series: outcomes('0+9x60', '0x20 0+9x5 45x35'),
    at: '40m',
    fires: false,
  },
  {
    alert: ERRORS,
    what: 'a restart',
    series: outcomes('900+9x25 0+9x35', '90x25 0x35'),
    at: '30m',
    fires: false,
  },
  {
    alert: ERRORS,
    what: 'one in four, beside many that a budget blocks',
    series: { ...outcomes('0+3x60', '0+1x60'), [requests('blocked')]: '0+60x60' },
    at: '30m',
    fires: true,
  },
  {
    alert: ERRORS,
    what: 'half of ten calls, beside many that a budget blocks',
    series: { ...outcomes('0+0.5x60', '0+0.5x60'), [requests('blocked')]: '0+60x60' },
    at: '30m',
    fires: false,
  },
  { alert: ERRORS, what: 'no calls', series: outcomes('5x60', '5x60'), at: '30m', fires: false },

  {
    alert: LATENCY,
    what: 'one in five over 20 s',
    series: durations('0+8x60', '0+10x60'),
    at: '30m',
    fires: true,
  },
  {
    alert: LATENCY,
    what: 'none over 20 s',
    series: durations('0+10x60', '0+10x60'),
    at: '30m',
    fires: false,
  },
  {
    alert: LATENCY,
    what: 'a restart',
    series: durations('800+10x25 0+10x35', '1000+10x25 0+10x35'),
    at: '30m',
    fires: false,
  },
  { alert: LATENCY, what: 'no calls', series: durations('800x60', '1000x60'), at: '30m', fires: false },

  { alert: LIMITED, what: 'one in ten', series: limited('0+9x60', '0+1x60'), at: '30m', fires: true },
  { alert: LIMITED, what: 'one in a hundred', series: limited('0+99x60', '0+1x60'), at: '30m', fires: false },
  {
    alert: LIMITED,
    what: 'a restart',
    series: limited('900+9x25 0+9x35', '90x25 0x35'),
    at: '30m',
    fires: false,
  },
];
