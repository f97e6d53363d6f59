/** Event streams: valid ones, and what can go wrong with them. */
import fc from 'fast-check';
import { type Mutation, mutate, mutation, oddValue, serialise } from './mutate.ts';
import type { Kind, Template, WireEvent } from './templates.ts';

interface Edit {
  readonly op: 'drop' | 'repeat' | 'swap' | 'insert' | 'frame';
  /** Which event, modulo their number. */
  readonly at: number;
  readonly what: number;
}

export interface StreamPlan {
  readonly mutations: readonly (Mutation & { event: number })[];
  readonly edits: readonly Edit[];
  readonly usage: 'normal' | 'none' | 'twice' | 'early' | 'odd';
  readonly oddUsage: number;
  readonly done: boolean;
  readonly eol: '\n' | '\r\n' | '\r';
  readonly bom: boolean;
  /** Where the text stops: in which event, and after what part of its data. */
  readonly cut: { event: number; part: number } | null;
  /** Where a byte that is no UTF-8 stands. */
  readonly badByte: { event: number; part: number } | null;
}

const part = fc.double({ min: 0, max: 0.999, noNaN: true });
const place = fc.record({ event: fc.nat(30), part });
const edit: fc.Arbitrary<Edit> = fc.record({
  op: fc.constantFrom('frame' as const, 'insert', 'swap', 'repeat', 'drop'),
  at: fc.nat(30),
  what: fc.nat(100),
});
const rarely = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 5 });

export const streamPlan: fc.Arbitrary<StreamPlan> = fc.record({
  mutations: fc.array(
    fc.tuple(mutation, fc.nat(30)).map(([one, event]) => ({ ...one, event })),
    { maxLength: 3 },
  ),
  edits: fc.array(edit, { maxLength: 4 }),
  usage: fc.constantFrom('normal' as const, 'normal', 'odd', 'early', 'twice', 'none'),
  oddUsage: fc.nat(500),
  done: fc.constantFrom(true, true, true, false),
  eol: fc.constantFrom('\n' as const, '\n', '\n', '\r\n', '\r'),
  bom: fc.constantFrom(false, false, false, true),
  cut: rarely(place),
  badByte: rarely(place),
}) as fc.Arbitrary<StreamPlan>;

/** Written into the stream as they are, with `\n` for ends of lines. */
const inserts: readonly string[] = [
  ': a comment\n\n',
  ':\n',
  '\n\n',
  'event: ping\ndata: {"type":"ping"}\n\n',
  'data: [DONE]\n\n',
  'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
  'data: {"error":{"message":"boom","type":"server_error","code":null}}\n\n',
  'data: {"error":"text"}\n\n',
  'event: error\ndata: no JSON\n\n',
  'data: {"cut":\n\n',
  'event: message_delta\ndata: {"cut":\n\n',
  'data:\n\n',
  'event:\ndata: {}\n\n',
  'data: null\n\n',
  'data: 42\n\n',
  'data: "text"\n\n',
  'data: []\n\n',
  'data: {}\n\n',
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":5}]}\n\n',
  'data: {"choices":{"length":1}}\n\n',
  'data: {"choices":[null]}\n\n',
  'event: thread.run\ndata: {"type":"thread"}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  'event: message_start\ndata: {"type":"message_start"}\n\n',
  'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":1e308}}}\n\n',
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":7},"usage":{"output_tokens":-5}}\n\n',
  'event: message_delta\ndata: {"type":"message_delta","usage":{"__proto__":{"input_tokens":9}}}\n\n',
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":99,"delta":null}\n\n',
  'event: response.completed\ndata: {"type":"response.completed","response":null}\n\n',
  'event: response.completed\ndata: {"type":"response.completed","response":{"usage":{"input_tokens":-1}}}\n\n',
  'event: response.failed\ndata: {"type":"response.failed","response":{"status":"failed","error":{"code":"x"}}}\n\n',
  'event: __proto__\ndata: {"type":"__proto__"}\n\n',
  'retry: 1\nid: 7\n\n',
  'no field at all\n\n',
];

/** A provider that was not asked for usage sends no chunk that looks like it. */
const insertsWithoutUsage = inserts.filter((text) => !text.includes('"message_delta"'));

/** The text of one event, and where its data starts and how long it is. */
interface Item {
  readonly text: string;
  readonly dataAt: number;
  readonly dataLength: number;
  /** Sent only to those who asked for usage. */
  readonly usage: boolean;
}

/**
 * The stream's bytes, event by event. `faithful`: the provider sends usage only to those who ask, as
 * OpenAI does, so that `asked` decides; the events are the same otherwise, and so is every place.
 */
