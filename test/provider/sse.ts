import type { StreamPart } from './types.ts';

export function formatPart({ event, data }: StreamPart): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
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
