import type { Fault } from './types.ts';

/** Where an answer goes out: an HTTP response or a WebSocket. Nothing here throws because the client left. */
export interface Outlet {
  readonly isClosed: boolean;
  fault: Fault | undefined;
  /** Starts the answer. */
  head(status: number, headers: Record<string, string>): void;
  /** Resolves when the connection can take more. */
  write(bytes: Buffer | string): Promise<void>;
  /** As a piece of its own. */
  writeApart(bytes: Buffer): Promise<void>;
  end(bytes?: Buffer | string): void;
  /** Closes the connection; the client still gets what was written so far. */
  cut(): void;
  untilClosed(): Promise<void>;
  pause(milliseconds: number | undefined): Promise<void>;
}
