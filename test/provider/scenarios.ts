import { RequestError } from './errors.ts';

/**
 * The kinds of endpoint that read a model name. `messages` is also `count_tokens`, `transcriptions` is also
 * translations and what Realtime sessions transcribe with, `other` is a path that the SDKs do not know.
 */
export type EndpointKind = (typeof streaming | typeof stored | typeof plain)[number];

interface Directive {
  /** `count` is a whole number >= 0, `flag` takes no value. */
  readonly takes: 'count' | 'text' | 'flag';
  readonly on: readonly EndpointKind[];
  readonly meaning: string;
}

const streaming = [
  'chat',
  'completions',
  'responses',
  'messages',
  'images',
  'transcriptions',
  'speech',
  'realtime',
] as const;
const stored = ['batches', 'messagebatches'] as const;
const plain = ['embeddings', 'moderations', 'other'] as const;

const direct = [...streaming, ...plain] as const;
const all = [...direct, ...stored] as const;
const generating = [...streaming, ...stored, 'other'] as const;
const cachedInput = ['chat', 'responses', 'realtime', 'batches', 'other'] as const;
const chat = ['chat', 'realtime'] as const;
const responses = ['responses', 'realtime'] as const;
const messages = ['messages', 'messagebatches'] as const;
const thinking = ['chat', 'responses', 'messages', ...stored] as const;
const searching = ['responses', ...messages] as const;
const tiered = ['chat', 'responses', 'messages'] as const;
const polled = ['responses', ...stored] as const;

/**
 * Every directive, and the only place that knows them. A model name carries them after `@`, separated by
 * commas: `gpt-4.1@in=1000,cached=400,out=50`. One that is unknown, or has no meaning on the endpoint that
 * got it, is answered with a 400 that names it.
 */
const directives = {
  // Counts. What is not given is a stable function of the request.
  in: { takes: 'count', on: all, meaning: 'input tokens as that provider counts them' },
  cached: { takes: 'count', on: cachedInput, meaning: 'of `in`: cached_tokens' },
  written: { takes: 'count', on: ['chat', 'responses'], meaning: 'of `in`: cache_write_tokens' },
  audioin: {
    takes: 'count',
    on: [...chat, 'transcriptions'],
    meaning: 'of `in`: audio_tokens (transcriptions: default all of it)',
  },
  imagein: { takes: 'count', on: ['images', 'realtime'], meaning: 'of `in`: image_tokens' },
  cachedaudio: { takes: 'count', on: ['realtime'], meaning: 'of `cached`: audio_tokens' },
  cachedimage: { takes: 'count', on: ['realtime'], meaning: 'of `cached`: image_tokens' },
  out: { takes: 'count', on: generating, meaning: 'output tokens, including reasoning and audio' },
  reasoning: { takes: 'count', on: thinking, meaning: 'of `out`: reasoning_tokens or thinking_tokens' },
  audioout: { takes: 'count', on: chat, meaning: 'of `out`: audio_tokens' },
  textout: { takes: 'count', on: ['images'], meaning: 'of `out`: text_tokens' },
  seconds: { takes: 'count', on: ['transcriptions'], meaning: 'of audio, where the model counts those' },
  read: { takes: 'count', on: messages, meaning: 'cache_read_input_tokens, beside `in`' },
  write5m: { takes: 'count', on: messages, meaning: 'cache writes for 5 minutes, beside `in`' },
  write1h: { takes: 'count', on: messages, meaning: 'cache writes for 1 hour, beside `in`' },
  search: { takes: 'count', on: searching, meaning: 'web searches, in output and usage' },
  tier: {
    takes: 'text',
    on: tiered,
    meaning: 'service_tier: standard, priority, flex (OpenAI), batch (Anthropic)',
  },
  speed: { takes: 'text', on: messages, meaning: 'usage.speed: standard or fast' },
  geo: { takes: 'text', on: messages, meaning: 'usage.inference_geo, e.g. us' },
  // Text.
  chunks: { takes: 'count', on: streaming, meaning: 'content chunks in a stream (default 8)' },
  bytes: { takes: 'count', on: generating, meaning: 'bytes of the answer: UTF-8 text, audio' },
  // HTTP errors.
  status: { takes: 'count', on: direct, meaning: 'answer with this HTTP error, always' },
  failfirst: { takes: 'count', on: direct, meaning: 'with `status`: only the first N attempts of a request' },
  // Faults on the way. K counts content chunks; without a stream, cutat and hangat strike at half the body.
  errorat: { takes: 'count', on: streaming, meaning: 'an error event after K chunks, then the end' },
  cutat: { takes: 'count', on: direct, meaning: 'close the connection after K chunks' },
  hangat: { takes: 'count', on: direct, meaning: 'send nothing after K chunks until the client leaves' },
  delayms: { takes: 'count', on: streaming, meaning: 'milliseconds between chunks' },
  headersms: { takes: 'count', on: direct, meaning: 'milliseconds before the headers' },
  splitbytes: {
    takes: 'flag',
    on: streaming,
    meaning: 'write a stream in small pieces, inside characters too',
  },
  badjson: {
    takes: 'flag',
    on: direct,
    meaning: 'after the first chunk, one data line (or the body) is cut JSON',
  },
  // Work that is fetched later: background responses and batches.
  polls: {
    takes: 'count',
    on: polled,
    meaning: 'retrievals answered as unfinished, then it is finished (default 1)',
  },
  requests: { takes: 'count', on: ['batches'], meaning: 'requests in the batch (default 1)' },
  errored: { takes: 'count', on: ['batches'], meaning: 'of `requests`: those that failed' },
  result: {
    takes: 'text',
    on: ['messagebatches'],
    meaning: 'the result of this request: errored, expired or canceled (default succeeded)',
  },
  // Odd answers.
  nousage: { takes: 'flag', on: all, meaning: 'no usage key and no usage chunk' },
  nullusage: { takes: 'flag', on: all, meaning: 'usage: null' },
  negative: { takes: 'flag', on: all, meaning: 'every count in usage is negative' },
  strings: { takes: 'flag', on: all, meaning: 'every count in usage is a string' },
  huge: { takes: 'flag', on: all, meaning: 'every count in usage is 1e21' },
  nochoices: { takes: 'flag', on: all, meaning: 'no choices / content / output / data key' },
  unknownfields: { takes: 'flag', on: all, meaning: 'unknown keys in the answer and in usage' },
  emptybody: { takes: 'flag', on: direct, meaning: '200 with nothing in it' },
  html: { takes: 'flag', on: direct, meaning: '200 with an HTML page' },
  model: { takes: 'text', on: all, meaning: "the answer's model" },
  nomodel: { takes: 'flag', on: all, meaning: 'no model key' },
  nomessage_start: { takes: 'flag', on: messages, meaning: 'a stream without message_start' },
  incomplete: { takes: 'flag', on: responses, meaning: 'status incomplete, max_output_tokens' },
  failed: { takes: 'flag', on: [...responses, 'batches'], meaning: 'status failed, server_error' },
} as const satisfies Record<string, Directive>;

