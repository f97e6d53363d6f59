import type { StreamPart } from './types.ts';

/** How the parts of a stream are written. */
export interface StreamFormat {
  readonly contentType: string;
  encode(part: StreamPart): Buffer;
}

export const serverSentEvents: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  encode({ event, data }) {
    return Buffer.from(`${event === undefined ? '' : `event: ${event}\n`}data: ${textOf(data)}\n\n`);
  },
};

/** A part's data is JSON, unless it is broken on purpose or no JSON at all. */
export function textOf(data: StreamPart['data']): string {
  return typeof data === 'string' ? data : JSON.stringify(data);
}

const sizes = [1, 3, 7, 2, 5, 11];

/** Pieces of odd sizes, with a cut inside every character that has more than one byte. */
export function splitOddly(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  let size = 0;
  for (let i = 1; i < bytes.length; i++) {
    size = sizes[pieces.length % sizes.length] ?? 1;
    if (i - start >= size || isSecondByte(bytes, i)) {
      pieces.push(bytes.subarray(start, i));
      start = i;
    }
  }
  pieces.push(bytes.subarray(start));
  return pieces;
}

function isSecondByte(bytes: Buffer, at: number): boolean {
  return ((bytes[at] ?? 0) & 0xc0) === 0x80 && ((bytes[at - 1] ?? 0) & 0xc0) === 0xc0;
}
