import type { Outlet } from './outlet.ts';
import type { Scenario } from './scenarios.ts';
import { type StreamFormat, splitOddly } from './sse.ts';
import type { StreamPart } from './types.ts';

/** Sends a whole body, or the part of it that the scenario lets through. */
export async function sendBody(
  outlet: Outlet,
  headers: Record<string, string>,
  body: object | string | Buffer,
  scenario: Scenario,
  bill: () => void,
): Promise<void> {
  const bytes = bytesOf(body);
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const ending = scenario.cutat !== undefined || scenario.hangat !== undefined;
  outlet.head(200, headers);
  if (ending) {
    await outlet.write(half);
    return strike(outlet, scenario.cutat === undefined ? 'hangat' : 'cutat');
  }
  if (scenario.badjson) outlet.fault = 'badjson';
  bill();
  outlet.end(scenario.badjson ? half : bytes);
}

export async function sendStream(
  outlet: Outlet,
  headers: Record<string, string>,
  parts: Iterable<StreamPart>,
  error: (sent: number) => StreamPart,
  scenario: Scenario,
  format: StreamFormat,
): Promise<void> {
  const fault = firstFault(scenario);
  let sent = 0;
  let chunks = 0;
  const send = async (part: StreamPart) => {
    const bytes = format.encode(part);
    if (!scenario.splitbytes) await outlet.write(bytes);
    else for (const piece of splitOddly(bytes)) await outlet.writeApart(piece);
    sent += 1;
  };
  const end = async (name: 'errorat' | 'cutat' | 'hangat') => {
    if (name === 'errorat') await send(error(sent));
    return strike(outlet, name);
  };

  outlet.head(200, { 'content-type': format.contentType, ...headers });
  for (const part of parts) {
    if (outlet.isClosed) return;
    const isChunk = part.kind === 'delta';
    if (isChunk && chunks === 0 && fault?.after === 0) return end(fault.name);
    if (isChunk && chunks > 0) await outlet.pause(scenario.delayms);
    const broken = scenario.badjson && chunks > 0 && outlet.fault === undefined;
    if (broken) outlet.fault = 'badjson';
    await send(broken ? { ...part, data: JSON.stringify(part.data).slice(0, -2) } : part);
    if (isChunk) chunks += 1;
    // Before the next part is made: making the last one bills the call.
    if (isChunk && chunks === fault?.after) return end(fault.name);
  }
  outlet.end();
}

/** An answer that is none: nothing at all, or a gateway's page. */
export function sendPage(
  outlet: Outlet,
  headers: Record<string, string>,
  scenario: Scenario,
  usualType: string,
): void {
  outlet.fault = scenario.html ? 'html' : 'emptybody';
  outlet.head(200, { 'content-type': scenario.html ? 'text/html' : usualType, ...headers });
  outlet.end(scenario.html ? '<!doctype html><title>Gateway</title><p>Please log in.' : '');
}

function bytesOf(body: object | string | Buffer): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

async function strike(outlet: Outlet, fault: 'errorat' | 'cutat' | 'hangat'): Promise<void> {
  outlet.fault = fault;
  if (fault === 'errorat') outlet.end();
  if (fault === 'cutat') outlet.cut();
  if (fault === 'hangat') await outlet.untilClosed();
}

function firstFault({ errorat, cutat, hangat }: Scenario) {
  const faults = [
    { name: 'errorat' as const, after: errorat ?? Number.POSITIVE_INFINITY },
    { name: 'cutat' as const, after: cutat ?? Number.POSITIVE_INFINITY },
    { name: 'hangat' as const, after: hangat ?? Number.POSITIVE_INFINITY },
  ];
  return faults.sort((a, b) => a.after - b.after)[0];
}
