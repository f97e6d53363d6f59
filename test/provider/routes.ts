import { anthropic } from './anthropic/dialect.ts';
import { countMessageTokens, createMessages } from './anthropic/messages.ts';
import type { Threads } from './anthropic/threads.ts';
import { chat } from './openai/chat.ts';
import { completions } from './openai/completions.ts';
import { openai } from './openai/dialect.ts';
import { embeddings } from './openai/embeddings.ts';
import { responses } from './openai/responses.ts';
import type { Dialect, Endpoint } from './types.ts';

export interface Route {
  readonly dialect: Dialect;
  readonly azure: boolean;
  /** By header; SDKs before 1.0 say it in the query. */
  readonly beta: boolean;
  /** Azure names the model in the path. */
  readonly deployment: string | undefined;
  /** undefined: there is nothing at this path. */
  readonly target: Endpoint | 'models' | undefined;
}

interface Call {
  readonly method: string;
  readonly path: string;
  header(name: string): string | undefined;
}

const openaiEndpoints: Readonly<Record<string, Endpoint>> = {
  '/chat/completions': chat,
  '/completions': completions,
  '/embeddings': embeddings,
  '/responses': responses,
};

const azurePath = /^\/openai(?:\/deployments\/([^/]+)|\/v1)?(\/.+)$/;

export function createRouter(threads: Threads): (call: Call) => Route {
  const anthropicEndpoints: Readonly<Record<string, Endpoint>> = {
    '/v1/messages': createMessages(threads),
    '/v1/messages/count_tokens': countMessageTokens,
  };
  return (call) => {
    const { method, path } = call;
    const { pathname, searchParams: query } = new URL(path, 'http://provider');
    const beta = query.get('beta') === 'true' || call.header('anthropic-beta') !== undefined;
    const isAnthropic =
      call.header('anthropic-version') !== undefined || Object.hasOwn(anthropicEndpoints, pathname);
    if (isAnthropic) {
      const target = find(method, pathname, anthropicEndpoints, '/v1/models');
      return { dialect: anthropic, beta, azure: false, deployment: undefined, target };
    }
    const azure = azurePath.exec(pathname);
    const subpath = azure?.[2] ?? (pathname.startsWith('/v1/') ? pathname.slice('/v1'.length) : '');
    const deployment = azure?.[1] === undefined ? undefined : decodeURIComponent(azure[1]);
    const target = find(method, subpath, openaiEndpoints, '/models');
    return { dialect: openai, beta: false, azure: azure !== null, deployment, target };
  };
}

function find(
  method: string,
  path: string,
  endpoints: Readonly<Record<string, Endpoint>>,
  models: string,
): Endpoint | 'models' | undefined {
  if (method === 'GET') return path === models ? 'models' : undefined;
  return method === 'POST' && Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
}
