import { createThreads } from './anthropic/threads.ts';
import { RequestError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { createFailures } from './failures.ts';
import { createIds } from './ids.ts';
import { isObject, type JsonObject, objectAt, stringAt } from './json.ts';
import { snapshotOf } from './models.ts';
import { oddBody, oddParts, oddUsage } from './odd.ts';
import { createRouter, type Route } from './routes.ts';
import { parseModel, type Scenario } from './scenarios.ts';
import { sendBody, sendPage, sendStream } from './send.ts';
import { countTokens } from './tokens.ts';
import type { Answer, BilledCall, Endpoint, ReceivedRequest, StreamPart } from './types.ts';

/** Where the provider's clock stands at start; every request is one second. */
const START_SECONDS = Date.UTC(2026, 10, 22) / 1000;

interface Call {
  readonly exchange: Exchange;
  readonly route: Route;
  readonly requestId: string;
  readonly created: number;
}

/** Makes the function that answers one request to its end. All state of a provider is in here. */
export function createAnswering(
  seed: number,
  billed: BilledCall[],
  scenarioOf?: (request: ReceivedRequest) => Scenario,
): (exchange: Exchange) => Promise<void> {
  const threads = createThreads();
  const findRoute = createRouter(threads);
  const fails = createFailures();
  const id = createIds(seed);
  let clock = START_SECONDS;

  async function generate(call: Call, endpoint: Endpoint): Promise<void> {
    const { exchange, route, requestId, created } = call;
    const asked = readBody(exchange);
    const named = stringAt(asked, 'model') ?? route.deployment;
    if (named === undefined) throw new RequestError(400, 'you must provide a model parameter');
    const { model: base, scenario: inName } = parseModel(named, endpoint.kind);
    const scenario = { ...inName, ...scenarioOf?.(exchange) };
    const stream = asked.stream === true;
    rejectStreamFaults(scenario, stream, endpoint);

    await exchange.pause(scenario.headersms);
    if (fails(exchange, scenario)) {
      exchange.fault = 'status';
      return refuse(call, scenario.status ?? 500);
    }
    const headers = route.dialect.headers(requestId);
    if (scenario.emptybody || scenario.html) return sendPage(exchange, headers, scenario, stream);

    const body = threads.resolve(asked);
    const model = scenario.model ?? snapshotOf(base);
    const counts = countTokens(body, scenario, seed);
    const { azure, beta } = route;
    const answer = endpoint.answer({ body, azure, beta, model, scenario, counts, created, id });
    const bill = () => {
      const entry = billFor(answer, scenario, body);
      if (entry === undefined) return;
      billed.push({ provider: route.dialect.name, endpoint: endpoint.name, model, stream, ...entry });
    };
    if (!stream || answer.stream === undefined) {
      return sendBody(exchange, headers, oddBody(answer.body(), scenario), scenario, bill);
    }
    const parts = oddParts(billing(answer.stream.parts(), bill), scenario);
    return sendStream(exchange, headers, parts, answer.stream.error, scenario);
  }

  return async (exchange) => {
    clock += 1;
    const call = { exchange, route: findRoute(exchange), requestId: id('req_', 32), created: clock };
    const { target, dialect } = call.route;
    try {
      if (target === undefined) throw notFound(exchange);
      if (target === 'models') return reply(call, 200, dialect.models);
      await generate(call, target);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      refuse(call, error.status, error.message, error.details);
    }
  };
}

/** The bill is written before the part that ends the call is sent, so a client never sees it missing. */
function* billing(parts: Iterable<StreamPart>, bill: () => void): Generator<StreamPart> {
  for (const part of parts) {
    if (part.kind === 'end') bill();
    yield part;
  }
}

function billFor(answer: Answer, scenario: Scenario, body: JsonObject) {
  if (answer.usage === undefined) return undefined;
  const user =
    stringAt(body, 'safety_identifier') ??
    stringAt(body, 'user') ??
    stringAt(objectAt(body, 'metadata'), 'user_id');
  return { user, serviceTier: answer.serviceTier, usage: oddUsage(answer.usage, scenario) };
}

function readBody(exchange: Exchange): JsonObject {
  if (isObject(exchange.body)) return exchange.body;
  throw new RequestError(400, 'We could not parse the JSON body of your request.');
}

/** A test that waits for a fault which only a stream can have is told so. */
function rejectStreamFaults(scenario: Scenario, stream: boolean, endpoint: Endpoint): void {
  if (stream || endpoint.name === 'messages.count_tokens') return;
  for (const name of ['errorat', 'nomessage_start'] as const) {
    if (scenario[name] !== undefined) throw new RequestError(400, `directive "${name}" needs a stream`);
  }
}

function notFound({ method, path }: Exchange): RequestError {
  return new RequestError(404, `Invalid URL (${method} ${path.split('?')[0]})`);
}

function refuse(call: Call, status: number, message?: string, details: object | null = null): void {
  reply(call, status, call.route.dialect.error(status, call.requestId, message, details));
}

function reply({ exchange, route, requestId }: Call, status: number, body: object): void {
  const headers = { 'content-type': 'application/json', ...route.dialect.headers(requestId) };
  // A retry must not make a test wait.
  exchange.head(status, status === 200 ? headers : { ...headers, 'retry-after-ms': '1' });
  exchange.end(JSON.stringify(body));
}
