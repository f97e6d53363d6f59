import type Anthropic from '@anthropic-ai/sdk';
import { chargeOf } from '../billing.ts';
import { RequestError } from '../errors.ts';
import { oddBody } from '../odd.ts';
import type { Charge, Endpoint, GenerationRequest } from '../types.ts';
import { anthropic } from './dialect.ts';

type Result = Anthropic.Messages.MessageBatchResult;

/** One request of a batch and what came of it. */
export interface BatchLine {
  readonly customId: string;
  readonly polls: number | undefined;
  readonly result: Result;
  readonly charge: Charge | undefined;
}

export function runLine(customId: string, asked: GenerationRequest, messages: Endpoint): BatchLine {
  const { scenario } = asked;
  const line = { customId, polls: scenario.polls, charge: undefined };
  switch (scenario.result) {
    case 'errored':
      return { ...line, result: { type: 'errored', error: invalidRequest(asked.id('req_', 32)) } };
    case 'expired':
    case 'canceled':
      return { ...line, result: { type: scenario.result } };
    case undefined:
      break;
    default:
      throw new RequestError(400, `"${scenario.result}" is no result of a batch's request`);
  }
  const request = { ...asked, scenario: { ...scenario, tier: 'batch' } };
  const { body, ...answer } = messages.answer(request);
  const message = body() as Anthropic.Message;
  const charge = chargeOf('messages.batches', request, { ...answer, key: message.id });
  const sent = oddBody(message, scenario) as Anthropic.Message;
  return { ...line, result: { type: 'succeeded', message: sent }, charge };
}

function invalidRequest(requestId: string): Anthropic.ErrorResponse {
  return anthropic.error(400, requestId) as Anthropic.ErrorResponse;
}
