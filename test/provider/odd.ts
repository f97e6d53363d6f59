import { isObject, type JsonObject } from './json.ts';
import type { Scenario } from './scenarios.ts';
import type { StreamPart } from './types.ts';

type Mutable = Record<string, unknown>;

const HUGE = 1e21;
const oddities = [
  'nousage',
  'nullusage',
  'negative',
  'strings',
  'huge',
  'nochoices',
  'unknownfields',
  'nomodel',
  'nomessage_start',
] as const;
const answerKeys = ['choices', 'content', 'output', 'data'];

/** The answer as a provider in an odd mood would send it. The object given is not changed. */
export function oddBody(body: object, scenario: Scenario): object {
  if (!isOdd(scenario)) return body;
  const copy: Mutable = structuredClone({ ...body });
  // Streams carry the answer inside an event: Responses in `response`, Anthropic in `message`.
  for (const carrier of [copy, copy.response, copy.message]) {
    if (isObject(carrier)) distort(carrier as Mutable, scenario);
  }
  return copy;
}

export function* oddParts(parts: Iterable<StreamPart>, scenario: Scenario): Generator<StreamPart> {
  for (const part of parts) {
    if (typeof part.data === 'string' || !isOdd(scenario)) {
      yield part;
      continue;
    }
    const { type, choices } = part.data as JsonObject;
    if (scenario.nomessage_start && type === 'message_start') continue;
    if (scenario.nousage && part.kind === 'end' && isEmptyList(choices)) continue;
    if (scenario.nochoices && choices === undefined && (part.kind === 'block' || part.kind === 'delta'))
      continue;
    yield { ...part, data: oddBody(part.data, scenario) };
  }
}

export function oddUsage(usage: object, scenario: Scenario): JsonObject {
  const odd = distortCounts(usage, scenario) as JsonObject;
  return scenario.unknownfields ? { ...odd, unknown_tokens: 7, unknown_details: { odd_tokens: 3 } } : odd;
}

function isOdd(scenario: Scenario): boolean {
  return oddities.some((name) => scenario[name]);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function distort(carrier: Mutable, scenario: Scenario): void {
  if (scenario.nomodel) delete carrier.model;
  if (scenario.nochoices) for (const key of answerKeys) delete carrier[key];
  if (scenario.unknownfields) carrier.unknown_field = { from: 'the future' };
  if (isObject(carrier.usage)) carrier.usage = oddUsage(carrier.usage, scenario);
  if (scenario.nullusage && 'usage' in carrier) carrier.usage = null;
  if (scenario.nousage) delete carrier.usage;
}

function distortCounts(value: unknown, scenario: Scenario): unknown {
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, distortCounts(item, scenario)]),
    );
  }
  if (typeof value !== 'number') return value;
  const count = scenario.huge ? HUGE : value;
  const signed = scenario.negative ? 0 - count : count;
  return scenario.strings ? String(signed) : signed;
}
