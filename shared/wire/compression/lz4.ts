import { damaged, need } from './damaged.js';
import { Output } from './output.js';

const frameMagic = 0x184d2204;
/** Sixteen magics, the last four bits aside, whose frames are for others and are passed over. */
const skippableMagic = 0x184d2a50;

const flag = {
  dictionary: 1,
  reserved: 2,
  contentChecksum: 4,
  contentSize: 8,
  blockChecksum: 16,
  independentBlocks: 32,
} as const;
const uncompressedBlock = 0x80000000;
const smallestMatch = 4;

/**
 * Opens LZ4 frames (github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). Checksums are passed over: a batch has one of its
 * own, over all of its bytes.
 * @throws KitError 'protocol' where the data are damaged or more than `limitBytes` would come out.
 */
export function openLz4(bytes: Buffer, limitBytes: number): Buffer {
  const output = new Output(limitBytes);
  let at = 0;
  do {
    need(at, 8, bytes.length);
    const magic = bytes.readUInt32LE(at);
    if (magic === frameMagic) {
      at = openFrame(bytes, at + 4, output);
    } else if ((magic & ~15) >>> 0 === skippableMagic) {
      const skipped = bytes.readUInt32LE(at + 4);
      need(at + 8, skipped, bytes.length);
      at += 8 + skipped;
    } else {
      throw damaged(`a frame that begins with ${magic.toString(16)}, not as LZ4 does`);
    }
  } while (at < bytes.length);
  return output.written;
}

/** Gives where the frame ends. */
function openFrame(bytes: Buffer, start: number, output: Output): number {
  const flags = bytes[start] ?? 0;
  const sizeCode = ((bytes[start + 1] ?? 0) >>> 4) & 7;
  if (flags >>> 6 !== 1 || (flags & (flag.dictionary | flag.reserved)) !== 0 || sizeCode < 4) {
    throw damaged(`an LZ4 frame of flags ${flags} and block size ${sizeCode}; version 1 without dictionary is known`);
  }
  const isSizeTold = (flags & flag.contentSize) !== 0;
  const blockLimit = 2 ** (8 + 2 * sizeCode);
  const base = output.length;
  let at = start + 2;
  need(at, isSizeTold ? 9 : 1, bytes.length);
  const toldSize = isSizeTold ? bytes.readBigUInt64LE(at) : undefined;
  // The descriptor's checksum is one byte; some clients have computed it wrongly for years.
  at += isSizeTold ? 9 : 1;

  for (;;) {
    need(at, 4, bytes.length);
    const word = bytes.readUInt32LE(at);
    at += 4;
    if (word === 0) break;
    const blockBytes = word & ~uncompressedBlock;
    if (blockBytes > blockLimit) throw damaged(`a block of ${blockBytes} bytes where ${blockLimit} are the most`);
    need(at, blockBytes, bytes.length);
    const blockStart = output.length;
    if (word >= uncompressedBlock) output.append(bytes, at, at + blockBytes);
    else openBlock(bytes, at, at + blockBytes, output, (flags & flag.independentBlocks) !== 0 ? blockStart : base);
    if (output.length - blockStart > blockLimit) throw damaged(`a block that holds more than ${blockLimit} bytes`);
    at += blockBytes + ((flags & flag.blockChecksum) !== 0 ? 4 : 0);
  }
  const checksumBytes = (flags & flag.contentChecksum) !== 0 ? 4 : 0;
  need(at, checksumBytes, bytes.length);
  if (toldSize !== undefined && toldSize !== BigInt(output.length - base)) {
    throw damaged(`${output.length - base} bytes came out where ${toldSize} were announced`);
  }
  return at + checksumBytes;
}

/** Sequences of literals and a match; the last has literals only. */
function openBlock(bytes: Buffer, start: number, end: number, output: Output, earliest: number): void {
  let at = start;
  const lengthOf = (nibble: number) => {
    let length = nibble;
    if (nibble < 15) return length;
    for (;;) {
      need(at, 1, end);
      const more = bytes[at++] ?? 0;
      length += more;
      if (more < 255) return length;
    }
  };
  for (;;) {
    need(at, 1, end);
    const token = bytes[at++] ?? 0;
    const literals = lengthOf(token >>> 4);
    need(at, literals, end);
    output.append(bytes, at, at + literals);
    at += literals;
    if (at === end) return;
    need(at, 2, end);
    const distance = bytes.readUInt16LE(at);
    at += 2;
    output.repeat(distance, lengthOf(token & 15) + smallestMatch, earliest);
  }
}
