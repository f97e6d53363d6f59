import { currentUsageContext } from '../context.ts';
import type { Provider, SessionEvent, SessionReader, Sessions } from '../providers/types.ts';
import { reportFault } from '../report.ts';
import type { CallSubject, Pipeline } from './pipeline.ts';
import { settle } from './settle.ts';
import { identify } from './who.ts';

const NOTHING = Object.freeze({});
/** Answers that a session may have begun and not ended: more than that are not answers. */
const MAX_OPEN_ANSWERS = 1000;

const now = performance.now.bind(performance);

/** Meters the answers that come over WebSocket sessions: each is a call of its own. */
export class SessionMeter {
  readonly #pipelineOf: () => Pipeline;
  readonly #provider: Provider;
  readonly #kind: Sessions;
  readonly #sessions = new WeakMap<object, Session>();

  constructor(provider: Provider, kind: Sessions, pipelineOf: () => Pipeline) {
    this.#provider = provider;
    this.#kind = kind;
    this.#pipelineOf = pipelineOf;
  }

  /** The session is about to hand an event of the server's to the app. */
  readonly event = (session: object, event: unknown): void => {
    try {
      const known = this.#sessionOf(session);
      const said = known.reader.push(event);
      if (said === undefined) return;
      if ('began' in said) known.begin(said.began);
      else this.#settle(session, known, said);
    } catch (fault) {
      reportFault('reading a session', fault);
    }
  };

  #sessionOf(session: object): Session {
    let known = this.#sessions.get(session);
    if (!known) {
      known = new Session(this.#kind.reader(session));
      this.#sessions.set(session, known);
    }
    return known;
  }

  #settle(
    session: object,
    known: Session,
    { ended, operation, facts }: Extract<SessionEvent, { ended: string }>,
  ) {
    const pipeline = this.#pipelineOf();
    const began = known.end(ended);
    const client = { baseURL: String((session as { url?: unknown }).url) };
    const vendor = this.#provider.vendorOf(client);
    const subject: CallSubject = {
      provider: this.#provider,
      vendor,
      operation,
      endpoint: NOTHING,
      client,
      facts: { model: facts.model },
      params: NOTHING,
      who: identify(
        currentUsageContext(),
        pipeline.resolveUser,
        { provider: vendor, operation, params: NOTHING },
        undefined,
      ),
    };
    const missing = facts.rawUsage == null ? 'no_usage' : 'invalid_usage';
    const end = now();
    settle(pipeline, subject, {
      outcome: facts.errorType === undefined ? 'ok' : 'error',
      facts,
      usage: facts.usage,
      unmetered: facts.usage || facts.errorType !== undefined ? undefined : missing,
      errorType: facts.errorType,
      requests: 1,
      startedAtMs: Date.now(),
      durationSeconds: began === undefined ? undefined : (end - began) / 1000,
      span: pipeline.startSpan(subject),
    });
  }
}

class Session {
  readonly reader: SessionReader;
  readonly #open = new Map<string, number>();

  constructor(reader: SessionReader) {
    this.reader = reader;
  }

  begin(id: string): void {
    if (this.#open.size < MAX_OPEN_ANSWERS) this.#open.set(id, now());
  }

  end(id: string): number | undefined {
    const began = this.#open.get(id);
    this.#open.delete(id);
    return began;
  }
}
