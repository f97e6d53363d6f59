/** What Prometheus would have scraped from the invented company, as OpenMetrics. */
import { Random } from '../../../examples/demo/random.ts';
import { counter, gauge, LABEL } from '../../../src/rules/promql.ts';
import { DURATION_BUCKETS_SECONDS, type InstrumentName, METRIC } from '../../../src/telemetry/names.ts';
import { type Habit, habits, type Model, models } from './habits.ts';

type Labels = Readonly<Record<string, string | undefined>>;

const HOUR = 3600;
const DAY = 24 * HOUR;
export const STEP_SECONDS = 120;
/** Before, every other time and only what the month needs. */
const WHOLE_SECONDS = 30 * HOUR;
const TEAM_DAY_USD = 29;
const SHOP_MONTH_USD = 3000;
const USER_DAY_TOKENS = 12_000_000;
const INSTANCES = { shop: '10.0.4.17:9464', 'support-bot': '10.0.4.23:9464' } as const;
const APPS = ['shop', 'support-bot'] as const;

export function* invent(from: number, to: number): Generator<string> {
  const company = new Company(to);
  for (let time = from; time <= to; time += STEP_SECONDS) {
    company.work(time);
    if (time > to - WHOLE_SECONDS) yield* company.lines(time);
    else if ((time - from) % (2 * STEP_SECONDS) === 0) yield* company.lines(time, counter(METRIC.cost));
  }
  yield '# EOF\n';
}

class Company {
  readonly #random = new Random(7);
  readonly #end: number;
  #time = 0;
  readonly #counters = new Map<string, number>();
  #gauges = new Map<string, number>();
  /** Since midnight, and of the shop since the first. */
  readonly #spent = new Map<string, number>();

  constructor(end: number) {
    this.#end = end;
  }

