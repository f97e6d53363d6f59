import { TextSize } from '../../text-size.ts';
import { type Fields, fieldsOf } from '../fields.ts';
import type { ResponseFacts, StreamReader } from '../types.ts';

/**
 * Messages: `message_start` has the input's counts, tier, speed and region; each `message_delta` has
 * cumulative counts that lack some of those. The later ones are laid over the first, never added.
 */
export function messageStream(read: (body: unknown) => ResponseFacts | undefined): StreamReader {
  let message: Fields | undefined;
  let usage: Record<string, unknown> | undefined;
  let stopReason: unknown;
  let complete = false;
  const written = new TextSize();

  function merge(update: unknown): void {
    if (typeof update !== 'object' || update === null) return;
    usage ??= {};
    for (const [name, value] of Object.entries(update)) {
      if (value !== null || !(name in usage)) usage[name] = value;
    }
  }

  return {
    written,
    push(event) {
      const fields = fieldsOf(event);
      switch (fields.type) {
        case 'content_block_delta':
          addDelta(written, fieldsOf(fields.delta));
          break;
        case 'message_start':
          message = fieldsOf(fields.message);
          merge(message.usage);
          break;
        case 'message_delta':
          merge(fields.usage);
          stopReason = fieldsOf(fields.delta).stop_reason ?? stopReason;
          complete = usage !== undefined && stopReason !== undefined;
          break;
        case 'message_stop':
          complete = usage !== undefined;
          break;
      }
    },
    get complete() {
      return complete;
    },
    facts: () => read({ ...message, usage, stop_reason: stopReason }) ?? {},
  };
}

function addDelta(written: TextSize, { text, partial_json, thinking }: Fields): void {
  written.add(text);
  written.add(partial_json);
  written.add(thinking);
}
