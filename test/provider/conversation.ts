import { isObject, type JsonObject, listAt, objectAt, stringAt } from './json.ts';

export interface Tool {
  readonly name: string;
  readonly schema: unknown;
}

/** The function tool that a model would call now, or undefined when it would answer with text. */
export function toolToCall(body: JsonObject): Tool | undefined {
  const tools = listAt(body, 'tools').flatMap(readTool);
  const choice = readToolChoice(body.tool_choice);
  if (tools.length === 0 || choice.mode === 'none') return undefined;
  const { request, answered } = lastTurn(body);
  if (answered) return undefined;
  if (choice.mode === 'auto' && !/\btool\b/i.test(request)) return undefined;
  return tools.find((tool) => tool.name === choice.name) ?? tools[0];
}

/** The schema that the answer must fit, when the request wants JSON. */
export function answerSchema(body: JsonObject): unknown {
  const format =
    objectAt(body, 'response_format') ??
    objectAt(objectAt(body, 'text'), 'format') ??
    objectAt(objectAt(body, 'output_config'), 'format') ??
    objectAt(body, 'output_format');
  if (format?.type === 'json_object') return { type: 'object', properties: { answer: { type: 'string' } } };
  if (format?.type !== 'json_schema') return undefined;
  return objectAt(format, 'json_schema')?.schema ?? format.schema;
}

/** Chat wraps a tool in `function`, Responses and Anthropic do not; hosted tools have no schema. */
function readTool(tool: unknown): Tool[] {
  const definition = objectAt(tool, 'function') ?? tool;
  const name = stringAt(definition, 'name');
  const isFunction = isObject(tool) && (tool.type === 'function' || 'input_schema' in tool);
  if (name === undefined || !isFunction || !isObject(definition)) return [];
  return [{ name, schema: definition.parameters ?? definition.input_schema }];
}

function readToolChoice(choice: unknown): { mode: 'auto' | 'none' | 'required'; name?: string } {
  const type = isObject(choice) ? choice.type : choice;
  if (type === 'none') return { mode: 'none' };
  if (type === 'required' || type === 'any') return { mode: 'required' };
  const name = stringAt(choice, 'name') ?? stringAt(objectAt(choice, 'function'), 'name');
  return name === undefined ? { mode: 'auto' } : { mode: 'required', name };
}

/** What the user last asked, and whether a tool result has come since. */
function lastTurn(body: JsonObject): { request: string; answered: boolean } {
  if (typeof body.input === 'string') return { request: body.input, answered: false };
  let answered = false;
  for (const item of [...listAt(body, 'messages'), ...listAt(body, 'input')].reverse()) {
    if (isToolResult(item)) answered = true;
    const text = userText(item);
    if (text !== '') return { request: text, answered };
  }
  return { request: '', answered };
}

function isToolResult(item: unknown): boolean {
  if (!isObject(item)) return false;
  if (item.role === 'tool' || item.type === 'function_call_output') return true;
  return listAt(item, 'content').some((part) => isObject(part) && part.type === 'tool_result');
}

function userText(item: unknown): string {
  if (!isObject(item) || item.role !== 'user') return '';
  if (typeof item.content === 'string') return item.content;
  return listAt(item, 'content')
    .map((part) => stringAt(part, 'text') ?? '')
    .join(' ')
    .trim();
}
