import { TextSize } from '../text-size.ts';
import { NO_COUNTS, textOutput, type Usage, uncachedInput } from '../usage.ts';

/** What each message of a conversation adds to its text. */
const TOKENS_PER_MESSAGE = 3;

/**
 * The usage of a call whose answer was cut short: what the provider said so far stands, the rest is
 * estimated from the prompt and from the text that came.
 */
export function estimateUsage(
  known: Usage | undefined,
  prompt: unknown,
  written: TextSize | undefined,
): Usage {
  const output = Math.max(known?.output.total ?? 0, written?.tokens ?? 0);
  return {
    serverTools: NO_COUNTS,
    raw: undefined,
    ...known,
    input: known?.input ?? uncachedInput(promptTokens(prompt)),
    output:
      known && known.output.total >= output ? known.output : textOutput(output, known?.output.reasoning),
    estimated: true,
  };
}

function promptTokens(prompt: unknown): number {
  const size = new TextSize();
  size.addAll(prompt);
  return size.tokens + TOKENS_PER_MESSAGE * (1 + messages(prompt));
}

function messages(prompt: unknown): number {
  if (!Array.isArray(prompt)) return 0;
  return prompt.reduce((sum: number, part: unknown) => sum + (Array.isArray(part) ? part.length : 0), 0);
}
