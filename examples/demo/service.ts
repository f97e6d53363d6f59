/**
 * A small chat service, as one would write it: both SDKs, some answers streamed. Of tokenmeter it
 * knows one function, which says for whom it works; the rest is `node --import tokenmeter/register`.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { withUsageContext } from 'tokenmeter';

const openai = new OpenAI();
const anthropic = new Anthropic();
const handbook = readFileSync(new URL('./handbook.md', import.meta.url), 'utf8');

/** One request of a signed-in user. */
interface Visit<Body> {
  readonly body: Body;
  /** Also told to the providers, who ask for it to find abuse. Metering does not need that. */
  readonly user: string;
  readonly response: ServerResponse;
  /** Aborted when the user leaves before the answer is complete: nobody would read the rest. */
  readonly signal: AbortSignal;
}

interface ChatBody {
  readonly model: string;
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[];
  readonly maxTokens: number;
}

async function chat({ body, user, response, signal }: Visit<ChatBody>): Promise<void> {
  const stream = await openai.chat.completions.create(
    {
      model: body.model,
      messages: [{ role: 'system', content: handbook }, ...body.messages],
      max_completion_tokens: body.maxTokens,
      stream: true,
      safety_identifier: user,
    },
    { signal },
  );
  for await (const chunk of stream) response.write(chunk.choices[0]?.delta.content ?? '');
}

interface AskBody {
  readonly model: string;
  readonly document: string;
  readonly question: string;
}

/** Several questions on one document: it is sent again each time, and cached by the provider. */
async function ask({ body, user, response, signal }: Visit<AskBody>): Promise<void> {
  const stream = anthropic.messages.stream(
    {
      model: body.model,
      system: [{ type: 'text', text: body.document, cache_control: { type: 'ephemeral' } }],
      messages: [{ role: 'user', content: body.question }],
      max_tokens: 200,
      metadata: { user_id: user },
    },
    { signal },
  );
  stream.on('text', (text) => response.write(text));
  await stream.done();
}

async function summarize({ body, user, response, signal }: Visit<AskBody>): Promise<void> {
  const message = await anthropic.messages.create(
    {
      model: body.model,
      messages: [{ role: 'user', content: `Summarize in five sentences.\n\n${body.document}` }],
      max_tokens: 250,
      metadata: { user_id: user },
    },
    { signal },
  );
  for (const block of message.content) if (block.type === 'text') response.write(block.text);
}

interface IndexBody {
  readonly model: string;
  readonly texts: readonly string[];
}

async function index({ body, user, response, signal }: Visit<IndexBody>): Promise<void> {
  const { data } = await openai.embeddings.create(
    { model: body.model, input: [...body.texts], user },
    { signal },
  );
  response.write(`${data.length} texts indexed`);
}

interface AgentBody {
  readonly model: string;
  readonly task: string;
}

const lookUp: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'look_up',
  description: 'Looks for passages in the archive.',
  parameters: { type: 'object', properties: { words: { type: 'string' } }, required: ['words'] },
  strict: false,
};

/** Two calls: the model looks something up, then answers with what it found. */
async function agent({ body, user, response, signal }: Visit<AgentBody>): Promise<void> {
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: body.task }];
  const shared = { model: body.model, max_output_tokens: 250, safety_identifier: user, tools: [lookUp] };
  const first = await openai.responses.create({ ...shared, input, tool_choice: 'required' }, { signal });
  for (const item of first.output) {
    if (item.type !== 'function_call') continue;
    input.push(item, { type: 'function_call_output', call_id: item.call_id, output: handbook });
  }
  const { output_text } = await openai.responses.create({ ...shared, input }, { signal });
  response.write(output_text);
}

// `never`: only the handler knows the body of its route.
const routes: Readonly<Record<string, (visit: Visit<never>) => Promise<void>>> = {
  '/chat': chat,
  '/ask': ask,
  '/summarize': summarize,
  '/index': index,
  '/agent': agent,
};

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = request.method === 'POST' ? routes[request.url ?? ''] : undefined;
  if (route === undefined) return void response.writeHead(404).end();
  const leaving = new AbortController();
  response.once('close', () => response.writableFinished || leaving.abort());
  const user = request.headers['x-user']?.toString() ?? 'anonymous';
  const team = request.headers['x-team']?.toString() ?? 'none';
  const feature = request.url?.slice(1) ?? '';
  try {
    const visit = { body: (await json(request)) as never, user, response, signal: leaving.signal };
    await withUsageContext({ user, team, feature }, () => route(visit));
    response.end();
  } catch (error) {
    if (!leaving.signal.aborted) refuse(response, error);
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  const status = error instanceof OpenAI.APIError || error instanceof Anthropic.APIError ? error.status : 500;
  if (response.headersSent) response.destroy();
  else response.writeHead(status ?? 502).end(error instanceof Error ? error.message : String(error));
}

const server = createServer((request, response) => void handle(request, response));
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
