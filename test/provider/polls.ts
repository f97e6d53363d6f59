const DEFAULT_POLLS = 1;

/** Counts how often something unfinished is looked at; it is finished when that was often enough. */
export interface Polls {
  /** Whether it is finished now. */
  look(): boolean;
  isFinished(): boolean;
  finish(): void;
}

export function createPolls(polls = DEFAULT_POLLS): Polls {
  let left = polls;
  let finished = false;
  return {
    look() {
      if (left === 0) finished = true;
      else left -= 1;
      return finished;
    },
    isFinished: () => finished,
    finish() {
      left = 0;
      finished = true;
    },
  };
}
