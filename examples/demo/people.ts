import type { Random } from './random.ts';
import { contract, point, question, task } from './texts.ts';

/** One request to the service. */
export interface Ask {
  readonly path: '/chat' | '/ask' | '/summarize' | '/index' | '/agent';
  readonly body: object;
  /** The user has seen enough after so many seconds, and leaves. */
  readonly leavesAfterSeconds?: number;
}

/** What somebody does, without end: yields what is asked at the same time and is given the answers. */
export type Habit = Generator<readonly Ask[], never, readonly string[]>;

export interface Person {
  readonly user: string;
  readonly team: string;
  /** How many conversations run side by side. */
  readonly sessions: number;
  /** Between an answer and the next question, on average. */
  readonly pauseSeconds: number;
  habit(random: Random): Habit;
}

export const people: readonly Person[] = [
  {
    user: 'dmitri',
    team: 'legal',
    sessions: 2,
    pauseSeconds: 1.2,
    habit: (random) => asking(random, 'claude-opus-4-5', 80_000),
  },
  {
    user: 'lena',
    team: 'legal',
    sessions: 2,
    pauseSeconds: 1,
    habit: (random) => summarizing(random, 'claude-sonnet-4-6', 20_000),
  },
  {
    user: 'ada',
    team: 'research',
    sessions: 2,
    pauseSeconds: 0.6,
    habit: (random) => delegating(random),
  },
  {
    user: 'maria',
    team: 'support',
    sessions: 4,
    pauseSeconds: 0.5,
    habit: (random) => chatting(random, 'gpt-4.1-mini'),
  },
  {
    user: 'tom',
    team: 'support',
    sessions: 3,
    pauseSeconds: 0.6,
    habit: (random) => chatting(random, random.pick(['gpt-4.1-mini', 'llama-3.3-70b'])),
  },
  {
    user: 'farid',
    team: 'growth',
    sessions: 2,
    pauseSeconds: 0.6,
    habit: (random) => drafting(random),
  },
  {
    user: 'nightly-index',
    team: 'platform',
    sessions: 1,
    pauseSeconds: 1.2,
    habit: (random) => indexing(random),
  },
];

/** Conversations of a few turns, each sent with all that was said before. */
function* chatting(random: Random, model: string): Habit {
  for (;;) {
    const messages: object[] = [];
    for (let turn = random.whole(2, 6); turn > 0; turn--) {
      messages.push({ role: 'user', content: question(random) });
      const [answer] = yield [{ path: '/chat', body: { model, messages, maxTokens: 300 } }];
      messages.push({ role: 'assistant', content: answer });
    }
  }
}

/** Long answers, of which mostly only the beginning is read. */
function* drafting(random: Random): Habit {
  for (;;) {
    const messages = [
      { role: 'user', content: `Write an advertisement for this:\n${contract(random, 6000)}` },
    ];
    if (random.next() < 0.5) {
      yield [
        { path: '/chat', body: { model: random.pick(['gpt-4o', 'gpt-4.1']), messages, maxTokens: 200 } },
      ];
    } else {
      const body = { model: 'gpt-4o', messages, maxTokens: 3000 };
      yield [{ path: '/chat', body, leavesAfterSeconds: random.between(0.6, 1.4) }];
    }
  }
}

function* asking(random: Random, model: string, characters: number): Habit {
  for (;;) {
    const document = contract(random, random.between(0.5, 1.5) * characters);
    for (let questions = random.whole(3, 7); questions > 0; questions--) {
      yield [{ path: '/ask', body: { model, document, question: point(random) } }];
    }
  }
}

function* summarizing(random: Random, model: string, characters: number): Habit {
  for (;;) {
    const document = contract(random, random.between(0.5, 1.5) * characters);
    yield [{ path: '/summarize', body: { model, document } }];
  }
}

function* delegating(random: Random): Habit {
  for (;;) {
    const model = random.pick(['o4-mini', 'o4-mini', 'gpt-4.1']);
    yield [{ path: '/agent', body: { model, task: `${task(random)}\n\n${contract(random, 4000)}` } }];
  }
}

/** A batch job that asks for more at once than the rate limit allows. */
function* indexing(random: Random): Habit {
  for (;;) {
    const texts = Array.from({ length: 8 }, () => contract(random, 3000));
    const index: Ask = { path: '/index', body: { model: 'text-embedding-3-small', texts } };
    const summaries = texts.slice(0, random.whole(3, 7)).map((document): Ask => {
      return { path: '/summarize', body: { model: 'claude-haiku-4-5', document } };
    });
    yield [index];
    yield summaries;
  }
}
