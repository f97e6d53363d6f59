import type { Usage } from '../usage.ts';

const STANDARD_TIERS: ReadonlySet<string> = new Set(['default', 'standard', 'auto']);
const STANDARD_SPEEDS: ReadonlySet<string> = new Set(['standard']);
const STANDARD_REGIONS: ReadonlySet<string> = new Set(['global', 'not_available']);

/** The region of a call that a vendor's regional endpoint or Anthropic's US-only inference served. */
export const REGIONAL = 'regional';

/**
 * The name under which a price lists the rates of this call's tier, speed and region, such as `batch` or
 * `fast+regional`; undefined when all three are standard. What the table does not list has no price.
 */
export function tierOf({ serviceTier, speed, region }: Usage): string | undefined {
  let name = special(serviceTier, STANDARD_TIERS);
  name = join(name, special(speed, STANDARD_SPEEDS));
  return join(name, region === 'us' ? REGIONAL : special(region, STANDARD_REGIONS));
}

/** What is no name at all is no standard one either, and no table lists `invalid`. */
function special(name: unknown, standard: ReadonlySet<string>): string | undefined {
  if (!name) return undefined;
  if (typeof name !== 'string') return 'invalid';
  return standard.has(name) ? undefined : name;
}

function join(first: string | undefined, second: string | undefined): string | undefined {
  return first === undefined || second === undefined ? (first ?? second) : `${first}+${second}`;
}