interface Values {
  count: number;
  text: string;
  flag: true;
}
type Name = keyof typeof directives;
export type Scenario = { readonly [N in Name]?: Values[(typeof directives)[N]['takes']] };

/** Vertex writes a model's version behind an `@` too: `claude-sonnet-4-5@20250929@in=10`. */
const modelName = /^(?<model>[^@]*(?:@(?:\d{8}|default)(?=@|$))?)(?:@(?<directives>.*))?$/s;

export function parseModel(name: string, endpoint: EndpointKind): { model: string; scenario: Scenario } {
  const { model = name, directives: texts } = modelName.exec(name)?.groups ?? {};
  if (texts === undefined) return { model, scenario: {} };
  const scenario: Record<string, number | string | true> = {};
  for (const text of texts.split(',')) {
    const [key = '', ...rest] = text.split('=');
    scenario[key] = readDirective(text, key, rest.join('='), endpoint);
  }
  if (scenario.failfirst !== undefined && scenario.status === undefined) {
    throw new RequestError(400, 'directive "failfirst" needs "status"');
  }
  return { model, scenario: scenario as Scenario };
}

function readDirective(text: string, key: string, value: string, endpoint: EndpointKind) {
  if (!Object.hasOwn(directives, key)) {
    throw new RequestError(400, `unknown directive "${text}"; known: ${Object.keys(directives).join(', ')}`);
  }
  const directive: Directive = directives[key as Name];
  if (!directive.on.includes(endpoint)) {
    throw new RequestError(400, `directive "${key}" has no meaning on ${endpoint}`);
  }
  if (directive.takes === 'flag' && value === '') return true;
  if (directive.takes === 'count' && /^\d+$/.test(value)) return Number(value);
  if (directive.takes === 'text' && value !== '') return value;
  throw new RequestError(400, `directive "${text}": "${key}" takes ${wanted[directive.takes]}`);
}

const wanted = { count: 'a whole number', text: 'a text', flag: 'no value' };
