import type Anthropic from '@anthropic-ai/sdk';
import type { Reply } from '../reply.ts';
import type { GenerationRequest, StreamPart } from '../types.ts';

type Start = Anthropic.RawContentBlockStartEvent['content_block'];
type Delta = Anthropic.RawContentBlockDelta;

/** One content block, whole and as it is streamed. */
export interface Block {
  readonly whole: Anthropic.ContentBlock;
  readonly start: Start;
  deltas(): readonly Delta[];
  /** Whether its deltas are the content chunks that scenarios count. */
  readonly counts: boolean;
}

const caller = { type: 'direct' as const };

/** In the order the model makes them: thinking, searches, then a tool call or the text. */
export function contentBlocks(request: GenerationRequest, reply: Reply): Block[] {
  const blocks: Block[] = [];
  if (request.counts.reasoning > 0) blocks.push(thinkingBlock());
  for (let i = 0; i < request.counts.searches; i++) blocks.push(...searchBlocks(request, i));
  blocks.push(reply.tool ? toolBlock(request.id('toolu_'), reply.tool, reply) : textBlock(reply));
  return blocks;
}

export function* blockEvents(blocks: readonly Block[]): Generator<StreamPart> {
  for (const [index, { start, deltas, counts }] of blocks.entries()) {
    yield part({ type: 'content_block_start', index, content_block: start });
    if (index === 0) yield { event: 'ping', data: { type: 'ping' }, kind: 'frame' };
    for (const delta of deltas()) {
      yield part({ type: 'content_block_delta', index, delta }, counts ? 'delta' : 'block');
    }
    yield part({ type: 'content_block_stop', index });
  }
}

function part(data: Anthropic.RawMessageStreamEvent, kind: StreamPart['kind'] = 'block'): StreamPart {
  return { event: data.type, data, kind };
}

function textBlock({ text, pieces }: Reply): Block {
  return {
    whole: { type: 'text', text, citations: null },
    start: { type: 'text', text: '', citations: null },
    deltas: () => pieces().map((piece) => ({ type: 'text_delta', text: piece })),
    counts: true,
  };
}

function toolBlock(id: string, tool: NonNullable<Reply['tool']>, { pieces }: Reply): Block {
  return {
    whole: { type: 'tool_use', id, name: tool.name, input: tool.input, caller },
    start: { type: 'tool_use', id, name: tool.name, input: {}, caller },
    deltas: () => pieces().map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
    counts: true,
  };
}

function thinkingBlock(): Block {
  const thinking = 'The user asks a simulated provider.';
  const signature = Buffer.from('simulated signature').toString('base64');
  return {
    whole: { type: 'thinking', thinking, signature },
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: () => [
      { type: 'thinking_delta', thinking },
      { type: 'signature_delta', signature },
    ],
    counts: false,
  };
}

function searchBlocks(request: GenerationRequest, search: number): Block[] {
  const id = request.id('srvtoolu_');
  const input = { query: `search ${search + 1}` };
  const use = { type: 'server_tool_use' as const, id, name: 'web_search' as const, caller };
  const result: Anthropic.WebSearchToolResultBlock = {
    type: 'web_search_tool_result',
    tool_use_id: id,
    caller,
    content: [
      {
        type: 'web_search_result',
        title: 'Example',
        url: 'https://example.com/',
        encrypted_content: 'c2ltdWxhdGVk',
        page_age: null,
      },
    ],
  };
  const query: Delta = { type: 'input_json_delta', partial_json: JSON.stringify(input) };
  return [
    { whole: { ...use, input }, start: { ...use, input: {} }, deltas: () => [query], counts: false },
    { whole: result, start: result, deltas: () => [], counts: false },
  ];
}
