import { fieldsOf } from '../providers/fields.ts';
import { claudeGeneration } from './claude-generation.ts';
import { imageSize } from './image-size.ts';
import type { Steps } from './in-turns.ts';
import { jsonText } from './json-text.ts';
import { Prompt, readContent } from './prompt.ts';
import type { EstimateRequest } from './types.ts';

// Fits the counts that the API reports for short conversations; a system prompt adds nothing but its text.
const MESSAGE_TOKENS = 3;
const ANSWER_TOKENS = 3;
/** The system prompt that tools bring along: Anthropic's guide on tool use, for Claude 3.7 to 4.x with `auto`. */
const TOOL_USE_TOKENS = 346;
/** Images cost a token for each patch of so many pixels square: Anthropic's guide on vision. */
const PATCH_PIXELS = 28;

type Part = Readonly<Record<string, unknown>>;

/** `model` is the name by which it is known. */
export function* readAnthropicRequest(
  { messages = [], system, tools = [] }: EstimateRequest,
  model: string,
): Steps<Prompt> {
  const prompt = new Prompt();
  const read = (content: unknown) =>
    readContent(prompt, content, (part) => readPart(prompt, fieldsOf(part), model));
  yield* read(system);
  for (const message of messages) {
    prompt.overheadTokens += MESSAGE_TOKENS;
    yield* read(fieldsOf(message).content);
  }
  // Claude goes on with an assistant's message, instead of starting one.
  if (fieldsOf(messages.at(-1)).role !== 'assistant') prompt.overheadTokens += ANSWER_TOKENS;
  if (tools.length > 0) prompt.overheadTokens += TOOL_USE_TOKENS;
  for (const tool of tools.map(fieldsOf)) {
    yield;
    const { name, description, input_schema: schema } = tool;
    if (schema === undefined) prompt.addUnknown('tool');
    else prompt.addText(jsonText({ name, description, input_schema: schema }));
  }
  return prompt;
}

/** Gives back the parts that are inside of this one. */
function readPart(prompt: Prompt, part: Part, model: string): readonly unknown[] {
  switch (part.type) {
    case 'text':
      return [part.text];
    case 'thinking':
      return [part.thinking];
    case 'image':
      prompt.addImage(imageTokens(fieldsOf(part.source), model));
      return [];
    case 'document':
      return readDocument(prompt, part);
    case 'search_result':
      return [part.title, part.source, part.content];
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return [part.name, jsonText(part.input)];
    case 'tool_result':
    case 'mcp_tool_result':
      return [part.content];
    case 'redacted_thinking':
      prompt.addUnknown('reasoning');
      return [];
    case 'container_upload':
      prompt.addUnknown('file');
      return [];
    default:
      prompt.addUnknown('other');
      return [];
  }
}

function readDocument(prompt: Prompt, { title, context, source }: Part): readonly unknown[] {
  const { type, data, content } = fieldsOf(source);
  if (type === 'text') return [title, context, data];
  if (type === 'content') return [title, context, content];
  prompt.addUnknown('file');
  return [title, context];
}

function imageTokens({ type, data }: Part, model: string): number | undefined {
  const size = type === 'base64' && typeof data === 'string' ? imageSize(data) : undefined;
  if (size === undefined) return undefined;
  const { longestImageEdge, mostImageTokens } = claudeGeneration(model);
  const scale = Math.min(1, longestImageEdge / Math.max(size.width, size.height));
  const patches = (pixels: number) => Math.max(1, Math.ceil(Math.round(pixels * scale) / PATCH_PIXELS));
  return Math.min(mostImageTokens, patches(size.width) * patches(size.height));
}
