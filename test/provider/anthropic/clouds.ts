import { amazonEventStream } from '../event-stream.ts';
import type { VendorRoute } from '../routes.ts';
import { serverSentEvents } from '../sse.ts';
import type { Dialect } from '../types.ts';
import { anthropic } from './dialect.ts';

/** Paths that no other provider has; the rest is known by the `anthropic-version` header. */
export const anthropicPath = /^\/v1\/(messages|complete)(\/|$)/;

const bedrockPath = /^\/model\/([^/]+)\/invoke(-with-response-stream)?$/;
const vertexPath =
  /^(?:\/v1)?\/projects\/[^/]+\/locations\/[^/]+\/publishers\/anthropic\/models\/(.+):(rawPredict|streamRawPredict)$/;

/** Bedrock's errors are a message alone; the type is in a header that the SDK does not read. */
const bedrock: Dialect = {
  name: 'anthropic',
  headers: (requestId) => ({ 'x-amzn-requestid': requestId }),
  error(status, requestId, message) {
    const { error } = anthropic.error(status, requestId, message) as { error: { message: string } };
    return { message: error.message };
  },
};

export function bedrockRoute(pathname: string): VendorRoute | undefined {
  const [, model, streaming] = bedrockPath.exec(pathname) ?? [];
  if (model === undefined) return undefined;
  const stream = streaming !== undefined;
  return {
    path: '/v1/messages',
    model: bedrockModel(decodeURIComponent(model)),
    stream,
    format: amazonEventStream,
    dialect: bedrock,
  };
}

export function vertexRoute(pathname: string): VendorRoute | undefined {
  const [, encoded, method] = vertexPath.exec(pathname) ?? [];
  if (encoded === undefined) return undefined;
  const own = { format: serverSentEvents, dialect: anthropic };
  const model = decodeURIComponent(encoded);
  if (model === 'count-tokens') {
    return { ...own, path: '/v1/messages/count_tokens', model: undefined, stream: false };
  }
  return { ...own, path: '/v1/messages', model: vertexModel(model), stream: method === 'streamRawPredict' };
}

/** `us.anthropic.claude-sonnet-4-5-20250929-v1:0` is answered as `claude-sonnet-4-5-20250929`. */
function bedrockModel(named: string): string {
  const [, model = named, directives = ''] =
    /^(?:.*\banthropic\.)?([^@]+?)(?:-v\d+(?::\d+)?)?(@.*)?$/.exec(named) ?? [];
  return model + directives;
}

/** `claude-sonnet-4-5@20250929` is answered as `claude-sonnet-4-5-20250929`. */
function vertexModel(named: string): string {
  return named.replace(/@(\d{8})(?=@|$)/, '-$1').replace(/@default(?=@|$)/, '');
}
