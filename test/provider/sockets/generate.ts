import { billing, chargeOf } from '../billing.ts';
import type { Context } from '../context.ts';
import { RequestError } from '../errors.ts';
import { rejectByteFaults } from '../faults.ts';
import { readGeneration } from '../generation.ts';
import type { JsonObject } from '../json.ts';
import { oddParts } from '../odd.ts';
import type { Scenario } from '../scenarios.ts';
import { sendStream } from '../send.ts';
import { type StreamFormat, textOf } from '../sse.ts';
import type { Endpoint } from '../types.ts';
import type { Message } from './message.ts';

const webSocketMessages: StreamFormat = {
  contentType: '',
  encode: ({ data }) => Buffer.from(textOf(data)),
};

/** Answers a message with the events of one generation. */
export async function generate(
  context: Context,
  message: Message,
  endpoint: Endpoint,
  body: JsonObject,
  named: string,
  azure: boolean,
  refuse?: (status: number) => Promise<void>,
): Promise<void> {
  const { seed, id } = context;
  const over: Scenario | undefined = context.scenarioOf(message);
  const reading = { seed, id, azure, beta: false, created: context.tick(), scenario: over };
  const request = readGeneration(reading, body, named, endpoint.kind);
  const { scenario } = request;
  rejectByteFaults(scenario);
  await message.pause(scenario.headersms);
  if (refuse !== undefined && context.fails(message, scenario)) {
    message.fault = 'status';
    return refuse(scenario.status ?? 500);
  }
  const answer = endpoint.answer(request);
  if (answer.stream === undefined) throw new RequestError(400, 'There is no stream of this.');
  const charge = chargeOf(endpoint.name, request, answer, true);
  const bill = () => {
    if (charge !== undefined) context.bill('openai', charge);
  };
  const parts = oddParts(billing(answer.stream.parts(), bill), scenario);
  return sendStream(message, {}, parts, answer.stream.error, scenario, webSocketMessages);
}
