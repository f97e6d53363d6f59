import { currentUsageContext } from '../context.ts';
import { hostOf } from '../providers/host.ts';
import type { Provider, SessionAnswer, SessionReader, Sessions, SessionTotal } from '../providers/types.ts';
import { reportFault } from '../report.ts';
import type { SessionObserver } from '../sdk/emitter.ts';
import type { Client } from '../sdk/types.ts';
import { settleAnswer } from './answer.ts';
import type { Outcome, Pipeline } from './pipeline.ts';

/** Answers that a session may have begun and not ended: more than that are not answers. */
const MAX_OPEN_ANSWERS = 1000;

const now = performance.now.bind(performance);
const wallClock = Date.now;

interface OpenAnswer {
  readonly begun: SessionAnswer;
  readonly clock: number;
  readonly wallClock: number;
}

/** What is known of one session of the SDK's. */
interface State {
  readonly client: Client;
  readonly reader: SessionReader;
  readonly open: Map<string, OpenAnswer>;
}

/** A provider's session, by its id: servers other than OpenAI's may number theirs from 1. */
export function sessionKey({ baseURL }: Client, id: string): string {
  return `${hostOf(baseURL)} ${id}`;
}

/**
 * Meters the answers that come over WebSocket sessions: each is a call of its own. Several connections may
 * bring the events of one session; what they tell twice is metered once.
 */
export class SessionMeter implements SessionObserver {
  readonly #pipelineOf: () => Pipeline;
  readonly #provider: Provider;
  readonly #kind: Sessions;
  readonly #states = new WeakMap<object, State>();

  constructor(provider: Provider, kind: Sessions, pipelineOf: () => Pipeline) {
    this.#provider = provider;
    this.#kind = kind;
    this.#pipelineOf = pipelineOf;
  }

  event(session: object, event: unknown): void {
    try {
      const state = this.#stateOf(session);
      const said = state.reader.push(event);
      switch (said?.kind) {
        case 'began':
          this.#begin(state, said);
          break;
        case 'ended':
          this.#end(state, said, said.outcome);
          break;
        case 'total':
          this.#add(state, said);
          break;
      }
    } catch (fault) {
      reportFault('reading a session', fault);
    }
  }

  disconnected(session: object): void {
    const state = this.#states.get(session);
    for (const { begun } of [...(state?.open.values() ?? [])]) {
      try {
        this.#cutOff(state as State, begun);
      } catch (fault) {
        reportFault('the end of a session', fault);
      }
    }
  }

  #stateOf(session: object): State {
    let state = this.#states.get(session);
    if (!state) {
      const client = { baseURL: String((session as { url?: unknown }).url) };
      state = { client, reader: this.#kind.reader(session), open: new Map() };
      this.#states.set(session, state);
    }
    return state;
  }

  #begin(state: State, begun: SessionAnswer): void {
    const { id, facts } = begun;
    if (facts.deferred !== undefined) {
      // It goes on without the session, and a retrieval may bring it.
      this.#pipelineOf().deferred.expect(facts.deferred, currentUsageContext());
      if (this.#claimRequest(state, id)) this.#settle(state, begun, 'ok', 1);
    } else if (state.open.size < MAX_OPEN_ANSWERS) {
      state.open.set(id, { begun, clock: now(), wallClock: wallClock() });
    }
  }

  #end(state: State, answer: SessionAnswer, outcome: Outcome): void {
    const { id, facts } = answer;
    const { deferred, sessions } = this.#pipelineOf();
    // A background response may be retrieved too.
    const isFirst =
      facts.retrievable === undefined
        ? sessions.claim(workOf(state, id), id)
        : deferred.claim(facts.retrievable, facts.retrievable);
    if (isFirst) this.#settle(state, answer, outcome, this.#claimRequest(state, id) ? 1 : 0);
    state.open.delete(id);
  }

  /** Should another connection bring the end, its usage is metered then. */
  #cutOff(state: State, begun: SessionAnswer): void {
    if (this.#claimRequest(state, begun.id)) this.#settle(state, begun, 'aborted', 1);
    state.open.delete(begun.id);
  }

  #claimRequest(state: State, id: string): boolean {
    return this.#pipelineOf().sessions.claim(workOf(state, id), `${id} request`);
  }

  #settle(state: State, { id, operation, facts }: SessionAnswer, outcome: Outcome, requests: number): void {
    const began = state.open.get(id);
    settleAnswer(this.#pipelineOf(), this.#provider, state.client, {
      operation,
      facts,
      outcome,
      workId: facts.deferred === undefined ? facts.retrievable : undefined,
      requests,
      who: currentUsageContext(),
      startedAtMs: began?.wallClock,
      durationSeconds: began && (now() - began.clock) / 1000,
    });
  }

  #add({ client }: State, { id, operation, total, facts }: SessionTotal): void {
    const pipeline = this.#pipelineOf();
    const key = sessionKey(client, id);
    const whoBegan = pipeline.sessions.whoBegan(key);
    const before = pipeline.sessions.raise(key, total);
    if (before >= total) return;
    settleAnswer(pipeline, this.#provider, client, {
      operation,
      facts: facts(total - before),
      outcome: 'ok',
      // The session is one request, and a request that made it was counted.
      requests: before === 0 && whoBegan === undefined ? 1 : 0,
      who: whoBegan ?? currentUsageContext(),
      traced: before === 0,
    });
  }
}

function workOf({ client, reader }: State, id: string): string {
  return sessionKey(client, reader.id ?? id);
}
