import type { Usage } from '../usage.ts';
import { isCount } from './counts.ts';
import type { Override } from './overrides.ts';

type Fees = Override['toolFees'];

/** Charges the tools that the user states a fee for, and leaves the others to the table. */
export function chargeOwnFees(
  usage: Usage,
  ofAll: Fees,
  ofModel: Fees,
): { readonly usage: Usage; readonly fees: bigint } {
  if (ofAll === undefined && ofModel === undefined) return { usage, fees: 0n };
  const stated = { ...ofAll, ...ofModel };
  const others: Record<string, number> = {};
  let fees = 0n;
  for (const [tool, calls] of Object.entries(usage.serverTools ?? {})) {
    const fee = Object.hasOwn(stated, tool) ? stated[tool] : undefined;
    if (fee !== undefined && isCount(calls)) fees += BigInt(calls) * BigInt(fee);
    else others[tool] = calls;
  }
  return { usage: { ...usage, serverTools: others }, fees };
}
