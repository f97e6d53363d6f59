import { TextSize } from '../../text-size.ts';
import { type Fields, fieldsOf, text } from '../fields.ts';
import { hostOf } from '../host.ts';
import type { ResponseFacts, StreamReader } from '../types.ts';

type ReadBody = (body: unknown) => ResponseFacts | undefined;

/** Chat and legacy completions: usage is in a last chunk of its own, present only when asked for. */
export function chatStream(read: ReadBody): StreamReader {
  let first: Fields | undefined;
  let usageChunk: Fields | undefined;
  const finishReasons: string[] = [];
  const written = new TextSize();
  return {
    written,
    push(event) {
      const chunk = fieldsOf(event);
      first ??= chunk;
      if (chunk.usage != null) usageChunk = chunk;
      const choices = chunk.choices;
      if (!Array.isArray(choices)) return;
      for (const choice of choices) {
        const { finish_reason: reason, delta, text } = fieldsOf(choice);
        if (typeof reason === 'string') finishReasons.push(reason);
        written.add(text);
        addDelta(written, fieldsOf(delta));
      }
    },
    get complete() {
      return usageChunk !== undefined;
    },
    facts() {
      const last = usageChunk ?? fieldsOf(first);
      const facts = read({ ...last, service_tier: last.service_tier ?? first?.service_tier });
      return { ...facts, finishReasons };
    },
    restore(event) {
      const { usage, ...chunk } = fieldsOf(event);
      if (usage === undefined) return event;
      const { choices } = chunk;
      const isEmpty = choices === undefined || (Array.isArray(choices) && choices.length === 0);
      // Azure opens with a chunk without choices that is not about usage: it comes before any end.
      if (isEmpty && (usage !== null || finishReasons.length > 0)) return undefined;
      // A copy: taking the key out of the event itself would make every later use of it slow.
      return usage === null ? chunk : event;
    },
  };
}

/** Text, refusals, tool calls; `reasoning_content` is what other servers than OpenAI's send. */
function addDelta(written: TextSize, { content, refusal, reasoning_content, tool_calls }: Fields): void {
  written.add(content);
  written.add(refusal);
  written.add(reasoning_content);
  if (!Array.isArray(tool_calls)) return;
  for (const call of tool_calls) {
    const called = fieldsOf(fieldsOf(call).function);
    written.add(called.name);
    written.add(called.arguments);
  }
}

const FINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** Responses: the last event carries the whole response, usage included. */
export function responseStream(read: ReadBody): StreamReader {
  let latest: unknown;
  let errorType: string | undefined;
  let complete = false;
  const written = new TextSize();
  return {
    written,
    push(event) {
      const { type, response, delta, code } = fieldsOf(event);
      written.add(delta);
      // Some versions throw it; others, such as openai 6, give it to the app, and the stream ends as if all was well.
      if (type === 'error') errorType = text(code) ?? 'error';
      if (complete || response === undefined) return;
      latest = response;
      complete = FINAL.has(type as string);
    },
    get complete() {
      return complete;
    },
    facts: () => ({ ...read(latest), ...(errorType !== undefined && { errorType }) }),
  };
}

/**
 * Asks for usage on streams whose request does not say `stream_options`. The text of the body is
 * amended, not the caller's object. A quote inside JSON text is escaped, so the name between plain
 * quotes can only be a key: at the top level it is the user's setting, and elsewhere the request is
 * left alone rather than parsed.
 */
export function askForUsage(
  body: string,
  client: { readonly apiVersion?: unknown; readonly baseURL?: unknown } = {},
): string | undefined {
  // It sends usage to everyone: the chunk is the app's.
  if (hostOf(client.baseURL).endsWith('openrouter.ai')) return undefined;
  // Azure's versions before this one refuse the option.
  if (typeof client.apiVersion === 'string' && client.apiVersion < '2024-09-01') return undefined;
  const end = body.lastIndexOf('}');
  const isObject = body.startsWith('{"') || /^\{\s*"/.test(body);
  if (end < 0 || !isObject || body.includes('"stream_options"')) return undefined;
  return `${body.slice(0, end)},"stream_options":{"include_usage":true}}`;
}
