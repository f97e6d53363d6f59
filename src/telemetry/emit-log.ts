import { createRequire } from 'node:module';
import * as api from '@opentelemetry/api';
import { SCOPE_NAME } from './names.ts';

/** An event, for whoever has a log pipeline. */
export interface LogEvent {
  readonly eventName: string;
  /** 9 is INFO, 13 is WARN, 17 is ERROR. */
  readonly severityNumber: 9 | 13 | 17;
  readonly severityText: 'INFO' | 'WARN' | 'ERROR';
  readonly body: string;
  readonly timestamp?: number | undefined;
  readonly attributes: api.Attributes;
}

interface LogsApi {
  getLogger(name: string): { emit(event: LogEvent): void };
}

let older: LogsApi | undefined | null;

/** Emits it through the app's logger provider, if it has one. */
export function emitLog(event: LogEvent): void {
  logsApi()?.getLogger(SCOPE_NAME).emit(event);
}

/** A part of OpenTelemetry's API since 1.10; before, a package of its own, which comes with the SDK's logs. */
function logsApi(): LogsApi | undefined {
  const { logs } = api as { logs?: LogsApi };
  if (logs) return logs;
  if (older === undefined) {
    try {
      const load = createRequire(import.meta.url);
      older = (load('@opentelemetry/api-logs') as { logs: LogsApi }).logs;
    } catch {
      older = null;
    }
  }
  return older ?? undefined;
}
