import { RequestError } from '../errors.ts';
import { type JsonObject, listAt, objectAt, stringAt } from '../json.ts';

type Turn = Pick<JsonObject, 'messages' | 'system' | 'tools'>;

/**
 * The message threads beta, which `beta.messages.toolRunner` uses: the server holds the conversation, and
 * a request continues from the id of a reply with only what is new.
 */
export interface Threads {
  /** The request with the whole conversation in it. */
  resolve(body: JsonObject): JsonObject;
  /** Keeps the conversation under the reply's id, when the request is of a thread. */
  record(body: JsonObject, replyId: string, content: unknown): void;
}

export function createThreads(): Threads {
  const turns = new Map<string, Turn>();
  return {
    resolve(body) {
      const thread = objectAt(body, 'thread');
      if (thread?.type !== 'continue') return body;
      const id = stringAt(thread, 'previous_message_id') ?? '';
      const earlier = turns.get(id);
      if (earlier === undefined) {
        throw new RequestError(404, `No thread ends in ${id}`, { error_code: 'thread_not_found' });
      }
      return { ...body, ...earlier, messages: [...listAt(earlier, 'messages'), ...listAt(body, 'messages')] };
    },
    record(body, replyId, content) {
      if (objectAt(body, 'thread') === undefined) return;
      const messages = [...listAt(body, 'messages'), { role: 'assistant', content }];
      turns.set(replyId, { messages, system: body.system, tools: body.tools });
    },
  };
}
