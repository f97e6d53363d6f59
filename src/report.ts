import { diag } from '@opentelemetry/api';

const logger = diag.createComponentLogger({ namespace: 'tokenmeter' });

// Warnings name a kind of problem, so there are few; the bound is for kinds that carry a model name.
const MAX_KINDS = 200;
const warned = new Set<string>();

/** Warns once per process and kind: a problem that every call has fills no log. */
export function warnOnce(kind: string, message: string, cause?: unknown): void {
  if (warned.has(kind) || warned.size >= MAX_KINDS) return;
  warned.add(kind);
  if (cause === undefined) logger.warn(message);
  else logger.warn(message, cause);
}

/** A fault of the meter itself. It is told once and goes no further: the app's call must not notice. */
export function reportFault(where: string, fault: unknown): void {
  warnOnce(`fault:${where}`, `fault in ${where}; the application's calls are not affected`, fault);
}
