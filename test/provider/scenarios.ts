import { RequestError } from './errors.ts';

/** The kinds of endpoint that read a model name. `messages` is also `count_tokens`. */
export type EndpointKind = 'chat' | 'completions' | 'responses' | 'embeddings' | 'messages';

interface Directive {
  /** `count` is a whole number >= 0, `flag` takes no value. */
  readonly takes: 'count' | 'text' | 'flag';
  readonly on: readonly EndpointKind[];
  readonly meaning: string;
}

const all = ['chat', 'completions', 'responses', 'embeddings', 'messages'] as const;
const generating = ['chat', 'completions', 'responses', 'messages'] as const;
const cachedInput = ['chat', 'responses'] as const;
const chat = ['chat'] as const;
const responses = ['responses'] as const;
const messages = ['messages'] as const;
const tiered = ['chat', 'responses', 'messages'] as const;

/**
 * Every directive, and the only place that knows them. A model name carries them after `@`, separated by
 * commas: `gpt-4.1@in=1000,cached=400,out=50`. One that is unknown, or has no meaning on the endpoint that
 * got it, is answered with a 400 that names it.
 */
const directives = {
  // Counts. What is not given is a stable function of the request.
  in: { takes: 'count', on: all, meaning: 'input tokens as that provider counts them' },
  cached: { takes: 'count', on: cachedInput, meaning: 'of `in`: cached_tokens' },
  written: { takes: 'count', on: cachedInput, meaning: 'of `in`: cache_write_tokens' },
  audioin: { takes: 'count', on: chat, meaning: 'of `in`: audio_tokens' },
  out: { takes: 'count', on: generating, meaning: 'output tokens, including reasoning and audio' },
  reasoning: { takes: 'count', on: tiered, meaning: 'of `out`: reasoning_tokens or thinking_tokens' },
  audioout: { takes: 'count', on: chat, meaning: 'of `out`: audio_tokens' },
  read: { takes: 'count', on: messages, meaning: 'cache_read_input_tokens, beside `in`' },
  write5m: { takes: 'count', on: messages, meaning: 'cache writes for 5 minutes, beside `in`' },
  write1h: { takes: 'count', on: messages, meaning: 'cache writes for 1 hour, beside `in`' },
  search: { takes: 'count', on: ['responses', 'messages'], meaning: 'web searches, in output and usage' },
  tier: {
    takes: 'text',
    on: tiered,
    meaning: 'service_tier: standard, priority, flex (OpenAI), batch (Anthropic)',
  },
  speed: { takes: 'text', on: messages, meaning: 'usage.speed: standard or fast' },
  geo: { takes: 'text', on: messages, meaning: 'usage.inference_geo, e.g. us' },
  // Text.
  chunks: { takes: 'count', on: generating, meaning: 'content chunks in a stream (default 8)' },
  bytes: { takes: 'count', on: generating, meaning: 'UTF-8 bytes of the answer text' },
  // HTTP errors.
  status: { takes: 'count', on: all, meaning: 'answer with this HTTP error, always' },
  failfirst: { takes: 'count', on: all, meaning: 'with `status`: only the first N attempts of a request' },
  // Faults on the way. K counts content chunks; without a stream, cutat and hangat strike at half the body.
  errorat: { takes: 'count', on: generating, meaning: 'an error event after K chunks, then the end' },
  cutat: { takes: 'count', on: all, meaning: 'close the connection after K chunks' },
  hangat: { takes: 'count', on: all, meaning: 'send nothing after K chunks until the client leaves' },
  delayms: { takes: 'count', on: generating, meaning: 'milliseconds between chunks' },
  headersms: { takes: 'count', on: all, meaning: 'milliseconds before the headers' },
  splitbytes: {
    takes: 'flag',
    on: generating,
    meaning: 'write a stream in small pieces, inside characters too',
  },
  badjson: {
    takes: 'flag',
    on: all,
    meaning: 'after the first chunk, one data line (or the body) is cut JSON',
  },
  // Odd answers.
  nousage: { takes: 'flag', on: all, meaning: 'no usage key and no usage chunk' },
  nullusage: { takes: 'flag', on: all, meaning: 'usage: null' },
  negative: { takes: 'flag', on: all, meaning: 'every count in usage is negative' },
  strings: { takes: 'flag', on: all, meaning: 'every count in usage is a string' },
  huge: { takes: 'flag', on: all, meaning: 'every count in usage is 1e21' },
  nochoices: { takes: 'flag', on: all, meaning: 'no choices / content / output / data key' },
  unknownfields: { takes: 'flag', on: all, meaning: 'unknown keys in the answer and in usage' },
  emptybody: { takes: 'flag', on: all, meaning: '200 with nothing in it' },
  html: { takes: 'flag', on: all, meaning: '200 with an HTML page' },
  model: { takes: 'text', on: all, meaning: "the answer's model" },
  nomodel: { takes: 'flag', on: all, meaning: 'no model key' },
  nomessage_start: { takes: 'flag', on: messages, meaning: 'a stream without message_start' },
  incomplete: { takes: 'flag', on: responses, meaning: 'status incomplete, max_output_tokens' },
  failed: { takes: 'flag', on: responses, meaning: 'status failed, server_error' },
} as const satisfies Record<string, Directive>;

interface Values {
  count: number;
  text: string;
  flag: true;
}
type Name = keyof typeof directives;
export type Scenario = { readonly [N in Name]?: Values[(typeof directives)[N]['takes']] };

export function parseModel(name: string, endpoint: EndpointKind): { model: string; scenario: Scenario } {
  const at = name.indexOf('@');
  if (at === -1) return { model: name, scenario: {} };
  const scenario: Record<string, number | string | true> = {};
  for (const text of name.slice(at + 1).split(',')) {
    const [key = '', ...rest] = text.split('=');
    scenario[key] = readDirective(text, key, rest.join('='), endpoint);
  }
  if (scenario.failfirst !== undefined && scenario.status === undefined) {
    throw new RequestError(400, 'directive "failfirst" needs "status"');
  }
  return { model: name.slice(0, at), scenario: scenario as Scenario };
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
