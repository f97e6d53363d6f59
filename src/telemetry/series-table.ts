import type { Attributes } from '@opentelemetry/api';
import type { SettledCall } from '../calls/pipeline.ts';
import type { Who } from '../calls/who.ts';
import { OTHER } from '../label.ts';
import { warnOnce } from '../report.ts';
import type { Usage } from '../usage.ts';
import { Account } from './account.ts';
import {
  CALL,
  CALLS,
  type Cell,
  FLAWS,
  type Layout,
  LIMIT,
  type Limit,
  OVERFLOW,
  UNMETERED,
  UNPRICED,
} from './cells.ts';
import { Counters } from './counters.ts';
import type { Gauges } from './gauges.ts';
import { branch, type KeyTree } from './key-tree.ts';
import { whatLabels, whoLabels } from './labels.ts';
import { NamedUsers } from './named-users.ts';
import { ATTR, type InstrumentName } from './names.ts';
import { Clock, SeriesReader } from './reader.ts';
import { Series } from './series.ts';

export interface SeriesLimits {
  /** Users who have series of their own. */
  readonly maxUsers: number;
  /** Time series of each metric. */
  readonly maxSeries: number;
  /** Time without calls after which a series is dropped. */
  readonly idleSeconds: number;
  /** Nothing is dropped: whoever reads would go on reporting what he once saw. */
  readonly keepsAll?: boolean;
}

/** What can be called, by provider, operation and models. Histograms cannot forget one. */
const MAX_WHATS = 250;

/** The part of all series that may be users'; the rest is for what all others have in common. */
const SHARE_OF_USERS = 0.75;

/** What was called, by anybody. */
export interface What {
  readonly labels: Attributes;
  /** Counted of all users together. */
  readonly flaws: Series;
  /** Of calls whose user, team and feature find no room. There is always room for this one. */
  readonly rest: Series;
}

/** All series of a meter: one look-up per call, read as a whole at collection. */
export class SeriesTable {
  readonly #limits: SeriesLimits;
  readonly #clock = new Clock();
  readonly #readers = new Set<SeriesReader>();
  readonly #nobody = new Account();
  readonly #others = new Account(OTHER);
  readonly #users: NamedUsers<Account>;
  /** Of all users that have series: those who are named, and those whose place is about to be taken. */
  readonly #accounts = new Map<string, Account>();
  readonly #whatIndex: KeyTree = new Map();
  readonly #whats = new Set<What>();
  readonly #overflow = new Series({}, OVERFLOW);
  readonly #counters = new Counters();
  /** Read when somebody collects. */
  readonly gauges = new Set<Gauges>();
  /** How many time series each metric has. */
  readonly #sizes = new Map<InstrumentName, number>();

