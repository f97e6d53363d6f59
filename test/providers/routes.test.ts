import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anthropic } from '../../src/providers/anthropic/index.ts';
import { openai } from '../../src/providers/openai/index.ts';
import { router } from '../../src/providers/routes.ts';
import type { Provider } from '../../src/providers/types.ts';

function meaning(provider: Provider) {
  const route = router(provider);
  return (request: string) => {
    const [method = '', path = ''] = request.split(' ');
    const found = route(method, path);
    if (found === undefined) return 'free';
    if ('endpoint' in found) return found.endpoint.path;
    return 'unknown' in found ? 'unknown' : `retrieval of ${found.id}`;
  };
}

const cases: [Provider, Record<string, string>][] = [
  [
    openai,
    {
      'post /chat/completions': '/chat/completions',
      'post /responses?beta=true': '/responses',
      'post /videos/v_1/remix': '/videos/{id}/remix',
      'get /responses/resp_1': 'retrieval of resp_1',
      'get /responses/resp_1?stream=true': 'retrieval of resp_1',
      'post /responses/resp_1/cancel': 'retrieval of resp_1',
      'get /batches/batch_1': 'retrieval of batch_1',
      'get /responses/resp_1/input_items': 'free',
      'post /responses/input_tokens': 'free',
      'get /chat/completions': 'free',
      'post /chat/completions/chatcmpl_1': 'free',
      'post /files': 'free',
      'post /vector_stores/vs_1/search': 'free',
      'post /fine_tuning/jobs': '/fine_tuning/jobs',
      'post /fine_tuning/jobs/j_1/cancel': 'free',
      'post /realtime/client_secrets': 'free',
      'post /evals': 'free',
      'post /evals/e_1/runs': 'unknown',
      'post /threads': 'free',
      'post /threads/t_1/runs': 'unknown',
      'post /threads/runs': 'unknown',
      'post /some/new/endpoint': 'unknown',
      'get /some/new/endpoint': 'free',
      'delete /files/f_1': 'free',
      'post https://api.openai.com/v1/chat/completions': '/chat/completions',
      'post https://api.openai.com/v1/files': 'free',
      'post /v1/embeddings': '/embeddings',
      'post /agents/a_1': 'free',
      'post /agents/sessions': 'unknown',
      'post /agents/sessions/s_1/events': 'unknown',
      'post /agents/automations/a_1/invocations': 'unknown',
      'post /fine_tuning/alpha/graders/run': 'unknown',
      'post /threads/t_1/runs/r_1/cancel': 'free',
      'post /live/sessions': '/live/sessions',
    },
  ],
  [
    anthropic,
    {
      'post /v1/messages': '/v1/messages',
      'post /v1/messages?beta=true': '/v1/messages',
      'post /v1/messages/count_tokens': 'free',
      'post /v1/messages/batches': 'retrieval of ',
      'post /v1/messages/batches/b_1/cancel': 'free',
      'get /v1/messages/batches/b_1': 'free',
      'get https://api.anthropic.com/v1/messages/batches/b_1/results': 'retrieval of b_1',
      'get https://proxy.example/anthropic/v1/messages/batches/b_1/results': 'retrieval of b_1',
      'post /v1/files': 'free',
      'post https://api.anthropic.com/v1/messages': '/v1/messages',
      'post /v1/sessions': 'unknown',
      'post /v1/sessions/s_1/events': 'unknown',
      'post /v1/sessions/s_1/archive': 'free',
      'post /v1/some/new/endpoint': 'unknown',
    },
  ],
];

describe('what a request means', () => {
  for (const [provider, expected] of cases) {
    test(provider.name, () => {
      const found = meaning(provider);
      assert.deepEqual(
        Object.fromEntries(Object.keys(expected).map((request) => [request, found(request)])),
        expected,
      );
    });
  }
});
