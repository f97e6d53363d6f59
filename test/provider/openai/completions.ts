import type OpenAI from 'openai';
import { replyTo } from '../reply.ts';
import type { Endpoint, StreamPart } from '../types.ts';
import { streamError, wantsUsage } from './chat.ts';

type Completion = OpenAI.Completions.Completion;
type Frame = Pick<Completion, 'id' | 'object' | 'created' | 'model'>;

/** The legacy endpoint: its usage has no details. */
export const completions: Endpoint = {
  name: 'completions',
  kind: 'completions',
  answer(request) {
    const { input, output } = request.counts;
    const { text, pieces } = replyTo(request);
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    const frame: Frame = {
      id: request.id('cmpl-', 29),
      object: 'text_completion',
      created: request.created,
      model: request.model,
    };
    return {
      usage,
      body: (): Completion => ({ ...frame, choices: [choice(text, 'stop')], usage }),
      stream: {
        parts: () => chunks(frame, pieces(), wantsUsage(request) ? usage : undefined),
        error: streamError,
      },
    };
  },
};

/** The type knows no null finish reason, but it is what the chunks before the last have. */
function choice(text: string, finish_reason: 'stop' | null) {
  return { text, index: 0, logprobs: null, finish_reason: finish_reason as 'stop' };
}

function* chunks(
  frame: Frame,
  pieces: readonly string[],
  usage: OpenAI.Completions.CompletionUsage | undefined,
): Generator<StreamPart> {
  const nothingYet = usage && { usage: null };
  for (const piece of pieces) {
    yield { data: { ...frame, choices: [choice(piece, null)], ...nothingYet }, kind: 'delta' };
  }
  const last = { ...frame, choices: [choice('', 'stop')], ...nothingYet };
  yield { data: last, kind: usage ? 'frame' : 'end' };
  if (usage) yield { data: { ...frame, choices: [], usage }, kind: 'end' };
  yield { data: '[DONE]', kind: 'frame' };
}