  constructor(limits: SeriesLimits) {
    this.#limits = limits;
    this.#users = new NamedUsers({
      max: limits.maxUsers,
      create: (user) => this.#accountOf(user),
      canReplace: () => !limits.keepsAll || this.#accounts.size < 2 * limits.maxUsers,
      isReported: ({ series }) => limits.keepsAll === true || every(series, (one) => this.#wasReported(one)),
      drop: (account) => this.#close(account),
    });
  }

  /** Adds a call to the series that it belongs to. Returns what was called. */
  add(call: SettledCall): What {
    const { tick } = this.#clock;
    const now = performance.now();
    const what = this.#whatOf(call);
    const account = this.#accountFor(call);
    const own = account.find(what, call.who);
    const seriesOf = (cell: number) => {
      const series = own?.has(cell) ? own : this.#seriesFor(cell, account, what, call.who);
      series.usedAt = now;
      return series;
    };
    const add = (cell: number, amount: number) => seriesOf(cell).add(cell, amount, tick);
    add(CALL[call.outcome], call.requests);
    add(CALL.seconds, call.durationSeconds ?? 0);
    if (call.usage) addUsage(call.usage, add);
    if (call.cost) seriesOf(CALL.cost).addCost(call.cost.picoUsd, tick);
    if (call.unpriced !== undefined) what.flaws.add(UNPRICED, 1, tick);
    if (call.unmetered !== undefined) what.flaws.add(UNMETERED[call.unmetered], 1, tick);
    return what;
  }

  /** As a user is shown: those without series of their own have no name. */
  nameOf(user: string): string {
    return this.#accounts.has(user) ? user : OTHER;
  }

  /** Counts something beside calls. */
  count(metric: InstrumentName, labels: Attributes, amount = 1): void {
    this.#counters.add(metric, labels, amount, this.#clock.tick);
  }

  /** Somebody who will collect. Until he is removed, nothing is dropped that he was not told of. */
  addReader({ zeros }: { zeros: number }): SeriesReader {
    // What others were told of is not new, and must not grow from 0 in front of one who comes later.
    const reported = Array.from(this.#readers, ({ reportedBefore }) => reportedBefore);
    const reader = new SeriesReader(this.#clock, zeros, Math.max(0, ...reported));
    this.#readers.add(reader);
    return reader;
  }

  removeReader(reader: SeriesReader): void {
    this.#readers.delete(reader);
  }

  /** All series, by what they count. */
  *groups(): Generator<{ layout: Layout; series: Iterable<Series> }> {
    yield { layout: CALLS, series: this.#calls() };
    yield { layout: FLAWS, series: this.#flaws() };
    yield { layout: OVERFLOW, series: [this.#overflow] };
    yield* this.#counters.groups();
  }

  get isEmpty(): boolean {
    return this.#whats.size === 0;
  }

  /** From now on nothing is held back. */
  end(): void {
    this.#clock.isEnding = true;
  }

  /** True when all readers were told of everything. */
  get isReported(): boolean {
    return every(this.groups(), ({ series }) => every(series, (one) => this.#wasReported(one)));
  }

  /** Lets go of what is not in use any more. To be called before a collection. */
  sweep(): void {
    const idleSince = performance.now() - this.#limits.idleSeconds * 1000;
    if (!this.#limits.keepsAll) {
      const isIdle = (series: Series) => series.usedAt < idleSince && this.#wasReported(series);
      for (const account of [this.#nobody, this.#others, ...this.#accounts.values()]) {
        this.#forget(account.remove(isIdle));
      }
    }
    this.#users.sweep(({ series, openedAt }) => series.size === 0 && openedAt < idleSince);
  }

  *#calls(): Generator<Series> {
    yield* this.#nobody.series;
    yield* this.#others.series;
    for (const { series } of this.#accounts.values()) yield* series;
    for (const { rest } of this.#whats) yield rest;
  }

  *#flaws(): Generator<Series> {
    for (const { flaws } of this.#whats) yield flaws;
  }

  #wasReported({ changed }: Series): boolean {
    return every(this.#readers, ({ reportedBefore }) => changed < reportedBefore);
  }

  #accountOf(user: string): Account {
    let account = this.#accounts.get(user);
    if (!account) {
      account = new Account(user);
      this.#accounts.set(user, account);
    }
    return account;
  }

  #whatOf(call: SettledCall): What {
    const models = branch(branch(this.#whatIndex, call.provider), call.operation);
    const responses = models.get(call.requestModel) as Map<unknown, What> | undefined;
    const known = responses?.get(call.responseModel);
    if (known) return known;
    if (this.#whats.size < MAX_WHATS || call.requestModel === OTHER) return this.#newWhat(models, call);
    this.#countOverflow('models');
    return this.#whatOf({ ...call, requestModel: OTHER, responseModel: OTHER });
  }

  #newWhat(models: KeyTree, call: SettledCall): What {
    const labels = whatLabels(call);
    const rest = { [ATTR.userId]: OTHER, [ATTR.team]: OTHER, [ATTR.feature]: OTHER, ...labels };
    const what = { labels, flaws: new Series(labels, FLAWS), rest: new Series(rest, CALLS) };
    branch(models, call.requestModel).set(call.responseModel, what);
    this.#whats.add(what);
    return what;
  }

  #accountFor(call: SettledCall): Account {
    const { shownUser } = call.who;
    if (shownUser === undefined) return this.#nobody;
    const account = this.#users.placeOf(shownUser, weightOf(call));
    if (account) return account;
    this.#countOverflow('users');
    return this.#others;
  }

  /** Where a counter of a call has room: in its account, in that of the other users, or in the rest. */
  #seriesFor(cell: number, account: Account, what: What, who: Who): Series {
    const { metric } = CALLS[cell] as Cell;
    const size = this.#sizes.get(metric) ?? 0;
    for (const place of [account, this.#others]) {
      const known = place.find(what, who);
      if (known?.has(cell)) return known;
      if (size >= this.#limits.maxSeries * (place.user === OTHER ? 1 : SHARE_OF_USERS)) continue;
      this.#sizes.set(metric, size + 1);
      return known ?? this.#open(place, what, who);
    }
    this.#countOverflow('series');
    return what.rest;
  }

  #open(account: Account, what: What, who: Who): Series {
    const labels = { ...whoLabels({ ...who, shownUser: account.user }), ...what.labels };
    const series = new Series(labels, CALLS);
    account.add(what, who, series);
    return series;
  }

  #close(account: Account): void {
    if (this.#limits.keepsAll) return;
    this.#forget(account.series);
    if (account.user !== undefined) this.#accounts.delete(account.user);
  }

  #forget(gone: Iterable<Series>): void {
    for (const series of gone) {
      for (const [cell, { metric }] of CALLS.entries()) {
        if (series.has(cell)) this.#sizes.set(metric, (this.#sizes.get(metric) ?? 1) - 1);
      }
    }
  }

  #countOverflow(limit: Limit): void {
    this.#overflow.add(LIMIT[limit], 1, this.#clock.tick);
    warnOnce(`overflow:${limit}`, EXPLAIN[limit](this.#limits));
  }
}

const EXPLAIN: Record<Limit, (limits: SeriesLimits) => string> = {
  users: ({ maxUsers }) =>
    `more than ${maxUsers} users: those who spend least share the label ${OTHER} (option maxUsers)`,
  models: () => `calls of more than ${MAX_WHATS} combinations of models: new ones share the label ${OTHER}`,
  series: ({ maxSeries }) =>
    `more than ${maxSeries} series of one metric: new ones share the label ${OTHER} (option maxSeries)`,
};

/** What a user's place among the named is worth: money, then, where there is no price, tokens and calls. */
function weightOf({ cost, usage }: SettledCall): number {
  const tokens = usage ? usage.input.total + usage.output.total : 0;
  return Number(cost?.picoUsd ?? 0n) + tokens + 1;
}

function addUsage({ input, output }: Usage, add: (cell: number, amount: number) => void): void {
  const addSome = (cell: number, tokens: number) => {
    if (tokens > 0) add(cell, tokens);
  };
  addSome(CALL.inputText, input.total - input.audio - input.image);
  addSome(CALL.inputAudio, input.audio);
  addSome(CALL.inputImage, input.image);
  addSome(CALL.outputText, output.text);
  addSome(CALL.outputAudio, output.audio);
  addSome(CALL.outputImage, output.image);
  addSome(CALL.cacheRead, input.cacheRead);
  addSome(CALL.cacheWrite, input.cacheWrite);
  addSome(CALL.reasoning, output.reasoning);
}

function every<T>(all: Iterable<T>, is: (one: T) => boolean): boolean {
  for (const one of all) if (!is(one)) return false;
  return true;
}
