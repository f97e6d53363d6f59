import { crc32 } from './crc32.ts';
import { isObject } from './json.ts';
import { type StreamFormat, textOf } from './sse.ts';

const STRING_HEADER = 7;
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;

/**
 * AWS's event stream, as Bedrock sends it: a message is its length, its headers' length, a checksum of
 * these two, the headers, the payload, and a checksum of all; numbers are big-endian.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export const amazonEventStream: StreamFormat = {
  contentType: 'application/vnd.amazon.eventstream',
  encode({ event, data }) {
    const text = textOf(data);
    if (event === 'error') {
      return encodeMessage(
        { ':exception-type': 'modelStreamErrorException', ...json, ':message-type': 'exception' },
        JSON.stringify({ message: isObject(data) ? JSON.stringify(data.error) : text }),
      );
    }
    const bytes = Buffer.from(text).toString('base64');
    return encodeMessage(
      { ':event-type': 'chunk', ...json, ':message-type': 'event' },
      JSON.stringify({ bytes }),
    );
  },
};

const json = { ':content-type': 'application/json' };

function encodeMessage(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  prelude.writeUInt32BE(PRELUDE_BYTES + head.length + body.length + CHECKSUM_BYTES, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, head, body]);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, checksum]);
}

function encodeHeader(name: string, value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([STRING_HEADER]),
    length,
    bytes,
  ]);
}
