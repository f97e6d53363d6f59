import { answerSchema, toolToCall } from './conversation.ts';
import { exampleOf } from './schema.ts';
import type { GenerationRequest } from './types.ts';

/** What the model says: text, or one call of a tool. */
export interface Reply {
  readonly tool: { readonly name: string; readonly input: unknown } | undefined;
  /** The answer's text, or the tool's arguments as JSON. */
  readonly text: string;
  /** `text`, cut into the content chunks of a stream. */
  pieces(): readonly string[];
}

const DEFAULT_CHUNKS = 8;
const DEFAULT_BYTES_LIMIT = 2000;

/** Has characters of 1, 2, 3 and 4 bytes, so that every split of a stream meets some. */
const sample = 'Hi 👋 from the simulated provider: naïve café, 東京, 🎉 and so on. ';

export function replyTo(request: GenerationRequest): Reply {
  const { body, scenario, counts } = request;
  const { errorat = 0, cutat = 0, hangat = 0 } = scenario;
  // A fault after K chunks needs K chunks.
  const chunks = Math.max(scenario.chunks ?? DEFAULT_CHUNKS, errorat, cutat, hangat, 1);
  const called = toolToCall(body);
  const schema = answerSchema(body);
  if (called !== undefined) {
    const input = exampleOf(called.schema ?? {});
    const text = JSON.stringify(input);
    return { tool: { name: called.name, input }, text, pieces: () => split(text, chunks) };
  }
  const visible = 4 * (counts.output - counts.reasoning);
  const bytes = scenario.bytes ?? Math.max(4 * chunks, Math.min(visible, DEFAULT_BYTES_LIMIT));
  const text = schema === undefined ? sampleText(bytes) : JSON.stringify(exampleOf(schema));
  return { tool: undefined, text, pieces: () => split(text, chunks) };
}

/** Exactly so many bytes in UTF-8; dots stand where a whole character does not fit. */
function sampleText(bytes: number): string {
  const size = Buffer.byteLength(sample);
  let text = sample.repeat(Math.floor(bytes / size));
  let left = bytes % size;
  for (const character of sample) {
    if (Buffer.byteLength(character) > left) break;
    text += character;
    left -= Buffer.byteLength(character);
  }
  return text + '.'.repeat(left);
}

/** Exactly so many pieces, of whole characters; some are empty when there are fewer characters. */
function split(text: string, pieces: number): string[] {
  const characters = [...text];
  const start = (piece: number) => Math.floor((piece * characters.length) / pieces);
  return Array.from({ length: pieces }, (_, i) => characters.slice(start(i), start(i + 1)).join(''));
}
