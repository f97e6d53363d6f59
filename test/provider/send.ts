import type { Exchange } from './exchange.ts';
import type { Scenario } from './scenarios.ts';
import { formatPart, splitOddly } from './sse.ts';
import type { StreamPart } from './types.ts';

/** Sends a whole body, or the part of it that the scenario lets through. */
export async function sendBody(
  exchange: Exchange,
  headers: Record<string, string>,
  body: object,
  scenario: Scenario,
  bill: () => void,
): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(body));
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const ending = scenario.cutat !== undefined || scenario.hangat !== undefined;
  exchange.head(200, { 'content-type': 'application/json', ...headers });
  if (ending) {
    await exchange.write(half);
    return strike(exchange, scenario.cutat === undefined ? 'hangat' : 'cutat');
  }
  if (scenario.badjson) exchange.fault = 'badjson';
  bill();
  exchange.end(scenario.badjson ? half : bytes);
}

export async function sendStream(
  exchange: Exchange,
  headers: Record<string, string>,
  parts: Iterable<StreamPart>,
  error: (sent: number) => StreamPart,
  scenario: Scenario,
): Promise<void> {
  const fault = firstFault(scenario);
  let sent = 0;
  let chunks = 0;
  const send = async (part: StreamPart) => {
    const text = formatPart(part);
    if (!scenario.splitbytes) await exchange.write(text);
    else for (const piece of splitOddly(Buffer.from(text))) await exchange.writeApart(piece);
    sent += 1;
  };
  const end = async (name: 'errorat' | 'cutat' | 'hangat') => {
    if (name === 'errorat') await send(error(sent));
    return strike(exchange, name);
  };

  exchange.head(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers });
  for (const part of parts) {
    if (exchange.isClosed) return;
    const isChunk = part.kind === 'delta';
    if (isChunk && chunks === 0 && fault?.after === 0) return end(fault.name);
    if (isChunk && chunks > 0) await exchange.pause(scenario.delayms);
    const broken = scenario.badjson && chunks > 0 && exchange.fault === undefined;
    if (broken) exchange.fault = 'badjson';
    await send(broken ? { ...part, data: JSON.stringify(part.data).slice(0, -2) } : part);
    if (isChunk) chunks += 1;
    // Before the next part is made: making the last one bills the call.
    if (isChunk && chunks === fault?.after) return end(fault.name);
  }
  exchange.end();
}

/** An answer that is none: nothing at all, or a gateway's page. */
export function sendPage(
  exchange: Exchange,
  headers: Record<string, string>,
  scenario: Scenario,
  stream: boolean,
): void {
  exchange.fault = scenario.html ? 'html' : 'emptybody';
  const usualType = stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  exchange.head(200, { 'content-type': scenario.html ? 'text/html' : usualType, ...headers });
  exchange.end(scenario.html ? '<!doctype html><title>Gateway</title><p>Please log in.' : '');
}

async function strike(exchange: Exchange, fault: 'errorat' | 'cutat' | 'hangat'): Promise<void> {
  exchange.fault = fault;
  if (fault === 'errorat') exchange.end();
  if (fault === 'cutat') exchange.cut();
  if (fault === 'hangat') await exchange.untilClosed();
}

function firstFault({ errorat, cutat, hangat }: Scenario) {
  const faults = [
    { name: 'errorat' as const, after: errorat ?? Number.POSITIVE_INFINITY },
    { name: 'cutat' as const, after: cutat ?? Number.POSITIVE_INFINITY },
    { name: 'hangat' as const, after: hangat ?? Number.POSITIVE_INFINITY },
  ];
  return faults.sort((a, b) => a.after - b.after)[0];
}
