import { writeSync } from 'node:fs';
import { diag } from '@opentelemetry/api';

const logger = diag.createComponentLogger({ namespace: 'tokenmeter' });

// Warnings name a kind of problem, so there are few; the bound is for kinds that carry a model name.
const MAX_KINDS = 200;
const warned = new Set<string>();

export function warn(message: string, cause?: unknown): void {
  if (cause === undefined) logger.warn(message);
  else logger.warn(message, cause);
}

/** Warns once per process and kind: a problem that every call has fills no log. */
export function warnOnce(kind: string, message: string, cause?: unknown): void {
  if (isFirst(kind)) warn(message, cause);
}

/** Warns, once, of calls that go unmetered. Where nobody has given OpenTelemetry a logger, Node prints it. */
export function warnVisibly(kind: string, message: string): void {
  if (!isFirst(kind)) return;
  if (hasLogger()) logger.warn(message);
  else process.emitWarning(message, 'TokenmeterWarning');
}

/** Where nobody has given OpenTelemetry a logger, it is written at once: Node prints no warnings any more. */
export function warnAtExit(message: string): void {
  if (hasLogger()) logger.error(message);
  else writeSync(process.stderr.fd, `tokenmeter: ${message}\n`);
}

/** A fault of the meter itself. It is told once and goes no further: the app's call must not notice. */
export function reportFault(where: string, fault: unknown): void {
  warnOnce(`fault:${where}`, `fault in ${where}; the application's calls are not affected`, fault);
}

/** Of an error: the rest is a stack. */
export function firstLine(error: unknown): string {
  return String(error).replace(/\n.*/s, '');
}

function isFirst(kind: string): boolean {
  if (warned.has(kind) || warned.size >= MAX_KINDS) return false;
  warned.add(kind);
  return true;
}

/** The API has no question for it; this is where every copy of its version 1 keeps the logger. */
function hasLogger(): boolean {
  const api = Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1')) as { diag?: unknown } | undefined;
  return api?.diag !== undefined;
}
