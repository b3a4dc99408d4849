import { BackwardBits } from './backward-bits.js';
import { damaged, need } from './damaged.js';
import { nextState, readFseTable } from './zstd-fse.js';

const longestCode = 11;
const mostSymbols = 256;

/** A Huffman table by the next `maxBits` bits: the symbol that they begin with, and how many of them are its own. */
export interface HuffmanTable {
  readonly maxBits: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

/** Reads the description of a Huffman tree (RFC 8878, 4.2.1); gives the table and where it ends. */
export function readHuffmanTable(bytes: Buffer, start: number, end: number): { table: HuffmanTable; at: number } {
  need(start, 1, end);
  const head = bytes[start] ?? 0;
  const from = start + 1;
  const count = head - 127;
  const at = from + (head < 128 ? head : (count + 1) >>> 1);
  need(from, at - from, end);
  const weights = head < 128 ? compressedWeights(bytes, from, at) : plainWeights(bytes, from, count);
  return { table: tableOf(weights), at };
}

function plainWeights(bytes: Buffer, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const pair = bytes[start + (i >>> 1)] ?? 0;
    return i % 2 === 0 ? pair >>> 4 : pair & 15;
  });
}

/** Two states take turns until the bits are used up; the one whose turn it is then gives the last weight. */
function compressedWeights(bytes: Buffer, start: number, end: number): number[] {
  const { table, at } = readFseTable(bytes, start, end, { maxLog: 6, maxSymbol: longestCode });
  const stream = new BackwardBits(bytes, at, end);
  let state = stream.read(table.accuracyLog);
  let other = stream.read(table.accuracyLog);
  const weights: number[] = [];
  while (stream.left >= 0 && weights.length < mostSymbols) {
    weights.push(table.symbols[state] ?? 0);
    const next = nextState(table, state, stream);
    state = other;
    other = next;
  }
  weights.push(table.symbols[state] ?? 0);
  return weights;
}

function tableOf(weights: number[]): HuffmanTable {
  const sum = weights.reduce((total, weight) => total + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  const maxBits = 32 - Math.clz32(sum);
  // The last symbol is not told: it fills the table up.
  const rest = 2 ** maxBits - sum;
  if (sum === 0 || maxBits > longestCode || (rest & (rest - 1)) !== 0 || weights.length >= mostSymbols) {
    throw damaged('a Huffman tree that does not come out even');
  }
  weights.push(32 - Math.clz32(rest));

  const symbols = new Uint8Array(1 << maxBits);
  const bits = new Uint8Array(1 << maxBits);
  let at = 0;
  for (let weight = 1; weight <= maxBits; weight += 1) {
    const width = 1 << (weight - 1);
    for (let symbol = 0; symbol < weights.length; symbol += 1) {
      if (weights[symbol] !== weight) continue;
      symbols.fill(symbol, at, at + width);
      bits.fill(maxBits + 1 - weight, at, at + width);
      at += width;
    }
  }
  return { maxBits, symbols, bits };
}

/** Decodes the stream in `bytes[start..end)` into `to[toStart..toEnd)`; both must be used up together. */
export function decodeHuffman(
  { maxBits, symbols, bits }: HuffmanTable,
  bytes: Buffer,
  [start, end]: readonly [number, number],
  to: Buffer,
  [toStart, toEnd]: readonly [number, number],
): void {
  const stream = new BackwardBits(bytes, start, end);
  for (let i = toStart; i < toEnd; i += 1) {
    const next = stream.peek(maxBits);
    to[i] = symbols[next] ?? 0;
    stream.left -= bits[next] ?? 0;
  }
  if (stream.left !== 0) throw damaged('literals that do not end with their stream');
}
