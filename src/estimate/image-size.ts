export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Enough for the headers that come before the size, such as a camera's preview in a JPEG. */
const HEADER_CHARACTERS = 256 * 1024;

/** The size of a PNG, GIF, JPEG or WebP image from the start of its data; undefined when that does not tell. */
export function imageSize(base64: string): ImageSize | undefined {
  const data = Buffer.from(base64.slice(0, HEADER_CHARACTERS), 'base64');
  if (data.length < 30) return undefined;
  const size = readHeader(data);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function readHeader(data: Buffer): ImageSize | undefined {
  if (data.readUInt32BE(0) === 0x89504e47)
    return { width: data.readUInt32BE(16), height: data.readUInt32BE(20) };
  const start = data.toString('latin1', 0, 4);
  if (start === 'GIF8') return { width: data.readUInt16LE(6), height: data.readUInt16LE(8) };
  if (start === 'RIFF' && data.toString('latin1', 8, 12) === 'WEBP') return webpSize(data);
  if (data.readUInt16BE(0) === 0xffd8) return jpegSize(data);
  return undefined;
}

function webpSize(data: Buffer): ImageSize | undefined {
  switch (data.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = data.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: data.readUIntLE(24, 3) + 1, height: data.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** Goes from segment to segment to the one that starts a frame. */
function jpegSize(data: Buffer): ImageSize | undefined {
  let at = 2;
  while (at + 9 <= data.length && data[at] === 0xff) {
    const marker = data[at + 1] as number;
    if (isFrameStart(marker)) return { width: data.readUInt16BE(at + 7), height: data.readUInt16BE(at + 5) };
    at += marker === 0xff ? 1 : 2 + data.readUInt16BE(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15; the tables and extensions DHT, JPG and DAC lie between them. */
function isFrameStart(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
