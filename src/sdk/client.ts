import { reportFault } from '../report.ts';
import { PATCHED, replace } from './patch.ts';
import { observePromise } from './promise.ts';
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

/** Carries the observer of a call whose body may be amended through the SDK's copy of the options. */
const CALL = Symbol('tokenmeter.call');
const NO_OPTIONS: RequestOptions = Object.freeze({});

/**
 * Patches the client class behind `prototype`, so that `begin` is asked about every request made
 * through it. Returns the function that takes the patch out, or undefined when the class is patched
 * already.
 */
export function patchClient(prototype: ClientPrototype, begin: Begin): (() => void) | undefined {
  if (Object.hasOwn(prototype, PATCHED)) return undefined;
  const { methodRequest, prepareRequest } = prototype;
  // Another patch may lie over ours, so that it cannot be taken out: then it must at least do nothing.
  let active = true;

  function observedMethodRequest(this: Client, method: string, path: string, options?: unknown): ApiPromise {
    const call = active ? begin(this, method, path) : undefined;
    if (call === undefined) return methodRequest.call(this, method, path, options);
    let promise: ApiPromise;
    try {
      const passed = showOptions(options, call);
      promise = call.run(methodRequest, this, method, path, passed);
    } catch (error) {
      call.failed(error);
      throw error;
    }
    observePromise(promise, call);
    return promise;
  }

  function observedPrepareRequest(
    this: Client,
    request: PreparedRequest,
    context: { options?: RequestOptions },
  ): unknown {
    amendBody(request, context?.options);
    return prepareRequest?.call(this, request, context);
  }

  const restore = [replace(prototype, 'methodRequest', observedMethodRequest)];
  if (prepareRequest) restore.push(replace(prototype, 'prepareRequest', observedPrepareRequest));
  Object.defineProperty(prototype, PATCHED, { value: true, configurable: true });
  return () => {
    active = false;
    for (const undo of restore) undo();
    Reflect.deleteProperty(prototype, PATCHED);
  };
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

/** Shows the observer the options, now or as soon as they are known. Returns what to pass to the SDK. */
function showOptions(options: unknown, call: CallObserver): unknown {
  if (options instanceof Promise) {
    watchOptions(options, call);
    return options;
  }
  // Some other kind of promise can be asked only once, and the SDK is going to.
  if (isThenable(options)) return options;
  const known = knownOptions(options);
  call.request(known);
  return call.amends && known === options && mayStream(known) ? { ...known, [CALL]: call } : options;
}

/** Whether the request may turn out to be a streamed one: a body may say so only once it is serialised. */
function mayStream({ stream, body }: RequestOptions): boolean {
  const streams = stream !== undefined && stream !== null && stream !== false;
  return streams || typeof body !== 'object' || typeof Reflect.get(body ?? {}, 'toJSON') === 'function';
}

/**
 * The first to subscribe sees the options just before the SDK does, and adds no turn. Options that fail
 * are the SDK's to report: it subscribes to the same promise.
 */
function watchOptions(options: Promise<unknown>, call: CallObserver): void {
  options.then(
    (value) => {
      const known = knownOptions(value);
      call.request(known);
      if (call.amends && known === value && mayStream(known)) markUntilCopied(known, call);
    },
    () => {},
  );
}

function knownOptions(options: unknown): RequestOptions {
  return typeof options === 'object' && options !== null ? (options as RequestOptions) : NO_OPTIONS;
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** The SDK copies the options in the job that comes next; what the caller holds is clean again after that. */
function markUntilCopied(options: RequestOptions, call: CallObserver): void {
  if (!Reflect.set(options, CALL, call)) return;
  queueMicrotask(() => Reflect.deleteProperty(options, CALL));
}

function amendBody(request: PreparedRequest, options: RequestOptions | undefined): void {
  try {
    const call = options?.[CALL] as CallObserver | undefined;
    if (!call || typeof request.body !== 'string' || options?.stream !== true) return;
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
