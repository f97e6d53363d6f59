import type { UsagePart } from '../../usage.ts';
import { count, type Fields, fieldsOf, text } from '../fields.ts';
import { readImageTokens } from './images.ts';
import type { Billing } from './usage.ts';

/** Calls that the app answers itself, or that cost nothing but the tokens in `usage`. */
const NOT_CHARGED = new Set([
  'apply_patch',
  'computer',
  'custom_tool',
  'function',
  'local_shell',
  'mcp',
  'tool_search',
]);
/** Of a tool that names no model: the default in the SDK's types. */
const DEFAULT_IMAGE_MODEL = 'gpt-image-2.6-sunburst';
/** Shorter prompts are never cached. */
const LEAST_CACHED = 1024;

/**
 * What the hosted tools of a response used. `tool_usage` is what OpenAI charges, where it is there; else calls are
 * counted. A tool that is no plain fee for each call, such as a container, has its calls counted all the same: no
 * table has a price for them.
 */
export function hostedTools({ output, tools, tool_usage }: Fields): Pick<Billing, 'serverTools' | 'others'> {
  const calls = callsIn(output);
  const { web_search, image_gen } = fieldsOf(tool_usage);
  const searches = fieldsOf(web_search).num_requests;
  if (searches != null) calls.set('web_search', count(searches));
  if (isNone(image_gen)) return { serverTools: usedOf(calls) };

  const images = imagePart(image_gen, tools);
  if (images) calls.delete('image_generation');
  else if (!calls.has('image_generation')) calls.set('image_generation', 1);
  return { serverTools: usedOf(calls), ...(images && { others: [images] }) };
}

function isNone(usage: unknown): boolean {
  const { input_tokens, output_tokens } = fieldsOf(usage);
  return usage == null || (input_tokens === 0 && output_tokens === 0);
}

function usedOf(calls: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...calls].filter(([, used]) => used !== 0));
}

function callsIn(output: unknown): Map<string, number> {
  const calls = new Map<string, number>();
  if (!Array.isArray(output)) return calls;
  for (const item of output) {
    const tool = chargedTool(fieldsOf(item));
    if (tool !== undefined) calls.set(tool, (calls.get(tool) ?? 0) + 1);
  }
  return calls;
}

/** The tool whose use an item of the output is. A type of call that is not known may cost something. */
function chargedTool({ type, action, environment, status }: Fields): string | undefined {
  const tool = /^(\w{1,40})_call$/.exec(text(type) ?? '')?.[1];
  if (tool === undefined || NOT_CHARGED.has(tool)) return undefined;
  switch (tool) {
    case 'web_search':
      // Opening a found page or looking for text in it is no search, and free.
      return status !== 'failed' && (fieldsOf(action).type ?? 'search') === 'search' ? tool : undefined;
    case 'file_search':
    case 'image_generation':
      return status === 'failed' ? undefined : tool;
    case 'shell':
      return fieldsOf(environment).type === 'local' ? undefined : tool;
    default:
      return tool;
  }
}

/** Undefined where it does not tell all that it takes to know the price. */
function imagePart(raw: unknown, tools: unknown): UsagePart | undefined {
  const tokens = readImageTokens(raw);
  const model = imageModel(tools);
  if (tokens === undefined || model === undefined) return undefined;
  // Where the count of cached tokens is left out, it is not known how many there were.
  const isCacheKnown = fieldsOf(raw).cached_tokens != null || tokens.input.total < LEAST_CACHED;
  return isCacheKnown ? { model, ...tokens } : undefined;
}

/** Undefined when no tool, or no single one, says which model it was. Authoring SVG takes a model beside it. */
function imageModel(tools: unknown): string | undefined {
  if (!Array.isArray(tools)) return undefined;
  const found = tools.map(fieldsOf).filter(({ type }) => type === 'image_generation');
  const models = new Set(found.map(({ model }) => text(model) ?? DEFAULT_IMAGE_MODEL));
  const isAuthored = found.some(({ output_format }) => output_format === 'svg');
  return models.size === 1 && !isAuthored ? [...models][0] : undefined;
}
