import { billing, chargeOf } from './billing.ts';
import type { Context } from './context.ts';
import { RequestError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { rejectStreamFaults, withoutFaults } from './faults.ts';
import { type Reading, readGeneration } from './generation.ts';
import { isObject, type JsonObject } from './json.ts';
import { oddBody, oddParts } from './odd.ts';
import { namedModel, type Route } from './routes.ts';
import { sendBody, sendPage, sendStream } from './send.ts';
import type { Endpoint, ObjectEndpoint, ObjectRequest } from './types.ts';

interface Call {
  readonly exchange: Exchange;
  readonly route: Route;
  readonly requestId: string;
  readonly reading: Reading;
}

/** Makes the function that answers one HTTP request to its end. */
export function createAnswering(context: Context): (exchange: Exchange) => Promise<void> {
  async function generate(call: Call, endpoint: Endpoint): Promise<void> {
    const { exchange, route, requestId, reading } = call;
    const asked = readBody(exchange);
    const stream = route.stream ?? endpoint.wantsStream?.(asked) ?? asked.stream === true;
    const named = namedModel(asked, route, endpoint);
    const request = readGeneration(reading, context.threads.resolve(asked), named, endpoint.kind);
    const { scenario } = request;
    if (!stream && endpoint.name !== 'messages.count_tokens') rejectStreamFaults(scenario);

    await exchange.pause(scenario.headersms);
    if (context.fails(exchange, scenario)) {
      exchange.fault = 'status';
      return refuse(call, scenario.status ?? 500);
    }
    const headers = route.dialect.headers(requestId);
    const format = route.format;
    if (scenario.emptybody || scenario.html) {
      return sendPage(exchange, headers, scenario, stream ? format.contentType : 'application/json');
    }

    const answer = endpoint.answer(request);
    const isStreamed = stream && answer.stream !== undefined;
    const charge = chargeOf(endpoint.name, request, answer, isStreamed);
    const bill = () => {
      if (charge !== undefined) context.bill(route.dialect.name, charge);
    };
    if (!isStreamed || answer.stream === undefined) {
      const body = answer.body();
      const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : oddBody(body, scenario);
      return sendBody(exchange, typed(headers, answer.contentType), sent, scenario, bill);
    }
    const parts = oddParts(billing(answer.stream.parts(), bill), scenario);
    return sendStream(exchange, headers, parts, answer.stream.error, scenario, format);
  }

  async function lookUp(call: Call, target: ObjectEndpoint): Promise<void> {
    const { exchange, route, requestId, reading } = call;
    const { scenario: given = {}, contentType, charges = [], ...answer } = target.answer(objectRequest(call));
    const scenario = withoutFaults(given);
    const headers = route.dialect.headers(requestId);
    const bill = () => {
      for (const charge of charges) context.bill(route.dialect.name, charge);
    };
    if (answer.stream === undefined) {
      const body = answer.body();
      const sent = typeof body === 'string' ? body : oddBody(body, scenario);
      return sendBody(exchange, typed(headers, contentType), sent, reading.scenario ?? {}, bill);
    }
    const parts = oddParts(billing(answer.stream.parts(), bill), scenario);
    return sendStream(exchange, headers, parts, answer.stream.error, scenario, route.format);
  }

  return async (exchange) => {
    const created = context.tick();
    const route = context.findRoute(exchange);
    const { seed, id } = context;
    const { azure, beta, target } = route;
    const scenario = context.scenarioOf(exchange);
    const reading = { seed, azure, beta, created, id, scenario };
    const call = { exchange, route, requestId: id('req_', 32), reading };
    try {
      if (target === undefined) throw notFound(exchange);
      await (target.kind === 'object' ? lookUp(call, target) : generate(call, target));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      refuse(call, error.status, error.message, error.details);
    }
  };
}

function objectRequest({ exchange, route, reading }: Call): ObjectRequest {
  const origin = `http://${exchange.header('host') ?? ''}`;
  return {
    ids: route.ids,
    query: new URL(exchange.path, origin).searchParams,
    body: isObject(exchange.body) ? exchange.body : {},
    origin,
    created: reading.created,
    id: reading.id,
    generation: (body, model, kind) => readGeneration(reading, body, model, kind),
  };
}

function readBody(exchange: Exchange): JsonObject {
  if (isObject(exchange.body)) return exchange.body;
  throw new RequestError(400, 'We could not parse the JSON body of your request.');
}

function typed(headers: Record<string, string>, contentType = 'application/json'): Record<string, string> {
  return { 'content-type': contentType, ...headers };
}

function notFound({ method, path }: Exchange): RequestError {
  return new RequestError(404, `Invalid URL (${method} ${path.split('?')[0]})`);
}

function refuse(call: Call, status: number, message?: string, details: object | null = null): void {
  const { exchange, route, requestId } = call;
  const headers = typed(route.dialect.headers(requestId));
  // A retry must not make a test wait.
  exchange.head(status, { ...headers, 'retry-after-ms': '1' });
  exchange.end(JSON.stringify(route.dialect.error(status, requestId, message, details)));
}
