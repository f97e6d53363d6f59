import type { InputTokens, OutputTokens, Usage } from '../../src/usage.ts';

interface Parts extends Partial<Omit<Usage, 'input' | 'output'>> {
  readonly uncached?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly byLifetime?: InputTokens['cacheWriteByLifetime'];
  readonly inputAudio?: number;
  readonly inputImage?: number;
  readonly text?: number;
  readonly reasoning?: OutputTokens['reasoning'];
  readonly outputAudio?: number;
  readonly outputImage?: number;
}

/** A usage record whose totals are the sums of the given parts. */
export function usageOf(parts: Parts): Usage {
  const {
    uncached = 0,
    cacheRead = 0,
    cacheWrite = 0,
    byLifetime = {},
    inputAudio = 0,
    inputImage = 0,
  } = parts;
  const { text = 0, reasoning = 0, outputAudio = 0, outputImage = 0, serverTools = {} } = parts;
  const { serviceTier, speed, region, units } = parts;
  return {
    input: {
      total: uncached + cacheRead + cacheWrite,
      uncached,
      cacheRead,
      cacheWrite,
      cacheWriteByLifetime: byLifetime,
      audio: inputAudio,
      image: inputImage,
    },
    output: {
      total: text + outputAudio + outputImage,
      text,
      reasoning,
      image: outputImage,
      audio: outputAudio,
    },
    ...(serviceTier !== undefined && { serviceTier }),
    ...(speed !== undefined && { speed }),
    ...(region !== undefined && { region }),
    serverTools,
    ...(units !== undefined && { units }),
    raw: undefined,
  };
}
