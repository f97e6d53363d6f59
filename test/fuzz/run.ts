/** Runs cases and notes everything that can be seen of them, by the app and by the provider. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TracerProvider } from '@opentelemetry/api';
import { type Case, consumptionOf } from './case.ts';
import { consume } from './consume.ts';
import { type Asked, type ReplyPlan, respond } from './reply.ts';
import { textOf } from './seen.ts';
import type { Surface } from './surfaces.ts';

export interface Observed {
  /** As text, one for each case. */
  readonly results: readonly string[];
  readonly requests: readonly string[];
  /** Rejections and exceptions that nobody handled. */
  readonly unhandled: readonly string[];
}

/** Where the calls go: to a `fetch` in process, or through one to a server. */
export type Transport = (plan: ReplyPlan, asked: Asked, url: string, init: RequestInit) => Promise<Response>;

export const inProcess: Transport = (plan, asked, _url, init) =>
  respond(plan, asked, init.signal ?? undefined);

/** Rejections are reported after the turn in which nobody handled them. */
const TURNS_UNTIL_QUIET = 3;

export async function observe(
  surface: Surface,
  cases: readonly Case[],
  transport: Transport,
  nativeSpans: TracerProvider,
): Promise<Observed> {
  const unhandled: string[] = [];
  const note = (reason: unknown) => unhandled.push(textOf(reason).replace(/\n\s+at .*/g, ''));
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  try {
    const seen = await Promise.all(cases.map((one) => observeOne(surface, one, transport, nativeSpans)));
    for (let turn = 0; turn < TURNS_UNTIL_QUIET; turn++) await nextTurn();
    return {
      results: seen.map(({ result }) => textOf(result)),
      requests: seen.map(({ requests }) => textOf(requests)),
      unhandled: unhandled.toSorted(),
    };
  } finally {
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
  }
}

async function observeOne(surface: Surface, one: Case, transport: Transport, nativeSpans: TracerProvider) {
  const requests: object[] = [];
  const consumption = consumptionOf(one);
  const fetch = async (url: unknown, init: RequestInit = {}) => {
    const plan = one.replies[Math.min(requests.length, one.replies.length - 1)] as ReplyPlan;
    const sent = String(init.body);
    const isOurs = one.streamOptions === 'unset' && surface.asksForUsage;
    const shown = isOurs && sent.endsWith(ADDED) ? `${sent.slice(0, -ADDED.length)}}` : sent;
    requests.push({ url: String(url), method: init.method, body: shown, retry: retryCount(init.headers) });
    const { stream, stream_options: options } = JSON.parse(sent) as Record<string, unknown>;
    const asked = (options as { include_usage?: unknown } | null | undefined)?.include_usage === true;
    const request = { kind: surface.kind, streamed: stream === true, faithful: isOurs, asked };
    return transport(plan, request, String(url), init);
  };
  const methods = surface.connect({
    fetch: fetch as typeof globalThis.fetch,
    nativeSpans: one.nativeSpan ? nativeSpans : undefined,
  });
  const { maxRetries, after } = one;
  const result = await consume(consumption, {
    methods,
    params: paramsOf(surface, one),
    maxRetries,
    after,
    seen: [],
  });
  return { result, requests };
}

/** The one thing that the meter may add to a request. */
const ADDED = ',"stream_options":{"include_usage":true}}';

const retryCount = (headers: RequestInit['headers']) => new Headers(headers).get('x-stainless-retry-count');

function paramsOf({ model, params, asksForUsage }: Surface, { request, streamOptions }: Case): object {
  const options = {
    true: { include_usage: true },
    false: { include_usage: false },
    null: null,
    unset: undefined,
  };
  return structuredClone({
    model,
    ...params,
    ...request,
    ...(asksForUsage && streamOptions !== 'unset' && { stream_options: options[streamOptions] }),
  });
}
