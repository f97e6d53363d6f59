import { anthropicPath, bedrockRoute, vertexRoute } from './anthropic/clouds.ts';
import { textCompletions } from './anthropic/completions.ts';
import { anthropic, anthropicModels } from './anthropic/dialect.ts';
import { createMessageBatches } from './anthropic/message-batches.ts';
import { countMessageTokens, createMessages } from './anthropic/messages.ts';
import type { Threads } from './anthropic/threads.ts';
import { anthropicOther } from './anthropic/usage.ts';
import { RequestError } from './errors.ts';
import { type JsonObject, stringAt } from './json.ts';
import { createBatches } from './openai/batches.ts';
import { chat } from './openai/chat.ts';
import { completions } from './openai/completions.ts';
import { openai, openaiModels } from './openai/dialect.ts';
import { embeddings } from './openai/embeddings.ts';
import { createFiles } from './openai/files.ts';
import { imageEdits, imageGenerations, imageVariations } from './openai/images.ts';
import { moderations } from './openai/moderations.ts';
import { createResponses } from './openai/responses.ts';
import { speech } from './openai/speech.ts';
import { transcriptions, translations } from './openai/transcriptions.ts';
import { openaiOther } from './openai/usage.ts';
import { type StreamFormat, serverSentEvents } from './sse.ts';
import { createLookup, type Table } from './table.ts';
import type { Dialect, Endpoint, ObjectEndpoint, ReceivedRequest } from './types.ts';

export interface Route {
  readonly dialect: Dialect;
  readonly azure: boolean;
  /** By header; SDKs before 1.0 say it in the query. */
  readonly beta: boolean;
  /** Cloud vendors name the model in the path. */
  readonly model: string | undefined;
  /** Where the path says whether to stream. */
  readonly stream: boolean | undefined;
  readonly format: StreamFormat;
  readonly ids: readonly string[];
  /** undefined: there is nothing at this path. */
  readonly target: Endpoint | ObjectEndpoint | undefined;
}

/** What a vendor's path says; the rest is as at home. */
export type VendorRoute = Pick<Route, 'model' | 'stream' | 'format' | 'dialect'> & { readonly path: string };

type Routes = Table<Endpoint | ObjectEndpoint>;

function openaiRoutes(): Routes {
  const responses = createResponses();
  const batches = createBatches();
  const files = createFiles();
  return {
    'GET /models': openaiModels,
    'POST /chat/completions': chat,
    'POST /completions': completions,
    'POST /embeddings': embeddings,
    'POST /moderations': moderations,
    'POST /responses': responses.create,
    'POST /responses/compact': responses.compact,
    'GET /responses/{id}': responses.retrieve,
    'POST /responses/{id}/cancel': responses.cancel,
    'POST /images/generations': imageGenerations,
    'POST /images/edits': imageEdits,
    'POST /images/variations': imageVariations,
    'POST /audio/transcriptions': transcriptions,
    'POST /audio/translations': translations,
    'POST /audio/speech': speech,
    'POST /batches': batches.create,
    'GET /batches': batches.list,
    'GET /batches/{id}': batches.retrieve,
    'POST /batches/{id}/cancel': batches.cancel,
    'POST /files': files.create,
    'GET /files/{id}': files.retrieve,
    'POST /some/*': openaiOther,
  };
}

function anthropicRoutes(threads: Threads): Routes {
  const messages = createMessages(threads);
  const batches = createMessageBatches(messages);
  return {
    'GET /v1/models': anthropicModels,
    'POST /v1/messages': messages,
    'POST /v1/messages/count_tokens': countMessageTokens,
    'POST /v1/messages/batches': batches.create,
    'GET /v1/messages/batches': batches.list,
    'GET /v1/messages/batches/{id}': batches.retrieve,
    'GET /v1/messages/batches/{id}/results': batches.results,
    'POST /v1/messages/batches/{id}/cancel': batches.cancel,
    'POST /v1/complete': textCompletions,
    'POST /v1/some/*': anthropicOther,
  };
}

const azurePath = /^\/openai(?:\/deployments\/([^/]+)|\/v1)?(\/.+)$/;

/** Where an OpenAI client is served: its path below `/v1`, or below what Azure has in place of that. */
export function openaiPath(pathname: string): { path: string; deployment?: string; azure: boolean } {
  const [, deployment, path] = azurePath.exec(pathname) ?? [];
  if (path === undefined) return { path: pathname.replace(/^\/v1(?=\/)/, ''), azure: false };
  return { path, azure: true, ...(deployment && { deployment: decodeURIComponent(deployment) }) };
}

export function createRouter(
  threads: Threads,
): (request: Pick<ReceivedRequest, 'method' | 'path' | 'headers'>) => Route {
  const findOpenai = createLookup(openaiRoutes());
  const findAnthropic = createLookup(anthropicRoutes(threads));
  return ({ method, path, headers }) => {
    const { pathname, searchParams: query } = new URL(path, 'http://provider');
    const beta = query.get('beta') === 'true' || headers['anthropic-beta'] !== undefined;
    const vendor = bedrockRoute(pathname) ?? vertexRoute(pathname);
    if (vendor !== undefined) {
      const { path: home, ...rest } = vendor;
      return { ...rest, beta, azure: false, ids: [], target: findAnthropic(method, home)?.target };
    }
    const own = { model: undefined, stream: undefined, format: serverSentEvents };
    if (headers['anthropic-version'] !== undefined || anthropicPath.test(pathname)) {
      // Microsoft Foundry serves it below `/anthropic`.
      const { target, ids = [] } =
        findAnthropic(method, pathname.replace(/^\/anthropic(?=\/v1\/)/, '')) ?? {};
      return { ...own, dialect: anthropic, beta, azure: false, ids, target };
    }
    const { path: below, deployment: model, azure } = openaiPath(pathname);
    const { target, ids = [] } = findOpenai(method, below) ?? {};
    return { ...own, dialect: openai, beta: false, azure, model, ids, target };
  };
}

/**
 * With its directives. The body's goes before the path's, as apps know the model and not what their
 * deployment is called; but whichever has directives is taken.
 */
export function namedModel(body: JsonObject, { model }: Pick<Route, 'model'>, endpoint: Endpoint): string {
  const names = [stringAt(body, 'model'), model, endpoint.defaultModel];
  const named = names.find((name) => name?.includes('@')) ?? names.find((name) => name !== undefined);
  if (named === undefined) throw new RequestError(400, 'you must provide a model parameter');
  return named;
}
