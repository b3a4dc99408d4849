import { damaged, need } from './damaged.js';
import { decodeHuffman, type HuffmanTable, readHuffmanTable } from './zstd-huffman.js';

/** The literals of a block, the Huffman table that the next block may use again, and where the section ends. */
export interface Literals {
  readonly bytes: Buffer;
  readonly table: HuffmanTable | undefined;
  readonly at: number;
}

const kind = { raw: 0, repeated: 1, compressed: 2, withOldTable: 3 } as const;

/** Reads the literals section of a block (RFC 8878, 3.1.1.3.1), of which `maxBytes` may come out. */
export function readLiterals(
  bytes: Buffer,
  start: number,
  end: number,
  oldTable: HuffmanTable | undefined,
  maxBytes: number,
): Literals {
  need(start, 1, end);
  const first = bytes[start] ?? 0;
  const type = first & 3;
  const format = (first >>> 2) & 3;
  if (type === kind.compressed || type === kind.withOldTable) {
    const bits = [10, 10, 14, 18][format] ?? 0;
    const headerBytes = (4 + 2 * bits) / 8;
    need(start, headerBytes, end);
    const sizes = Math.floor(bytes.readUIntLE(start, headerBytes) / 16);
    const size = sizes % 2 ** bits;
    const at = start + headerBytes;
    const sectionBytes = Math.floor(sizes / 2 ** bits);
    need(at, sectionBytes, end);
    limit(size, maxBytes);
    const until = at + sectionBytes;
    const described = type === kind.compressed ? readHuffmanTable(bytes, at, until) : { table: oldTable, at };
    if (described.table === undefined) throw damaged('a block that uses the Huffman table of none before it');
    const literals = Buffer.allocUnsafe(size);
    if (format === 0) decodeHuffman(described.table, bytes, [described.at, until], literals, [0, size]);
    else decodeFourStreams(described.table, bytes, described.at, until, literals);
    return { bytes: literals, table: described.table, at: until };
  }
  const headerBytes = [1, 2, 1, 3][format] ?? 1;
  need(start, headerBytes, end);
  const size = bytes.readUIntLE(start, headerBytes) >>> (headerBytes === 1 ? 3 : 4);
  const at = start + headerBytes;
  limit(size, maxBytes);
  if (type === kind.repeated) {
    need(at, 1, end);
    return { bytes: Buffer.alloc(size, bytes[at]), table: oldTable, at: at + 1 };
  }
  need(at, size, end);
  return { bytes: bytes.subarray(at, at + size), table: oldTable, at: at + size };
}

function limit(size: number, maxBytes: number): void {
  if (size > maxBytes) throw damaged(`${size} bytes of literals in a block where ${maxBytes} are the most`);
}

function decodeFourStreams(table: HuffmanTable, bytes: Buffer, start: number, end: number, to: Buffer): void {
  need(start, 6, end);
  const part = (to.length + 3) >>> 2;
  if (3 * part > to.length) throw damaged(`${to.length} literals in four streams`);
  let at = start + 6;
  for (let i = 0; i < 4; i += 1) {
    const until = i === 3 ? end : at + bytes.readUInt16LE(start + 2 * i);
    need(at, until - at, end);
    decodeHuffman(table, bytes, [at, until], to, [i * part, i === 3 ? to.length : (i + 1) * part]);
    at = until;
  }
}
