import type OpenAI from 'openai';
import type { Endpoint } from '../types.ts';
import { responseUsage, serviceTierOf } from './usage.ts';

/** A long conversation made short; the answer does not name the model. */
export const compact: Endpoint = {
  name: 'responses.compact',
  kind: 'responses',
  answer(request) {
    const { id, created } = request;
    const usage = responseUsage(request.counts);
    const encrypted_content = Buffer.from('simulated compaction').toString('base64');
    return {
      usage,
      serviceTier: serviceTierOf(request),
      body: (): OpenAI.Responses.CompactedResponse => ({
        id: id('resp_', 48),
        object: 'response.compaction',
        created_at: created,
        output: [{ id: id('cmp_', 48), type: 'compaction', encrypted_content }],
        usage,
      }),
    };
  },
};
