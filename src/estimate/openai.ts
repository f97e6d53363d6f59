import { fieldsOf } from '../providers/fields.ts';
import type { Steps } from './in-turns.ts';
import { jsonText } from './json-text.ts';
import { openaiImageTokens } from './openai-images.ts';
import { Prompt, readContent } from './prompt.ts';
import type { EstimateRequest } from './types.ts';

// How OpenAI counts around the text: its cookbook, "How to count tokens with tiktoken"; of tools, as gpt-tokenizer
// has it, which gives the counts that the API reports for the cookbook's examples and for recorded calls.
const MESSAGE_TOKENS = 3;
const ANSWER_TOKENS = 3;
const NAME_TOKENS = 1;
const TOOL_CALL_TOKENS = 3;
const FUNCTION_ROLE_DISCOUNT = 2;
const FUNCTIONS_TOKENS = 9;
const FUNCTIONS_AFTER_SYSTEM_DISCOUNT = 4;

const SYSTEM_ROLES: ReadonlySet<unknown> = new Set(['system', 'developer']);

export function isEmbedding({ model, input }: EstimateRequest): boolean {
  if (/embedding/.test(model)) return true;
  const first: unknown = Array.isArray(input) ? input[0] : undefined;
  return typeof first === 'string' || typeof first === 'number' || Array.isArray(first);
}

/** `model` is the name by which it is known. Without `formatFunctions`, tools count as their JSON. */
export function* readOpenaiRequest(
  request: EstimateRequest,
  model: string,
  formatFunctions: FormatFunctions | undefined,
): Steps<Prompt> {
  const prompt = new Prompt();
  if (request.messages === undefined && isEmbedding(request)) {
    yield* readEmbeddingInput(prompt, request.input);
    return prompt;
  }
  prompt.overheadTokens += ANSWER_TOKENS;
  const functions = yield* readTools(prompt, request.tools ?? []);
  let pads = functions.length > 0;
  if (pads) {
    prompt.overheadTokens += FUNCTIONS_TOKENS;
    prompt.addText(functionsText(functions, formatFunctions));
  }
  for (const message of conversation(request)) {
    const isPadded = pads && SYSTEM_ROLES.has(message.role);
    yield* readMessage(prompt, isPadded ? padded(prompt, message) : message, model);
    if (isPadded) pads = false;
  }
  return prompt;
}

/** The texts of `prediction`: what is in them and not in the answer is charged as output. */
export function* readPrediction({ prediction }: EstimateRequest): Steps<Prompt> {
  const prompt = new Prompt();
  const { content } = fieldsOf(prediction);
  if (prediction && content === undefined) prompt.addUnknown('other');
  yield* readContent(prompt, content, (part) => {
    const { text } = fieldsOf(part);
    if (typeof text !== 'string') prompt.addUnknown('other');
    return [text];
  });
  return prompt;
}

type FormatFunctions = (functions: readonly object[]) => string;

function* readEmbeddingInput(prompt: Prompt, input: unknown): Steps<void> {
  const parts: readonly unknown[] = Array.isArray(input) ? input : [input];
  for (const part of parts) {
    yield;
    if (typeof part === 'number') prompt.overheadTokens += 1;
    else if (Array.isArray(part)) prompt.overheadTokens += part.length;
    else prompt.addText(part);
  }
}

type Message = Readonly<Record<string, unknown>>;

function* conversation({ messages, input, instructions }: EstimateRequest): Generator<Message> {
  if (instructions) yield { role: 'system', content: instructions };
  if (typeof input === 'string') yield { role: 'user', content: input };
  else for (const message of messages ?? input ?? []) yield fieldsOf(message);
}

/** A message of a chat, or an item of a response's input. */
function* readMessage(prompt: Prompt, message: Message, model: string): Steps<void> {
  prompt.overheadTokens += MESSAGE_TOKENS;
  prompt.addText(message.role);
  if (typeof message.name === 'string' && message.role !== undefined) {
    prompt.overheadTokens += NAME_TOKENS;
    prompt.addText(message.name);
  }
  if (message.role === 'function') prompt.overheadTokens -= FUNCTION_ROLE_DISCOUNT;
  prompt.addText(message.refusal);
  if (message.audio) prompt.addUnknown('audio');
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
  for (const call of [...calls, message.function_call]) readToolCall(prompt, call);
  readItem(prompt, message);
  const contents = [message.content, message.output];
  yield* readContent(prompt, contents, (part) => readPart(prompt, fieldsOf(part), model));
}

function readToolCall(prompt: Prompt, call: unknown): void {
  if (call === undefined || call === null) return;
  const called = fieldsOf(fieldsOf(call).function ?? fieldsOf(call).custom ?? call);
  prompt.overheadTokens += TOOL_CALL_TOKENS;
  prompt.addText(called.name);
  prompt.addText(called.arguments ?? called.input);
}

/** What an item of a response's input has beside content. */
function readItem(prompt: Prompt, item: Message): void {
  switch (item.type) {
    case 'function_call':
    case 'custom_tool_call':
      readToolCall(prompt, item);
      break;
    case 'reasoning':
      prompt.addUnknown('reasoning');
      break;
    case 'item_reference':
      prompt.addUnknown('reference');
      break;
    default:
      if (item.content === undefined && item.output === undefined && item.role === undefined)
        prompt.addUnknown('other');
  }
}

function readPart(prompt: Prompt, part: Message, model: string): readonly unknown[] {
  switch (part.type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return [part.text];
    case 'refusal':
      return [part.refusal];
    case 'image_url': {
      const { url, detail } = fieldsOf(part.image_url);
      prompt.addImage(openaiImageTokens(model, url, detail));
      return [];
    }
    case 'input_image':
      prompt.addImage(openaiImageTokens(model, part.image_url, part.detail));
      return [];
    case 'computer_screenshot':
      prompt.addImage(undefined);
      return [];
    case 'input_audio':
      prompt.addUnknown('audio');
      return [];
    case 'file':
    case 'input_file':
      prompt.addUnknown('file');
      return [];
    default:
      prompt.addUnknown('other');
      return [];
  }
}

/** The definitions of those tools that the app runs. */
function* readTools(prompt: Prompt, tools: readonly object[]): Steps<object[]> {
  const functions: object[] = [];
  for (const tool of tools.map(fieldsOf)) {
    yield;
    const definition = fieldsOf(tool.function ?? tool.custom ?? tool);
    if (typeof definition.name === 'string' && tool.type !== 'mcp') functions.push(definition);
    else prompt.addUnknown('tool');
    if (definition.format !== undefined) prompt.addText(jsonText(definition.format));
  }
  return functions;
}

function functionsText(functions: readonly object[], format: FormatFunctions | undefined): string {
  try {
    if (format !== undefined) return format(functions);
  } catch {
    // A schema that is nested deeper than the stack, or is none.
  }
  return jsonText(functions);
}

/** Functions are appended to the first system message, after a line break. */
function padded(prompt: Prompt, system: Message): Message {
  prompt.overheadTokens -= FUNCTIONS_AFTER_SYSTEM_DISCOUNT;
  const { content } = system;
  if (typeof content !== 'string' || content.endsWith('\n')) return system;
  return { ...system, content: `${content}\n` };
}
