import type Anthropic from '@anthropic-ai/sdk';
import type { Dialect, ObjectEndpoint } from '../types.ts';

interface UsualError {
  readonly type: Anthropic.ErrorType | 'request_too_large';
  readonly message: string;
}

const usual: Readonly<Record<number, UsualError>> = {
  400: { type: 'invalid_request_error', message: 'Invalid request.' },
  401: { type: 'authentication_error', message: 'invalid x-api-key' },
  402: { type: 'billing_error', message: 'Your credit balance is too low.' },
  403: { type: 'permission_error', message: 'Your API key lacks the permission for this.' },
  404: { type: 'not_found_error', message: 'Not Found' },
  409: { type: 'conflict_error', message: 'Conflict' },
  413: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
  429: { type: 'rate_limit_error', message: 'This request would exceed your rate limit.' },
  504: { type: 'timeout_error', message: 'Request timed out' },
  529: { type: 'overloaded_error', message: 'Overloaded' },
};
const clientError: UsualError = { type: 'invalid_request_error', message: 'Invalid request.' };
const serverError: UsualError = { type: 'api_error', message: 'Internal server error' };

const RESET = '2026-11-22T00:01:00Z';

export const anthropic: Dialect = {
  name: 'anthropic',
  headers: (requestId) => ({
    'request-id': requestId,
    'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-requests-reset': RESET,
    'anthropic-ratelimit-tokens-limit': '480000',
    'anthropic-ratelimit-tokens-remaining': '480000',
    'anthropic-ratelimit-tokens-reset': RESET,
  }),
  error(status, requestId, message, details = null) {
    const known = usual[status] ?? (status >= 500 ? serverError : clientError);
    const error = { details, type: known.type, message: message ?? known.message };
    return { type: 'error', error, request_id: requestId };
  },
};

export const anthropicModels: ObjectEndpoint = {
  kind: 'object',
  answer: () => ({
    body: () => ({
      data: [modelInfo('claude-sonnet-4-5-20250929', 'Claude Sonnet 4.5', 'sonnet')],
      has_more: false,
      first_id: 'claude-sonnet-4-5-20250929',
      last_id: 'claude-sonnet-4-5-20250929',
    }),
  }),
};

function modelInfo(id: string, display_name: string, line: Anthropic.ModelInfo['line']): Anthropic.ModelInfo {
  return {
    id,
    type: 'model',
    display_name,
    line,
    lifecycle: 'active',
    created_at: '2025-09-29T00:00:00Z',
    deprecated_at: null,
    retires_at: null,
    capabilities: null,
    max_input_tokens: 200_000,
    max_tokens: 64_000,
  };
}
