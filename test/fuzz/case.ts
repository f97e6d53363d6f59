import fc from 'fast-check';
import { type Consumption, consumptions } from './consume.ts';
import { type ReplyPlan, replyPlan } from './reply.ts';
import type { Surface } from './surfaces.ts';

/** One call: what is asked, how it is answered, and what the app does with it. Plain data. */
export interface Case {
  readonly consumption: string;
  readonly after: number;
  readonly streamOptions: 'unset' | 'true' | 'false' | 'null';
  readonly request: Readonly<Record<string, unknown>>;
  readonly maxRetries: number;
  /** For each attempt; the last for all that follow. */
  readonly replies: readonly ReplyPlan[];
  /** Anthropic's SDK makes the span. */
  readonly nativeSpan: boolean;
}

const requests: readonly Record<string, unknown>[] = [
  {},
  {},
  { user: 'ann', metadata: { user_id: 'ann' } },
  { model: '__proto__' },
  { model: 'constructor', user: '__proto__' },
  { model: 42, user: { toString: 1 }, metadata: null },
  { model: undefined },
  { model: 'x'.repeat(2000), user: 'y'.repeat(2000), safety_identifier: '' },
  { temperature: '1', stop: [1, 'END'], n: 1e308, service_tier: {}, reasoning: 'deep' },
];

const MAX_CALLS_AT_ONCE = 3;

/** How much of an answer has arrived when an app leaves is up to a real network. */
const leavesInARace = /abort|signal|helper: break/;

/** A few calls that run at the same time. */
export function casesOf(surface: Surface, overSocket: boolean): fc.Arbitrary<Case[]> {
  const methods = surface.connect({ fetch, nativeSpans: undefined });
  const possible = consumptions.filter(
    ({ needs, name }) => methods[needs] !== undefined && !(overSocket && leavesInARace.test(name)),
  );
  const one: fc.Arbitrary<Case> = fc.record({
    consumption: fc.constantFrom(...possible.map(({ name }) => name)),
    after: fc.nat(8),
    streamOptions: fc.constantFrom<Case['streamOptions'][]>(
      'unset',
      'unset',
      'unset',
      'true',
      'false',
      'null',
    ),
    request: fc.constantFrom(...requests),
    maxRetries: fc.constantFrom(0, 0, 1),
    replies: fc.array(replyPlan, { minLength: 1, maxLength: 2 }),
    nativeSpan: surface.sdk === 'anthropic' ? fc.constantFrom(false, false, true) : fc.constant(false),
  });
  return fc.array(one, { minLength: 1, maxLength: MAX_CALLS_AT_ONCE });
}

export function consumptionOf({ consumption }: Case): Consumption {
  const found = consumptions.find(({ name }) => name === consumption);
  if (!found) throw new Error(`no consumption "${consumption}"`);
  return found;
}
