import { isObject, type JsonObject, listAt, numberAt, objectAt, stringAt } from './json.ts';

const MAX_DEPTH = 12;

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  email: 'user@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/** A small value that a JSON schema accepts. Patterns and `not` are ignored. */
export function exampleOf(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (!isObject(schema)) return {};
  const ref = stringAt(schema, '$ref');
  if (ref !== undefined) return exampleOf(resolve(ref, root), root, depth + 1);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const branches = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')];
  // Deep inside a recursive schema the last branch is taken: by custom it is the null or the leaf.
  if (branches.length > 0) return exampleOf(branches.at(depth > MAX_DEPTH / 2 ? -1 : 0), root, depth + 1);
  const parts = listAt(schema, 'allOf');
  if (parts.length > 0) return Object.assign({}, ...parts.map((part) => exampleOf(part, root, depth + 1)));
  return exampleOfType(typeOf(schema), schema, root, depth);
}

function typeOf(schema: JsonObject): unknown {
  if (Array.isArray(schema.type)) return schema.type.find((type) => type !== 'null') ?? 'null';
  return schema.type ?? ('items' in schema ? 'array' : 'object');
}

function exampleOfType(type: unknown, schema: JsonObject, root: unknown, depth: number): unknown {
  switch (type) {
    case 'string':
      return exampleString(schema);
    case 'integer':
    case 'number':
      return exampleNumber(schema, type === 'integer' ? 1 : 0.5);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array': {
      const length = numberAt(schema, 'minItems') ?? (depth > MAX_DEPTH / 2 ? 0 : 1);
      return Array.from({ length }, () => exampleOf(schema.items, root, depth + 1));
    }
    default:
      return exampleObject(schema, root, depth);
  }
}

function exampleString(schema: JsonObject): string {
  const text = formats[stringAt(schema, 'format') ?? ''] ?? 'text';
  return text.padEnd(numberAt(schema, 'minLength') ?? 0, 'x').slice(0, numberAt(schema, 'maxLength'));
}

function exampleNumber(schema: JsonObject, step: number): number {
  const above = numberAt(schema, 'exclusiveMinimum');
  const below = numberAt(schema, 'exclusiveMaximum');
  const least = numberAt(schema, 'minimum') ?? (above === undefined ? undefined : above + step);
  const most = numberAt(schema, 'maximum') ?? (below === undefined ? undefined : below - step);
  const multiple = numberAt(schema, 'multipleOf');
  const value = least ?? Math.min(1, most ?? 1);
  return multiple === undefined ? value : Math.ceil(value / multiple) * multiple;
}

function exampleObject(schema: JsonObject, root: unknown, depth: number): JsonObject {
  const required = new Set(listAt(schema, 'required'));
  const properties = Object.entries(objectAt(schema, 'properties') ?? {});
  const wanted = depth > MAX_DEPTH ? properties.filter(([name]) => required.has(name)) : properties;
  return Object.fromEntries(wanted.map(([name, property]) => [name, exampleOf(property, root, depth + 1)]));
}

function resolve(ref: string, root: unknown): unknown {
  const path = ref.replace(/^#\/?/, '').split('/').filter(Boolean);
  return path.reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), root);
}
