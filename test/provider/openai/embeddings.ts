import type OpenAI from 'openai';
import { listAt, numberAt } from '../json.ts';
import type { Endpoint, GenerationRequest } from '../types.ts';

/** Small on purpose: real vectors are three orders larger and test nothing more. */
const DEFAULT_DIMENSIONS = 8;

export const embeddings: Endpoint = {
  name: 'embeddings',
  kind: 'embeddings',
  answer(request) {
    const usage: OpenAI.CreateEmbeddingResponse.Usage = {
      prompt_tokens: request.counts.input,
      total_tokens: request.counts.input,
    };
    return {
      usage,
      body: () => ({ object: 'list', data: vectors(request), model: request.model, usage }),
    };
  },
};

function vectors({ body }: GenerationRequest): object[] {
  const dimensions = numberAt(body, 'dimensions') ?? DEFAULT_DIMENSIONS;
  return Array.from({ length: inputCount(body.input) }, (_, index) => {
    const vector = Float32Array.from({ length: dimensions }, (_, axis) =>
      axis === index % dimensions ? 1 : 0,
    );
    const base64 = Buffer.from(vector.buffer).toString('base64');
    return {
      object: 'embedding',
      index,
      embedding: body.encoding_format === 'base64' ? base64 : [...vector],
    };
  });
}

/** A list is several inputs, unless it is one input's token ids. */
function inputCount(input: unknown): number {
  const items = listAt({ input }, 'input');
  return items.length === 0 || typeof items[0] === 'number' ? 1 : items.length;
}
