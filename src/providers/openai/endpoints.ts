import { fieldsOf, text } from '../fields.ts';
import type { Endpoint, Operation, Params, ResponseFacts } from '../types.ts';
import { speech, transcription, transcriptionStream } from './audio.ts';
import { imageStream, images } from './images.ts';
import { most, mostOfEmbeddings } from './most.ts';
import { prompt, request, requestAttributes } from './request.ts';
import { completion, response } from './response.ts';
import { askForUsage, chatStream, responseStream } from './stream.ts';

const post = { method: 'post', request } as const;
const readsText = { ...post, requestAttributes, prompt, most };

const responses = {
  ...readsText,
  operation: 'chat',
  requestAttributes: (params: Params) => ({ 'openai.api.type': 'responses', ...requestAttributes(params) }),
  response,
} as const;
const image = { ...post, operation: 'generate_content', response: images, stream: imageStream } as const;
const audio = {
  ...post,
  operation: 'generate_content',
  response: transcription,
  stream: transcriptionStream,
} as const;

export const endpoints: readonly Endpoint[] = [
  {
    ...readsText,
    path: '/chat/completions',
    operation: 'chat',
    requestAttributes: (params) => ({ 'openai.api.type': 'chat_completions', ...requestAttributes(params) }),
    response: completion,
    stream: () => chatStream(completion),
    askForUsage,
  },
  { ...responses, path: '/responses', stream: () => responseStream(response) },
  { ...responses, path: '/responses/compact' },
  {
    ...readsText,
    path: '/completions',
    operation: 'text_completion',
    response: completion,
    stream: () => chatStream(completion),
    askForUsage,
  },
  { ...readsText, path: '/decisions', operation: 'chat', response: completion },
  {
    ...readsText,
    path: '/embeddings',
    operation: 'embeddings',
    response: completion,
    most: mostOfEmbeddings,
  },
  {
    ...post,
    path: '/moderations',
    operation: 'moderation',
    response: completion,
    most: mostOfEmbeddings,
    free: true,
  },
  { ...image, path: '/images/generations' },
  { ...image, path: '/images/edits' },
  { ...image, path: '/images/variations' },
  { ...audio, path: '/audio/transcriptions' },
  { ...audio, path: '/audio/translations' },
  { ...post, path: '/audio/speech', operation: 'generate_content', response: speech },
  // These are charged by time, by size, or by work that no answer tells of.
  withoutUsage('/videos', 'generate_content'),
  withoutUsage('/videos/edits', 'generate_content'),
  withoutUsage('/videos/extensions', 'generate_content'),
  withoutUsage('/videos/{id}/remix', 'generate_content'),
  // Sessions whose sound goes past the app: its sideband connection, if it opens one, is metered.
  withoutUsage('/realtime/calls', 'chat'),
  withoutUsage('/realtime/calls/{id}/accept', 'chat'),
  { ...withoutUsage('/live/sessions', 'chat'), response: sessionBegan },
  { ...withoutUsage('/live/sessions/{id}/fork', 'chat'), response: sessionBegan },
  withoutUsage('/live/sessions/{id}/accept', 'chat'),
  withoutUsage('/containers'),
  withoutUsage('/fine_tuning/jobs'),
  withoutUsage('/vector_stores'),
];

function withoutUsage(path: string, operation: Operation = 'other'): Endpoint {
  return { ...post, path, operation, response: (_, params) => completion(params) };
}

function sessionBegan(body: unknown): ResponseFacts {
  return { session: text(fieldsOf(fieldsOf(body).session).id) };
}

/** Requests that only keep, look up or change things, by the first segments of their path. */
const FREE =
  /^\/(?:agents(?!\/sessions(?:$|\/[^/]+\/events)|.*\/invocations$)|assistants|audio\/voice_consents|chat\/completions\/[^/]+|chatkit|containers|conversations|evals(?!\/[^/]+\/runs$)|files|fine_tuning(?!\/alpha\/graders\/run)|graders\/validate|live|models|organization|projects|realtime|responses\/input_tokens|safety|skills|threads(?!\/runs$|\/[^/]+\/runs(?:$|\/[^/]+\/submit_tool_outputs))|uploads|vaults|vector_stores|webhook_endpoints)(?:\/|$)/;

export const isFree = (path: string): boolean => FREE.test(path);
