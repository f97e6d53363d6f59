import { NO_COUNTS, textOutput, type Usage } from '../usage.ts';
import { plural } from './counts.ts';

/** What was used, as the options say it. */
export interface Counts {
  readonly in?: number;
  readonly out?: number;
  readonly cached?: number;
  readonly cacheWrite?: number;
  readonly imageOut?: number;
  readonly seconds?: number;
  readonly characters?: number;
  readonly images?: number;
  readonly size?: string;
  readonly quality?: string;
}

/** What a price is shown for where the command names no counts: the first of these that has one. */
const EXAMPLES: readonly Counts[] = [
  { in: 1000, out: 1000 },
  { in: 1000, imageOut: 1000 },
  { in: 1000 },
  { seconds: 60 },
  { characters: 1000 },
  { images: 1 },
];

export function countsToTry(given: Counts): readonly Counts[] {
  const { size, quality, ...counts } = given;
  if (Object.values(counts).some((count) => count !== undefined)) return [given];
  if (size !== undefined || quality !== undefined) return [{ ...given, images: 1 }];
  return EXAMPLES;
}

/** Why no call can have used this. */
export function impossible({ in: input = 0, cached = 0, cacheWrite = 0 }: Counts): string | undefined {
  if (cached + cacheWrite <= input) return undefined;
  return '--cached and --cache-write are parts of --in, and cannot be more';
}

export function usageOf(counts: Counts, tier: string | undefined): Usage {
  const { in: total = 0, out = 0, cached = 0, cacheWrite = 0, imageOut = 0 } = counts;
  const { seconds, characters, images, size, quality } = counts;
  return {
    input: {
      total,
      uncached: total - cached - cacheWrite,
      cacheRead: cached,
      cacheWrite,
      cacheWriteByLifetime: NO_COUNTS,
      audio: 0,
      image: 0,
    },
    output: { ...textOutput(out), total: out + imageOut, image: imageOut },
    units: {
      ...(seconds !== undefined && { audioSeconds: seconds }),
      ...(characters !== undefined && { characters }),
      ...(images !== undefined && {
        images: {
          count: images,
          ...(size !== undefined && { size }),
          ...(quality !== undefined && { quality }),
        },
      }),
    },
    ...(tier === 'fast' ? { speed: tier } : tier !== undefined && { serviceTier: tier }),
    serverTools: NO_COUNTS,
    raw: undefined,
  };
}

export function describeCounts(counts: Counts): string {
  const { in: input, out, imageOut, seconds, characters, images, size, quality } = counts;
  const kind = [quality, size].filter((part) => part !== undefined).join(', ');
  return [
    ...(input !== undefined || out !== undefined ? [`${input ?? 0} tokens in, ${out ?? 0} out`] : []),
    ...(imageOut === undefined ? [] : [`${imageOut} of images out`]),
    ...(seconds === undefined ? [] : [plural(seconds, 'second')]),
    ...(characters === undefined ? [] : [plural(characters, 'character')]),
    ...(images === undefined ? [] : [plural(images, 'image') + (kind && ` (${kind})`)]),
  ].join(', ');
}
