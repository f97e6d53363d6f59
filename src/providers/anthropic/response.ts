import { fieldsOf, text } from '../fields.ts';
import type { ResponseFacts } from '../types.ts';
import { readAnthropicUsage } from './usage.ts';

export function message(body: unknown): ResponseFacts | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = fieldsOf(body);
  const rawUsage = fields.usage;
  const stopReason = text(fields.stop_reason);
  return {
    id: text(fields.id),
    model: text(fields.model),
    finishReasons: stopReason === undefined ? [] : [stopReason],
    usage: readAnthropicUsage(rawUsage),
    rawUsage,
  };
}
