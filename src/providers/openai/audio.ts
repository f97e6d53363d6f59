import { TextSize } from '../../text-size.ts';
import { NO_COUNTS, textOutput, type Units, type Usage, uncachedInput } from '../../usage.ts';
import { fieldsOf, MOST_OF_A_CALL, text } from '../fields.ts';
import type { Params, ResponseFacts, StreamReader } from '../types.ts';
import { readOpenAIUsage } from './usage.ts';

/** Transcriptions and translations: charged by the token or by the second, as the usage says. */
export function transcription(body: unknown): ResponseFacts {
  const { usage: rawUsage, duration } = fieldsOf(body);
  const { type, seconds } = fieldsOf(rawUsage);
  const byTime = type === 'duration' || rawUsage == null;
  return {
    rawUsage,
    usage: byTime ? ofUnits({ audioSeconds: numberOf(seconds ?? duration) }) : readOpenAIUsage(rawUsage),
  };
}

/** The events of a streamed transcription; the last one has the usage. */
export function transcriptionStream(): StreamReader {
  const written = new TextSize();
  let done: unknown;
  return {
    written,
    push(event) {
      const { type, delta } = fieldsOf(event);
      if (type === 'transcript.text.delta') written.add(delta);
      if (type === 'transcript.text.done') done = event;
    },
    get complete() {
      return done !== undefined;
    },
    facts: () => (done === undefined ? {} : transcription(done)),
  };
}

/** Speech comes as bytes, without usage: the models that are charged by the character need none. */
export function speech(_: unknown, params: Params): ResponseFacts {
  const model = text(params.model);
  const spoken = text(params.input)?.length ?? 0;
  return { usage: model?.startsWith('tts-') ? ofUnits({ characters: spoken }) : undefined };
}

/** Old answers have the duration as text. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || text(value) ? Number(value) : Number.NaN;
}

export function ofUnits(units: Omit<Units, 'images'>): Usage | undefined {
  const possible = Object.values(units).every((value) => value >= 0 && value <= MOST_OF_A_CALL);
  if (!possible) return undefined;
  return {
    input: uncachedInput(0),
    output: textOutput(0),
    units,
    serverTools: NO_COUNTS,
    raw: undefined,
  };
}
