import type { JsonObject } from './json.ts';

/** The fields of a multipart form, as the JSON that the same request would be; undefined when it is none. */
export async function parseForm(bytes: Buffer, contentType: string): Promise<JsonObject | undefined> {
  if (!contentType.startsWith('multipart/form-data')) return undefined;
  const response = new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } });
  const form = await response.formData().catch(() => undefined);
  if (form === undefined) return undefined;
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name).map(readField);
    // The SDKs write a list as `name[]`, once for every item.
    if (name.endsWith('[]')) fields[name.slice(0, -'[]'.length)] = values;
    else fields[name] = values[0];
  }
  return fields;
}

function readField(value: string | File): unknown {
  if (typeof value !== 'string') return { name: value.name, type: value.type, size: value.size };
  if (value === 'true' || value === 'false') return value === 'true';
  return /^\d+$/.test(value) ? Number(value) : value;
}
