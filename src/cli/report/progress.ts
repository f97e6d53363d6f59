import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  advance(by: number): void;
  stop(): void;
}

/** On standard error, where that is a terminal; gone when the work is done. */
export function progress(what: string, total: number): Progress {
  const bar = new SingleBar(
    {
      stream: process.stderr,
      clearOnComplete: true,
      format: `${what} {bar} {percentage}% | {eta_formatted} left`,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { advance: (by) => bar.increment(by), stop: () => bar.stop() };
}
