import { damaged, need } from './damaged.js';
import { Output } from './output.js';
import type { HuffmanTable } from './zstd-huffman.js';
import { readLiterals } from './zstd-literals.js';
import { SequenceState, writeSequences } from './zstd-sequences.js';

const frameMagic = 0xfd2fb528;
/** Sixteen magics, the last four bits aside, whose frames are for others and are passed over. */
const skippableMagic = 0x184d2a50;
const maxBlockBytes = 128 * 1024;
const block = { raw: 0, repeated: 1, compressed: 2 } as const;

/**
 * Opens Zstandard frames (RFC 8878) without dictionaries. Checksums are passed over: a batch has one of its own, over all of
 * its bytes. Written here because the libraries in JavaScript go on for minutes, or for ever, with damaged data of a few bytes.
 * @throws KitError 'protocol' where the data are damaged or more than `limitBytes` would come out.
 */
export function openZstd(bytes: Buffer, limitBytes: number): Buffer {
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
      throw damaged(`a frame that begins with ${magic.toString(16)}, not as zstd does`);
    }
  } while (at < bytes.length);
  return output.written;
}

/** Gives where the frame ends. */
function openFrame(bytes: Buffer, start: number, output: Output): number {
  const { at: firstBlock, contentBytes, hasChecksum } = readHeader(bytes, start);
  const base = output.length;
  if (contentBytes !== undefined && contentBytes > output.limitBytes - base) {
    throw damaged(`${contentBytes} bytes are announced, more than the ${output.limitBytes} that may come out`);
  }
  const sequences = new SequenceState();
  let huffman: HuffmanTable | undefined;
  let at = firstBlock;
  for (let isLast = false; !isLast; ) {
    need(at, 3, bytes.length);
    const header = bytes.readUIntLE(at, 3);
    const type = (header >>> 1) & 3;
    const size = header >>> 3;
    at += 3;
    isLast = (header & 1) !== 0;
    if (size > maxBlockBytes) throw damaged(`a block of ${size} bytes where ${maxBlockBytes} are the most`);
    const sizeHere = type === block.repeated ? 1 : size;
    need(at, sizeHere, bytes.length);
    if (type === block.raw) {
      output.append(bytes, at, at + size);
    } else if (type === block.repeated) {
      output.fill(bytes[at] ?? 0, size);
    } else if (type === block.compressed) {
      const literals = readLiterals(bytes, at, at + size, huffman, maxBlockBytes);
      huffman = literals.table;
      writeSequences(bytes, [literals.at, at + size], literals.bytes, sequences, output, base, maxBlockBytes);
    } else {
      throw damaged('a block of the reserved type');
    }
    at += sizeHere;
  }
  const checksumBytes = hasChecksum ? 4 : 0;
  need(at, checksumBytes, bytes.length);
  if (contentBytes !== undefined && contentBytes !== output.length - base) {
    throw damaged(`${output.length - base} bytes came out where ${contentBytes} were announced`);
  }
  return at + checksumBytes;
}

interface FrameHeader {
  /** Where the first block begins. */
  readonly at: number;
  /** The size of the content; undefined where it is not told. */
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
}

function readHeader(bytes: Buffer, start: number): FrameHeader {
  const flags = bytes[start] ?? 0;
  const isSingleSegment = (flags & 32) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >>> 6] ?? 0;
  if ((flags & 8) !== 0) throw damaged(`a zstd frame of flags ${flags}`);
  // The window's size is passed over: all that has come out is at hand.
  const dictionaryAt = start + (isSingleSegment ? 1 : 2);
  const sizeAt = dictionaryAt + dictionaryBytes;
  need(start, sizeAt + sizeBytes - start, bytes.length);
  if (dictionaryBytes > 0 && bytes.readUIntLE(dictionaryAt, dictionaryBytes) !== 0) {
    throw damaged('a zstd frame that needs a dictionary');
  }
  const contentBytes =
    sizeBytes === 8
      ? Number(bytes.readBigUInt64LE(sizeAt))
      : sizeBytes > 0
        ? bytes.readUIntLE(sizeAt, sizeBytes) + (sizeBytes === 2 ? 256 : 0)
        : undefined;
  return { at: sizeAt + sizeBytes, contentBytes, hasChecksum: (flags & 4) !== 0 };
}
