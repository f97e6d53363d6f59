import { setTimeout as delay } from 'node:timers/promises';
import { type Ask, type Person, people } from './people.ts';
import { Random } from './random.ts';

export interface Traffic {
  /** Nobody asks anything new; what was asked is waited for, up to a limit. */
  finish(): Promise<void>;
}

/** How long calls under way may take to end. */
const FINISH_SECONDS = 6;

/** Everybody at work on the service. */
export function startTraffic(serviceUrl: string, seed: number): Traffic {
  const ending = new AbortController();
  const giveUp = new AbortController();
  const sessions = people.flatMap((person, index) =>
    Array.from({ length: person.sessions }, (_, session) =>
      live(person, new Random(seed + 1009 * index + 101 * session)),
    ),
  );

  async function live(person: Person, random: Random): Promise<void> {
    const habit = person.habit(random);
    // Some start at once, the others within the pause.
    await pause(random.between(0, Math.min(1, person.pauseSeconds)));
    let answers: readonly string[] = [];
    while (!ending.signal.aborted) {
      const asks = habit.next(answers).value;
      answers = await Promise.all(asks.map((ask) => send(person, ask)));
      await pause(random.around(person.pauseSeconds));
    }
  }

  function pause(seconds: number): Promise<void> {
    return delay(1000 * seconds, undefined, { signal: ending.signal }).catch(() => {});
  }

  /** The answer, or as much of it as came: what went wrong is for the metrics to tell. */
  async function send(person: Person, ask: Ask): Promise<string> {
    let answer = '';
    const signal = leaving(ask);
    try {
      const response = await fetch(new URL(ask.path, serviceUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user': person.user, 'x-team': person.team },
        body: JSON.stringify(ask.body),
        signal,
      });
      if (!response.ok || !response.body) return answer;
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) answer += text;
    } catch {
      // Left, or refused.
    }
    return answer;
  }

  function leaving({ leavesAfterSeconds }: Ask): AbortSignal {
    if (leavesAfterSeconds === undefined) return giveUp.signal;
    return AbortSignal.any([giveUp.signal, AbortSignal.timeout(Math.round(1000 * leavesAfterSeconds))]);
  }

  return {
    async finish() {
      ending.abort();
      const limit = setTimeout(() => giveUp.abort(), 1000 * FINISH_SECONDS);
      await Promise.all(sessions);
      clearTimeout(limit);
    },
  };
}
