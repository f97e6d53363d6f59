import type OpenAI from 'openai';
import type { Dialect, ObjectEndpoint } from '../types.ts';

export const SERVER_ERROR_MESSAGE =
  'The server had an error while processing your request. Sorry about that!';

interface UsualError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

const usual: Readonly<Record<number, UsualError>> = {
  400: { message: 'Invalid request.', type: 'invalid_request_error', code: null },
  401: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' },
  403: { message: 'You are not allowed to do this.', type: 'invalid_request_error', code: null },
  404: { message: 'Not found.', type: 'invalid_request_error', code: null },
  429: {
    message: 'Rate limit reached on requests per min (RPM): Limit 500, Used 500, Requested 1.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
};
const serverError: UsualError = { message: SERVER_ERROR_MESSAGE, type: 'server_error', code: null };

export const openai: Dialect = {
  name: 'openai',
  headers: (requestId) => ({
    'x-request-id': requestId,
    'openai-organization': 'org-simulated',
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-limit-tokens': '200000',
    'x-ratelimit-remaining-requests': '499',
    'x-ratelimit-remaining-tokens': '199900',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-reset-tokens': '30ms',
  }),
  error(status, _requestId, message) {
    const fallback = status >= 500 ? serverError : usual[400];
    const known = usual[status] ?? fallback ?? serverError;
    const error: OpenAI.ErrorObject = { ...known, message: message ?? known.message, param: null };
    return { error };
  },
};

export const openaiModels: ObjectEndpoint = {
  kind: 'object',
  answer: () => ({
    body: () => ({
      object: 'list',
      data: ['gpt-4o', 'gpt-4.1-mini'].map(
        (id): OpenAI.Models.Model => ({ id, object: 'model', created: 1744317547, owned_by: 'system' }),
      ),
    }),
  }),
};
