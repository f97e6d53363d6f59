import { type JsonObject, objectAt, stringAt } from './json.ts';
import { oddUsage } from './odd.ts';
import type { Answer, BilledCall, Charge, GenerationRequest, ProviderName, StreamPart } from './types.ts';

/** Writes a charge down. */
export type Bill = (provider: ProviderName, charge: Charge) => void;

export function createBilling(billed: BilledCall[]): Bill {
  const keys = new Set<string>();
  return (provider, { key, ...charge }) => {
    if (key !== undefined && keys.has(key)) return;
    if (key !== undefined) keys.add(key);
    billed.push({ provider, ...charge });
  };
}

/** What one answer costs; undefined when it is free. */
export function chargeOf(
  endpoint: string,
  { body, model, scenario }: GenerationRequest,
  { usage, serviceTier, key }: Pick<Answer, 'usage' | 'serviceTier' | 'key'>,
  stream = false,
): Charge | undefined {
  if (usage === undefined) return undefined;
  return { endpoint, model, user: userOf(body), stream, serviceTier, usage: oddUsage(usage, scenario), key };
}

export function userOf(body: JsonObject): string | undefined {
  return (
    stringAt(body, 'safety_identifier') ??
    stringAt(body, 'user') ??
    stringAt(objectAt(body, 'metadata'), 'user_id')
  );
}

/** The bill is written before the part that ends the call is sent, so a client never sees it missing. */
export function* billing(parts: Iterable<StreamPart>, bill: () => void): Generator<StreamPart> {
  for (const part of parts) {
    if (part.kind === 'end') bill();
    yield part;
  }
}
