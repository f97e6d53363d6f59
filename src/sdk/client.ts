import { reportFault } from '../report.ts';
import { PATCHED, replace } from './patch.ts';
import { observePromise, unpatchPromises } from './promise.ts';
import type {
  ApiPromise,
  CallObserver,
  Client,
  ClientPrototype,
  PreparedRequest,
  RequestOptions,
} from './types.ts';

/** Decides whether a call is observed. Must not throw; undefined leaves the call alone. */
export type Begin = (client: Client, method: string, path: string) => CallObserver | undefined;

const NO_OPTIONS: RequestOptions = Object.freeze({});
/** The calls whose body may be amended, by the options that the SDK made of the caller's. */
const amendable = new WeakMap<object, CallObserver>();
/** The call whose `methodRequest` runs right now, until `request` has taken it. */
let starting: CallObserver | undefined;

/**
 * Patches the client class behind `prototype`, so that `begin` is asked about every request made
 * through it. Returns the function that takes the patch out, or undefined when the class is patched
 * already.
 */
export function patchClient(prototype: ClientPrototype, begin: Begin): (() => void) | undefined {
  if (Object.hasOwn(prototype, PATCHED)) return undefined;
  const { methodRequest, buildRequest } = prototype;
  const request = prototype.request as NonNullable<ClientPrototype['request']>;
  // Another patch may lie over ours, so that it cannot be taken out: then it must at least do nothing.
  let active = true;

  function observedMethodRequest(this: Client, method: string, path: string, options?: unknown): ApiPromise {
    const call = active ? begin(this, method, path) : undefined;
    if (call === undefined) return methodRequest.call(this, method, path, options);
    return send(call, this, options, (client, given) => methodRequest.call(client, method, path, given));
  }

  /** Is called by `methodRequest`, with a promise of the options as the SDK has put them together, or by the app. */
  function observedRequest(this: Client, options: unknown, ...rest: unknown[]): ApiPromise {
    const call = starting;
    starting = undefined;
    if (call) {
      if (options instanceof Promise && (call.amends || !call.known)) watchOptions(options, call);
      return request.call(this, options, ...rest);
    }
    const direct = active ? beginDirect(begin, this, options) : undefined;
    if (direct === undefined) return request.call(this, options, ...rest);
    return send(direct, this, options, (client, given) => request.call(client, given, ...rest));
  }

  /** Makes what is sent of the options, for every attempt; whoever signs it does so after this. */
  function observedBuildRequest(this: Client, options: unknown, ...rest: unknown[]): unknown {
    const built = buildRequest?.call(this, options, ...rest);
    const call = amendable.get(options as object);
    if (call === undefined) return built;
    const amend = (value: unknown) => amendBody(fieldsOf(value).req, options as RequestOptions, call);
    if (built instanceof Promise) built.then(amend, () => {});
    else amend(built);
    return built;
  }

  const restore = [replace(prototype, 'methodRequest', observedMethodRequest)];
  if (prototype.request) restore.push(replace(prototype, 'request', observedRequest));
  if (buildRequest) restore.push(replace(prototype, 'buildRequest', observedBuildRequest));
  Object.defineProperty(prototype, PATCHED, { value: true, configurable: true });
  return () => {
    active = false;
    for (const undo of restore) undo();
    unpatchPromises();
    Reflect.deleteProperty(prototype, PATCHED);
  };
}

/** Runs the SDK's own code for a call, and observes what comes of it. */
function send(
  call: CallObserver,
  client: Client,
  options: unknown,
  method: (client: Client, options: unknown) => ApiPromise,
): ApiPromise {
  const outer = starting;
  let promise: ApiPromise;
  try {
    // Some other kind of promise can be asked only once, and the SDK is going to.
    if (!isThenable(options)) call.request(fieldsOf(options));
    const given = call.isGated ? gated(options, call) : options;
    starting = call;
    promise = call.run(method, client, given);
    // Nobody has taken it: `request` is not the SDK's.
    if (starting === call && given instanceof Promise) watchOptions(given, call);
  } catch (error) {
    call.failed(error);
    throw error;
  } finally {
    starting = outer;
  }
  observePromise(promise, call);
  return promise;
}

/**
 * The options of a call, or a promise of them that waits for its admission, or that fails instead: the SDK
 * awaits its options before it does anything else, and hands on what they fail with.
 */
function gated(options: unknown, call: CallObserver): unknown {
  if (isThenable(options)) {
    return Promise.resolve(options).then(async (value) => {
      if (!call.known) call.request(fieldsOf(value));
      await call.admission();
      return value;
    });
  }
  try {
    return call.admission()?.then(() => options) ?? options;
  } catch (refusal) {
    return Promise.reject(refusal);
  }
}

/** A request of the app's own: `client.request({ method, path, body })`. Its body is not amended. */
function beginDirect(begin: Begin, client: Client, options: unknown): CallObserver | undefined {
  if (options instanceof Promise || isThenable(options)) return undefined;
  const { method, path } = fieldsOf(options);
  return typeof method === 'string' && typeof path === 'string'
    ? begin(client, method.toLowerCase(), path)
    : undefined;
}

/** The prototype that defines `methodRequest`, from a client class or one of its subclasses. */
export function findClientPrototype(clientClass: unknown): ClientPrototype | undefined {
  if (typeof clientClass !== 'function') return undefined;
  let prototype: unknown = clientClass.prototype;
  while (typeof prototype === 'object' && prototype !== null) {
    if (Object.hasOwn(prototype, 'methodRequest')) return prototype as ClientPrototype;
    prototype = Object.getPrototypeOf(prototype);
  }
  return undefined;
}

/**
 * The first to subscribe sees the options just before the SDK does, and adds no turn. Options that fail
 * are the SDK's to report: it subscribes to the same promise.
 */
function watchOptions(options: Promise<unknown>, call: CallObserver): void {
  options.then(
    (value) => {
      const known = fieldsOf(value);
      if (!call.known) call.request(known);
      if (call.amends && known === value) amendable.set(known, call);
    },
    () => {},
  );
}

function fieldsOf(value: unknown): RequestOptions {
  return typeof value === 'object' && value !== null ? (value as RequestOptions) : NO_OPTIONS;
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function amendBody(built: unknown, options: RequestOptions, call: CallObserver): void {
  try {
    const request = built as PreparedRequest | undefined;
    if (typeof request?.body !== 'string' || options.stream !== true) return;
    const amended = call.amend(request.body);
    if (amended === undefined) return;
    request.body = amended;
    updateContentLength(request.headers, amended);
  } catch (fault) {
    reportFault('adding usage to the request', fault);
  }
}

/** Old SDK versions, and some apps, set the length of the body before this point; else fetch does. */
function updateContentLength(headers: unknown, body: string): void {
  if (headers instanceof Headers) {
    if (headers.has('content-length')) headers.set('content-length', String(Buffer.byteLength(body)));
    return;
  }
  if (typeof headers !== 'object' || headers === null) return;
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() === 'content-length') {
      (headers as Record<string, string>)[name] = String(Buffer.byteLength(body));
    }
  }
}
