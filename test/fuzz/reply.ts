/** How one request is answered: a plan that can be printed and repeated, and the `Response` made of it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { type Mutation, mutate, mutation, serialise } from './mutate.ts';
import { type StreamPlan, streamBytes, streamPlan } from './sse.ts';
import { type Kind, templates } from './templates.ts';

export interface ReplyPlan {
  /** `fetch` itself fails. */
  readonly rejects: boolean;
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly template: number;
  /** A stream is answered with a body, or the other way round. */
  readonly swapped: boolean;
  readonly stream: StreamPlan;
  readonly body: { readonly mutations: readonly Mutation[]; readonly style: Style; readonly part: number };
  /** Sizes of the pieces that an event or a body is cut into, in turn; none: events come whole. */
  readonly pieces: readonly number[];
  /** Events that come in one piece, where `pieces` is empty. */
  readonly together: number;
  /** Whether the event loop turns before each piece. */
  readonly slow: boolean;
  readonly end: 'close' | 'error' | 'hang';
}

type Style = (typeof styles)[number];
const styles = ['plain', 'pretty', 'bom', 'cut', 'more', 'empty', 'html', 'badByte', 'blank'] as const;

const proper = 'proper';
const weighted = <T>(usual: T, weight: number, others: readonly T[]) =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

export const replyPlan: fc.Arbitrary<ReplyPlan> = fc.record({
  rejects: weighted(false, 20, [true]),
  status: fc.oneof(
    { weight: 10, arbitrary: fc.constant(200) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(201, 204, 301, 400, 401, 403, 404, 408, 409, 422, 429, 500, 529),
    },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
  ),
  contentType: weighted(proper, 6, [
    'application/json; charset=utf-8',
    'application/problem+json',
    'text/html',
    'text/event-stream',
    '',
  ]),
  headers: fc.constantFrom<Record<string, string>[]>(
    {},
    {},
    { 'request-id': 'req_1', 'x-request-id': 'req_1' },
    { 'retry-after-ms': '0' },
    { 'retry-after-ms': '1', 'x-should-retry': 'true' },
    { 'x-should-retry': 'false' },
    { 'retry-after': 'soon' },
    { 'content-length': '0' },
  ),
  template: fc.nat(15),
  swapped: weighted(false, 15, [true]),
  stream: streamPlan,
  body: fc.record({
    mutations: fc.array(mutation, { maxLength: 4 }),
    style: weighted<Style>('plain', 8, styles),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  pieces: fc.oneof(
    fc.constant([]),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
  ),
  together: fc.constantFrom(1, 1, 2, 5, 100),
  slow: fc.boolean(),
  end: weighted<ReplyPlan['end']>('close', 6, ['error', 'hang']),
});

export interface Asked {
  readonly kind: Kind;
  readonly streamed: boolean;
  /** The provider sends usage on a stream only to those who ask. */
  readonly faithful: boolean;
  /** The request asks for usage on the stream. */
  readonly asked: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly pieces: readonly Uint8Array[];
}

export function answerTo(plan: ReplyPlan, asked: Asked): Answer {
  const { status, contentType } = plan;
  const ofKind = templates[asked.kind];
  const template = ofKind[plan.template % ofKind.length];
  if (!template) throw new Error(`no template for ${asked.kind}`);
  const refused = status >= 300;
  const asStream = !refused && asked.streamed !== plan.swapped && template.events.length > 0;
  const usual = asStream ? 'text/event-stream; charset=utf-8' : 'application/json';
  const type = contentType === proper ? usual : contentType;
  const whole = asStream
    ? streamBytes(plan.stream, template, asked.kind, asked)
    : [bodyBytes(plan, refused ? errorBody(asked.kind) : template.body)];
  return {
    status,
    headers: { ...plan.headers, ...(type !== '' && { 'content-type': type }) },
    pieces: hasNoBody(status) ? [] : cutUp(whole, plan),
  };
}

export const hasNoBody = (status: number): boolean => [204, 205, 304].includes(status);

function errorBody(kind: Kind): unknown {
  const error = { message: 'It cannot be', type: 'invalid_request_error' };
  if (kind === 'messages') return { type: 'error', error, request_id: 'req_1' };
  return { error: { ...error, param: 'model', code: 'odd' }, usage: { prompt_tokens: 3 } };
}

function bodyBytes({ body: { mutations, style, part } }: ReplyPlan, value: unknown): Buffer {
  const mutated = mutate(value, mutations);
  const text = serialise(mutated, style === 'pretty' ? 2 : undefined);
  const at = Math.floor(part * text.length);
  if (style === 'badByte')
    return Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xff]), Buffer.from(text.slice(at))]);
  const written: Partial<Record<Style, string>> = {
    bom: `\ufeff${text}`,
    cut: text.slice(0, at),
    more: `${text}\n${text.slice(0, at)}`,
    empty: '',
    blank: ' \n',
    html: '<!doctype html><title>Gateway</title>',
  };
  return Buffer.from(written[style] ?? text);
}

/** Where asking for usage makes an event longer, the ends of events are still ends of pieces. */
function cutUp(events: readonly Uint8Array[], { pieces, together }: ReplyPlan): Uint8Array[] {
  const cut: Uint8Array[] = [];
  if (pieces.length === 0) {
    for (let at = 0; at < events.length; at += together)
      cut.push(Buffer.concat(events.slice(at, at + together)));
    return cut;
  }
  for (const event of events) {
    for (let at = 0, turn = 0; at < event.length; turn++) {
      const size = pieces[turn % pieces.length] ?? 1;
      cut.push(event.subarray(at, at + size));
      at += size;
    }
  }
  return cut;
}

/** Answers in process, and honours the request's signal as `fetch` does. */
export async function respond(
  plan: ReplyPlan,
  asked: Asked,
  signal: AbortSignal | undefined,
): Promise<Response> {
  if (plan.slow) await nextTurn();
  signal?.throwIfAborted();
  if (plan.rejects) throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
  const { status, headers, pieces } = answerTo(plan, asked);
  return new Response(hasNoBody(status) ? null : bodyOf(pieces, plan, signal), { status, headers });
}

/** How long a body that hangs does so: everything that an app does at once has been done by then. */
const HANG_TURNS = 4;

function bodyOf(
  pieces: readonly Uint8Array[],
  { slow, end }: ReplyPlan,
  signal?: AbortSignal,
): ReadableStream {
  let next = 0;
  const onAbort = new AbortController();
  return new ReadableStream(
    {
      start(controller) {
        const abort = () => {
          onAbort.abort();
          controller.error(signal?.reason);
        };
        signal?.addEventListener('abort', abort, { once: true, signal: onAbort.signal });
      },
      async pull(controller) {
        if (slow) await nextTurn();
        if (onAbort.signal.aborted) return;
        const piece = pieces[next++];
        if (piece) return controller.enqueue(piece);
        for (let turn = 0; end === 'hang' && turn < HANG_TURNS; turn++) await nextTurn();
        if (onAbort.signal.aborted) return;
        onAbort.abort();
        if (end === 'close') controller.close();
        else controller.error(new TypeError('terminated', { cause: new Error('other side closed') }));
      },
      cancel: () => onAbort.abort(),
    },
    // Nothing is read ahead: what was sent before an error arrives before it.
    { highWaterMark: 0 },
  );
}
