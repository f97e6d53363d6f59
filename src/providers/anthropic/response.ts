import { fieldsOf, text } from '../fields.ts';
import type { Params, ResponseFacts } from '../types.ts';
import { readAnthropicUsage } from './usage.ts';

export function message(body: unknown, params?: Params): ResponseFacts | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = fieldsOf(body);
  const rawUsage = fields.usage;
  const usage = readAnthropicUsage(rawUsage);
  const stopReason = text(fields.stop_reason);
  return {
    id: text(fields.id),
    model: text(fields.model),
    finishReasons: stopReason === undefined ? [] : [stopReason],
    usage: usage && billsAnother(params) ? { ...usage, billedElsewhere: true } : usage,
    rawUsage,
  };
}

/** The request has the customer of its user profile charged. */
function billsAnother(params: Params | undefined): boolean {
  return fieldsOf(params?.billing_policy).bill_to === 'user_profile';
}
