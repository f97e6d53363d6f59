import { fieldsOf, text } from './fields.ts';
import type { Endpoint, Provider, Retrieval } from './types.ts';

/** What a request means. */
export type Route =
  | { readonly endpoint: Endpoint }
  | { readonly retrieval: Retrieval; readonly id: string }
  /** Nothing that is known; it may cost something. */
  | { readonly unknown: Endpoint };

export type Router = (method: string, path: string) => Route | undefined;

interface Pattern {
  readonly expression: RegExp;
  route(id: string): Route;
}

/** Tells what the requests to a provider mean; undefined for those that cost nothing. */
export function router(provider: Provider): Router {
  // By method and path, both as the SDK writes them: a key made of the two would be hashed for each call.
  const exact = new Map<string, Map<string, Route>>();
  const patterns: Pattern[] = [];
  const add = ({ method, path }: { method: string; path: string }, route: (id: string) => Route) => {
    if (path.includes('{')) patterns.push({ expression: expressionOf(method, path), route });
    else exact.set(method, (exact.get(method) ?? new Map()).set(path, route('')));
  };
  for (const endpoint of provider.endpoints) add(endpoint, () => ({ endpoint }));
  for (const retrieval of provider.retrievals) add(retrieval, (id) => ({ retrieval, id }));

  return (method, fullPath) => {
    const query = fullPath.indexOf('?');
    const path = query < 0 ? fullPath : fullPath.slice(0, query);
    const ofMethod = exact.get(method);
    const known = ofMethod?.get(path) ?? ofMethod?.get(shortForm(path));
    if (known) return known;
    const request = `${method} ${path}`;
    for (const { expression, route } of patterns) {
      const match = expression.exec(request);
      if (match) return route(match[1] ?? '');
    }
    return method === 'post' && !provider.isFree(path) && !provider.isFree(shortForm(path))
      ? { unknown: unknownEndpoint(path) }
      : undefined;
  };
}

/** A path that is given as a whole URL, or with the version that belongs to the base URL, as the tables have it. */
function shortForm(path: string): string {
  return path.replace(/^https?:\/\/[^/]+/, '').replace(/^\/v1(?=\/(?!messages|complete))/, '');
}

/** Also where it is given as a whole URL, such as one that an answer named. */
function expressionOf(method: string, path: string): RegExp {
  return new RegExp(`^${method} (?:https?://.+)?${path.replace(/\{\w+\}/, '([^/]+)')}$`);
}

function unknownEndpoint(path: string): Endpoint {
  return {
    method: 'post',
    path,
    operation: 'other',
    unmetered: 'unknown_endpoint',
    request: ({ model }) => ({ model: text(model) }),
    response: (body) => ({ id: text(fieldsOf(body).id), model: text(fieldsOf(body).model) }),
  };
}
