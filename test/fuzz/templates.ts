/** Valid answers of the simulated provider, from which the odd ones are made. */
import { type Provider, startProvider } from '../provider/server.ts';

export type Kind = 'chat' | 'responses' | 'completions' | 'embeddings' | 'messages';

export interface WireEvent {
  readonly event: string | undefined;
  readonly data: unknown;
}

export interface Template {
  readonly body: unknown;
  /** The events of a stream that was not asked for usage, `[DONE]` left out. */
  readonly events: readonly WireEvent[];
  readonly usage: unknown;
}

const schema = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] };
const tool = { type: 'function', name: 'search', parameters: schema, input_schema: schema };
const content = 'Use a tool';
const ask = { messages: [{ role: 'user', content }], input: content, prompt: content, max_tokens: 100 };

/** Text, a tool call, structured output, several choices. */
const requests: readonly object[] = [
  { ...ask, tool_choice: 'none' },
  { ...ask, tools: [{ ...tool, function: tool }], tool_choice: 'required' },
  { ...ask, response_format: { type: 'json_schema', json_schema: { schema } } },
  { ...ask, n: 2 },
];

interface Source {
  readonly path: string;
  readonly model: string;
  /** Directives for the simulated provider: a short answer, and one with everything that can be billed. */
  readonly directives: readonly string[];
}

const short = 'chunks=3,bytes=60';
const rich = 'chunks=2,in=1000,out=90,reasoning=20';
const sources: Readonly<Record<Kind, Source>> = {
  chat: { path: 'chat/completions', model: 'gpt-4.1', directives: [short, `${rich},cached=400,audioout=5`] },
  responses: {
    path: 'responses',
    model: 'gpt-4.1',
    directives: [short, `${rich},cached=400,search=1`, `${short},failed`, `${short},incomplete`],
  },
  completions: { path: 'completions', model: 'gpt-3.5-turbo-instruct', directives: [short] },
  embeddings: { path: 'embeddings', model: 'text-embedding-3-small', directives: ['in=9'] },
  messages: {
    path: 'messages',
    model: 'claude-sonnet-5',
    directives: [short, `${rich},read=30,write5m=20,write1h=5,search=1`],
  },
};

export const templates = await makeTemplates();

async function makeTemplates(): Promise<Readonly<Record<Kind, readonly Template[]>>> {
  const provider = await startProvider();
  const of = (kind: Kind) =>
    Promise.all(
      requests.flatMap((request) =>
        sources[kind].directives.map((directives) => template(provider, kind, request, directives)),
      ),
    );
  const made = {
    chat: await of('chat'),
    responses: await of('responses'),
    completions: await of('completions'),
    embeddings: await of('embeddings'),
    messages: await of('messages'),
  };
  await provider.close();
  return made;
}

async function template(
  provider: Provider,
  kind: Kind,
  request: object,
  directives: string,
): Promise<Template> {
  const { path, model } = sources[kind];
  const send = async (more: object) => {
    const response = await fetch(`${provider.openaiUrl}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...request, ...more, model: `${model}@${directives}` }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`no template for ${kind}@${directives}: ${text}`);
    return text;
  };
  const body = JSON.parse(await send({})) as { usage?: unknown };
  const events = kind === 'embeddings' ? [] : readEvents(await send({ stream: true }));
  return { body, events, usage: body.usage };
}

function readEvents(text: string): WireEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '' && !block.includes('[DONE]'))
    .map((block) => ({
      event: /^event: (.*)$/m.exec(block)?.[1],
      data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null') as unknown,
    }));
}
