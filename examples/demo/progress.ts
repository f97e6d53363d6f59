import { type Row, sumUsage, type Usage } from './usage.ts';

/** The state of the demo at one moment. */
export interface Progress {
  /** Since traffic began. */
  readonly seconds: number;
  /** Nothing new is asked; the last answers are waited for. */
  readonly isEnding: boolean;
  readonly rows: readonly Row[];
  readonly total: Usage;
  /** Both over the last seconds. */
  readonly callsPerSecond: number;
  readonly usdPerHour: number;
}

const WINDOW_SECONDS = 10;

/** Makes the function that puts one scrape after the other into progress. */
export function trackProgress(): (seconds: number, rows: readonly Row[], isEnding: boolean) => Progress {
  let history = [{ seconds: 0, calls: 0, usd: 0 }];
  return (seconds, rows, isEnding) => {
    const total = sumUsage(rows);
    const now = { seconds, calls: total.calls, usd: total.spendUsd ?? 0 };
    history = [...history.filter((then) => seconds - then.seconds <= WINDOW_SECONDS), now];
    const then = history[0] ?? now;
    const passed = Math.max(1, seconds - then.seconds);
    return {
      seconds,
      isEnding,
      rows,
      total,
      callsPerSecond: (now.calls - then.calls) / passed,
      usdPerHour: (3600 * (now.usd - then.usd)) / passed,
    };
  };
}
