import { currentUsageContext } from '../context.ts';
import type { Provider, SessionAnswer, SessionReader, Sessions, SessionTotal } from '../providers/types.ts';
import { reportFault } from '../report.ts';
import type { SessionObserver } from '../sdk/emitter.ts';
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

interface Session {
  readonly reader: SessionReader;
  readonly open: Map<string, OpenAnswer>;
}

/** Meters the answers that come over WebSocket sessions: each is a call of its own. */
export class SessionMeter implements SessionObserver {
  readonly #pipelineOf: () => Pipeline;
  readonly #provider: Provider;
  readonly #kind: Sessions;
  readonly #sessions = new WeakMap<object, Session>();

  constructor(provider: Provider, kind: Sessions, pipelineOf: () => Pipeline) {
    this.#provider = provider;
    this.#kind = kind;
    this.#pipelineOf = pipelineOf;
  }

  event(socket: object, event: unknown): void {
    try {
      const session = this.#sessionOf(socket);
      const said = session.reader.push(event);
      switch (said?.kind) {
        case 'began':
          begin(session, said);
          break;
        case 'ended':
          this.#end(socket, session, said, said.outcome);
          break;
        case 'total':
          this.#add(socket, said);
          break;
      }
    } catch (fault) {
      reportFault('reading a session', fault);
    }
  }

  /** What the model was about to say is lost with the connection. */
  closed(socket: object): void {
    try {
      const session = this.#sessions.get(socket);
      if (!session) return;
      for (const { begun } of [...session.open.values()]) this.#end(socket, session, begun, 'aborted');
    } catch (fault) {
      reportFault('the end of a session', fault);
    }
  }

  #sessionOf(socket: object): Session {
    let session = this.#sessions.get(socket);
    if (!session) {
      session = { reader: this.#kind.reader(socket), open: new Map() };
      this.#sessions.set(socket, session);
    }
    return session;
  }

  #end(socket: object, session: Session, answer: SessionAnswer, outcome: Outcome): void {
    const { id, operation, facts } = answer;
    const began = session.open.get(id);
    session.open.delete(id);
    const pipeline = this.#pipelineOf();
    // Several connections may bring the events of one session, and retrievals those of a background response.
    const work = facts.retrievable ?? session.reader.id;
    if (work !== undefined && id !== '' && !pipeline.deferred.claim(work, id)) return;
    settleAnswer(pipeline, this.#provider, clientOf(socket), {
      operation,
      facts,
      outcome,
      requests: 1,
      who: currentUsageContext(),
      startedAtMs: began?.wallClock,
      durationSeconds: began && (now() - began.clock) / 1000,
    });
  }

  #add(socket: object, { id, operation, total, facts }: SessionTotal): void {
    const pipeline = this.#pipelineOf();
    const before = pipeline.deferred.raise(id, total);
    if (before >= total) return;
    settleAnswer(pipeline, this.#provider, clientOf(socket), {
      operation,
      facts: facts(total - before),
      outcome: 'ok',
      // The session is one.
      requests: before === 0 ? 1 : 0,
      who: currentUsageContext(),
    });
  }
}

function begin({ open }: Session, begun: SessionAnswer): void {
  if (open.size < MAX_OPEN_ANSWERS) open.set(begun.id, { begun, clock: now(), wallClock: wallClock() });
}

function clientOf(socket: object) {
  return { baseURL: String((socket as { url?: unknown }).url) };
}
