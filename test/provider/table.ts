/** What is at which path: keys are `METHOD /path/{id}`, where a part in braces is open and `*` is any rest. */
export type Table<T> = Readonly<Record<string, T>>;

export interface Found<T> {
  readonly target: T;
  /** What stood at the open parts. */
  readonly ids: readonly string[];
}

export function createLookup<T>(table: Table<T>): (method: string, path: string) => Found<T> | undefined {
  const routes = Object.entries(table).map(([route, target]) => ({ pattern: patternOf(route), target }));
  return (method, path) => {
    for (const { pattern, target } of routes) {
      const match = pattern.exec(`${method} ${path}`);
      if (match !== null) return { target, ids: match.slice(1).map(decodeURIComponent) };
    }
    return undefined;
  };
}

function patternOf(route: string): RegExp {
  const escaped = route.replace(/[.?+]/g, '\\$&');
  return new RegExp(`^${escaped.replace('*', '.+').replace(/\{\w+\}/g, '([^/]+?)')}$`);
}