  work(time: number): void {
    this.#time = time;
    const date = new Date(1000 * time);
    if (time % DAY < STEP_SECONDS) this.#forget(date.getUTCDate() === 1);
    for (const habit of habits) {
      if (habit.sinceHours !== undefined && time < this.#end - habit.sinceHours * HOUR) continue;
      const expected =
        (habit.callsAnHour / HOUR) * STEP_SECONDS * busyness((time % DAY) / HOUR, habit.atNight);
      // As many as come by chance.
      for (let left = this.#random.around(1); left < expected; left += this.#random.around(1))
        this.#call(habit);
    }
    this.#measure(time, date);
  }

  *lines(time: number, only = ''): Generator<string> {
    for (const series of [this.#counters, this.#gauges])
      for (const [name, value] of series) if (name.startsWith(only)) yield `${name} ${value} ${time}\n`;
  }

  #call(habit: Habit): void {
    const { app, user, team, feature, model, cached = 0, aborted = 0, failing = {} } = habit;
    const { provider, served, price, seconds, firstChunkSeconds }: Model = models[model];
    const what = {
      job: app,
      [LABEL.provider]: provider,
      [LABEL.operation]: model.includes('embedding') ? 'embeddings' : 'chat',
      [LABEL.requestModel]: model,
    };
    const who = { ...what, [LABEL.userId]: user, [LABEL.team]: team, [LABEL.feature]: feature };
    const count = (outcome: string, responseModel?: string) =>
      this.#add(METRIC.requests, { ...who, [LABEL.responseModel]: responseModel, outcome }, 1);

    if (app === 'shop' && team !== undefined && this.#of(`team ${team}`) >= TEAM_DAY_USD) {
      this.#add(METRIC.budgetBlocked, { job: app, budget: 'team-day', team }, 1);
      count('blocked');
      return;
    }
    const time = seconds * (0.4 + this.#random.around(0.6));
    for (const [errorType, share] of Object.entries(failing)) {
      if (this.#random.next() >= share) continue;
      this.#observe(METRIC.duration, { ...what, [LABEL.errorType]: errorType }, time / 4);
      count('error');
      return;
    }
    const isAborted = this.#random.next() < aborted;
    count(isAborted ? 'aborted' : 'ok', served);
    if (isAborted) this.#add(METRIC.unmetered, { ...what, [LABEL.reason]: 'aborted' }, 1);
    const full = { ...who, [LABEL.responseModel]: served };
    const size = 0.3 + this.#random.around(0.7);
    const [input, output] = [habit.input * size, habit.output * size * (isAborted ? 0.3 : 1)];
    const usd = price
      ? (input * ((1 - cached) * price.input + cached * price.cached) + output * price.output) / 1e6
      : 0;
    this.#add(METRIC.inputTokens, full, input);
    if (output > 0) this.#add(METRIC.outputTokens, full, output);
    if (cached > 0) this.#add(METRIC.cacheReadTokens, full, input * cached);
    if (model === 'gpt-5.1') this.#add(METRIC.reasoningTokens, full, output * 0.6);
    if (price) this.#add(METRIC.cost, full, usd);
    else this.#add(METRIC.unpriced, what, 1);
    this.#observe(METRIC.duration, what, time);
    if (firstChunkSeconds > 0) {
      this.#observe(METRIC.timeToFirstChunk, what, firstChunkSeconds * (0.6 + this.#random.around(0.4)));
      this.#observe(METRIC.timePerOutputChunk, what, (seconds / 50) * this.#random.between(0.8, 1.2));
    }
    this.#spend(`team ${team}`, usd);
    this.#spend(`app ${app}`, usd);
    if (app === 'support-bot' && user !== undefined) this.#spend(`tokens ${user}`, input + output);
  }

  #measure(time: number, date: Date): void {
    this.#gauges = new Map();
    const midnight = time - (time % DAY) + DAY;
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    const nextMonth = Date.UTC(year, month + 1) / 1000;
    const budget = (
      labels: Labels,
      spent: number,
      limit: number,
      unit: 'Usd' | 'Tokens',
      isMonth = false,
    ) => {
      this.#set(METRIC[`budgetLimit${unit}`], labels, limit);
      this.#set(METRIC[`budgetSharedSpent${unit}`], labels, spent);
      this.#set(METRIC.budgetReset, labels, isMonth ? nextMonth : midnight);
      this.#set(METRIC.budgetPeriod, labels, isMonth ? 30.44 * DAY : DAY);
    };
    budget({ job: 'shop', budget: 'month' }, this.#of('app shop'), SHOP_MONTH_USD, 'Usd', true);
    for (const [scope, spent] of this.#spent) {
      const [kind, name] = scope.split(' ');
      if (kind === 'team' && habits.some(({ app, team }) => app === 'shop' && team === name))
        budget({ job: 'shop', budget: 'team-day', team: name }, spent, TEAM_DAY_USD, 'Usd');
      if (kind === 'tokens')
        budget(
          { job: 'support-bot', budget: 'user-tokens', user_id: name },
          spent,
          USER_DAY_TOKENS,
          'Tokens',
        );
    }
    for (const app of APPS) {
      const meter = { job: app, instance: INSTANCES[app] };
      this.#set(METRIC.priceTable, { ...meter, version: '2026-11-16' }, 1);
      this.#set(METRIC.priceTableAge, meter, 6 * DAY + (time % DAY));
      this.#set(
        METRIC.ledgerQueue,
        meter,
        Math.floor(this.#random.around(1) + 5 * busyness((time % DAY) / HOUR)),
      );
      this.#gauges.set(seriesOf('scrape_duration_seconds', meter), 0.006 + this.#random.around(0.001));
      this.#gauges.set(seriesOf('scrape_samples_scraped', meter), this.#seriesOf(app));
      this.#gauges.set(seriesOf('up', meter), 1);
    }
    const silent = this.#random.next() < 0.02 ? 1 : 0;
    this.#set(METRIC.workers, { job: 'support-bot', state: 'answered' }, 4 - silent);
    this.#set(METRIC.workers, { job: 'support-bot', state: 'silent' }, silent);
  }

  #forget(isNewMonth: boolean): void {
    for (const scope of this.#spent.keys())
      if (isNewMonth || !scope.startsWith('app ')) this.#spent.set(scope, 0);
  }

  #of = (scope: string): number => this.#spent.get(scope) ?? 0;
  #spend = (scope: string, amount: number) => void this.#spent.set(scope, this.#of(scope) + amount);
  #seriesOf = (app: string): number =>
    this.#counters.keys().reduce((count, name) => count + (name.includes(`job="${app}"`) ? 1 : 0), 0);
  #set = (metric: InstrumentName, labels: Labels, value: number) =>
    void this.#gauges.set(seriesOf(gauge(metric), labels), value);
  #add = (metric: InstrumentName, labels: Labels, value: number) =>
    this.#grow(counter(metric), labels, value);

  #observe(metric: InstrumentName, labels: Labels, value: number): void {
    if (this.#time < this.#end - WHOLE_SECONDS) return;
    const name = gauge(metric);
    for (const bound of [...DURATION_BUCKETS_SECONDS, Number.POSITIVE_INFINITY]) {
      const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
      this.#grow(`${name}_bucket`, { ...labels, le }, value <= bound ? 1 : 0);
    }
    this.#grow(`${name}_count`, labels, 1);
    this.#grow(`${name}_sum`, labels, value);
  }

  #grow(name: string, labels: Labels, value: number): void {
    const series = seriesOf(name, labels);
    this.#counters.set(series, (this.#counters.get(series) ?? 0) + value);
  }
}

function busyness(hour: number, atNight = false): number {
  if (atNight) return hour >= 1 && hour < 4 ? 1 : 0;
  return 0.04 + Math.exp(-(((hour - 10.5) / 2.2) ** 2)) + 0.9 * Math.exp(-(((hour - 15.5) / 2) ** 2));
}

function seriesOf(name: string, labels: Labels): string {
  const inside = Object.entries(labels).filter(([, value]) => value !== undefined);
  return `${name}{${inside.map(([label, value]) => `${label}="${value}"`).join(',')}}`;
}