export function streamBytes(
  plan: StreamPlan,
  template: Template,
  kind: Kind,
  { faithful, asked }: { faithful: boolean; asked: boolean },
): Uint8Array[] {
  const asksForUsage = kind === 'chat' || kind === 'completions';
  const events = template.events.map((event, index) => mutateEvent(event, index, plan, template));
  const items = events.map(({ event, data: mutated }) => {
    // What is sent unasked is not the meter's to hide.
    const data = faithful ? withoutUsage(mutated) : mutated;
    const decorated = asksForUsage && (!faithful || asked) && hasChoices(data);
    return item(event, decorated ? { ...data, usage: null } : data, data);
  });
  applyEdits(items, plan.edits, faithful ? insertsWithoutUsage : inserts);
  if (asksForUsage) insertUsage(items, plan, template, faithful);
  if (plan.done && kind !== 'messages') items.push(literal('data: [DONE]\n\n'));
  return encode(items, plan, !faithful || asked);
}

function mutateEvent(wire: WireEvent, index: number, plan: StreamPlan, { events }: Template): WireEvent {
  const mutations = plan.mutations.filter(({ event }) => event % events.length === index);
  return { event: wire.event, data: mutate(wire.data, mutations) };
}

function applyEdits(items: Item[], edits: readonly Edit[], inserts: readonly string[]): void {
  for (const { op, at, what } of edits) {
    const index = at % Math.max(1, items.length);
    const found = items[index];
    if (op === 'insert') items.splice(index, 0, literal(inserts[what % inserts.length] ?? ''));
    else if (!found) continue;
    else if (op === 'drop') items.splice(index, 1);
    else if (op === 'repeat') items.splice(index, 0, found);
    else if (op === 'swap') items.splice(index + 1, 0, ...items.splice(index, 1));
    else items[index] = reframe(found, what);
  }
}

function insertUsage(items: Item[], plan: StreamPlan, template: Template, faithful: boolean): void {
  if (plan.usage === 'none') return;
  const value = plan.usage === 'odd' ? oddValue(plan.oddUsage) : template.usage;
  const chunk = {
    ...(template.events[0]?.data as object),
    choices: [],
    // Usage that is null says nothing: without a usage chunk there would be none.
    usage: faithful ? (value ?? {}) : value,
  };
  const usage = { ...item(undefined, chunk, chunk), usage: true };
  items.splice(plan.usage === 'early' ? items.length >> 1 : items.length, 0, usage);
  if (plan.usage === 'twice') items.push(usage);
}

function item(event: string | undefined, data: unknown, seenByAll: unknown): Item {
  const head = `${event === undefined ? '' : `event: ${event}\n`}data: `;
  const text = serialise(data);
  return {
    text: `${head}${text}\n\n`,
    dataAt: head.length,
    dataLength: serialise(seenByAll).length,
    usage: false,
  };
}

function literal(text: string): Item {
  return { text, dataAt: 0, dataLength: text.length, usage: false };
}

/** Other ways of writing the same event; some lose its name. */
function reframe(one: Item, what: number): Item {
  const head = one.text.slice(0, one.dataAt);
  const data = one.text.slice(one.dataAt);
  const heads = [
    `: comment\n${head}`,
    head.replace('data: ', 'data:'),
    head.replace(/event: .*\n/, ''),
    `id: 1\nretry: 5\n${head}`,
    `event: first\n${head}`,
  ];
  const changed = heads[what % heads.length] ?? head;
  return { ...one, text: changed + data, dataAt: changed.length };
}

function encode(items: readonly Item[], plan: StreamPlan, asked: boolean): Uint8Array[] {
  const encoded: Buffer[] = plan.bom ? [Buffer.from('\ufeff')] : [Buffer.alloc(0)];
  const shared = items.filter(({ usage }) => !usage);
  const lines = (text: string) => Buffer.from(text.replaceAll('\n', plan.eol));
  // Places are counted in events that everybody gets.
  let index = 0;
  for (const one of items) {
    if (one.usage) {
      // Not a piece of its own: the pieces are the same for those who did not ask.
      if (asked) encoded.push(Buffer.concat([encoded.pop() ?? Buffer.alloc(0), lines(one.text)]));
      continue;
    }
    const hit = (where: StreamPlan['cut']) =>
      where && where.event % (shared.length + 4) === index
        ? one.dataAt + Math.floor(where.part * Math.max(0, one.dataLength - 1))
        : undefined;
    const cut = hit(plan.cut);
    const bad = hit(plan.badByte);
    const text = one.text.slice(0, cut);
    encoded.push(
      bad === undefined || bad > text.length
        ? lines(text)
        : Buffer.concat([lines(text.slice(0, bad)), Buffer.from([0xff]), lines(text.slice(bad))]),
    );
    if (cut !== undefined) break;
    index++;
  }
  return encoded;
}

function withoutUsage(data: unknown): unknown {
  if (typeof data === 'string') return data.includes('{"usage"') ? {} : data;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const { usage: _, ...others } = data as Record<string, unknown>;
  return others;
}

function hasChoices(data: unknown): data is object {
  const choices = (data as { choices?: unknown } | null | undefined)?.choices;
  return Array.isArray(choices) && choices.length > 0;
}
