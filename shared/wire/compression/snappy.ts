import { damaged, need } from './damaged.js';
import { Output } from './output.js';

// What snappy-java puts first, and with it every client that does as the Java client: this, two versions, then blocks, each
// after its length. librdkafka sends one block alone.
const framed = Buffer.from('\x82SNAPPY\0', 'latin1');
const framedHeaderBytes = framed.length + 8;

/**
 * Opens snappy: one block (github.com/google/snappy/blob/main/format_description.txt) or the blocks of snappy-java's stream.
 * @throws KitError 'protocol' where the data are damaged or more than `limitBytes` would come out.
 */
export function openSnappy(bytes: Buffer, limitBytes: number): Buffer {
  const output = new Output(limitBytes);
  if (!bytes.subarray(0, framed.length).equals(framed)) {
    openBlock(bytes, 0, bytes.length, output);
    return output.written;
  }
  need(0, framedHeaderBytes, bytes.length);
  for (let at = framedHeaderBytes; at < bytes.length; ) {
    need(at, 4, bytes.length);
    const blockBytes = bytes.readInt32BE(at);
    at += 4;
    need(at, blockBytes, bytes.length);
    openBlock(bytes, at, at + blockBytes, output);
    at += blockBytes;
  }
  return output.written;
}

const literal = 0;
const copyOf1ByteOffset = 1;
const copyOf2ByteOffset = 2;

function openBlock(bytes: Buffer, start: number, end: number, output: Output): void {
  const base = output.length;
  let at = start;
  const byte = () => {
    need(at, 1, end);
    return bytes[at++] ?? 0;
  };
  const little = (count: number) => {
    need(at, count, end);
    at += count;
    return bytes.readUIntLE(at - count, count);
  };

  let length = 0;
  for (let scale = 1; ; scale *= 128) {
    const part = byte();
    length += (part & 127) * scale;
    if (part < 128) break;
    if (scale > 128 ** 3) throw damaged('a length of more than 32 bits');
  }
  const until = base + length;
  if (until > output.limitBytes) throw damaged(`${length} bytes are announced, more than may come out`);

  while (at < end) {
    const tag = byte();
    const upper = tag >>> 2;
    const kind = tag & 3;
    if (kind === literal) {
      const count = 1 + (upper < 60 ? upper : little(upper - 59));
      need(at, count, end);
      output.append(bytes, at, at + count);
      at += count;
    } else if (kind === copyOf1ByteOffset) {
      output.repeat(((tag >>> 5) << 8) | byte(), 4 + (upper & 7), base);
    } else {
      output.repeat(little(kind === copyOf2ByteOffset ? 2 : 4), 1 + upper, base);
    }
    if (output.length > until) break;
  }
  if (output.length !== until) throw damaged(`${output.length - base} bytes came out where ${length} were announced`);
}
