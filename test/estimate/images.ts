/** Headers of images of a given size, as base64: all that is read of an image. */

function header(size: number, write: (data: Buffer) => void): string {
  const data = Buffer.alloc(size);
  write(data);
  return data.toString('base64');
}

export function png(width: number, height: number): string {
  return header(64, (data) => {
    data.write('89504e470d0a1a0a0000000d49484452', 'hex');
    data.writeUInt32BE(width, 16);
    data.writeUInt32BE(height, 20);
  });
}

export function gif(width: number, height: number): string {
  return header(64, (data) => {
    data.write('GIF89a', 'latin1');
    data.writeUInt16LE(width, 6);
    data.writeUInt16LE(height, 8);
  });
}

/** With the segment of a camera before that of the size. */
export function jpeg(width: number, height: number): string {
  return header(200, (data) => {
    data.write('ffd8ffe10064', 'hex');
    const frame = 2 + 2 + 0x64;
    data.write('ffc0001108', frame, 'hex');
    data.writeUInt16BE(height, frame + 5);
    data.writeUInt16BE(width, frame + 7);
  });
}

export function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): string {
  return header(64, (data) => {
    data.write('RIFF', 'latin1');
    data.write(`WEBP${kind}`, 8, 'latin1');
    if (kind === 'VP8 ') {
      data.writeUInt16LE(width, 26);
      data.writeUInt16LE(height, 28);
    } else if (kind === 'VP8L') {
      data.writeUInt32LE((((height - 1) << 14) | (width - 1)) >>> 0, 21);
    } else {
      data.writeUIntLE(width - 1, 24, 3);
      data.writeUIntLE(height - 1, 27, 3);
    }
  });
}
