import type { BackwardBits } from './backward-bits.js';
import { damaged } from './damaged.js';

/** A table of finite state entropy (RFC 8878, 4.1): what each state stands for, and how the next one is found. */
export interface FseTable {
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  /** How many bits are read for the next state, and what is added to them. */
  readonly bits: Uint8Array;
  readonly baselines: Uint16Array;
}

/** A table that always gives the same symbol and takes no bits for it. */
export function constantTable(symbol: number): FseTable {
  return { accuracyLog: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), baselines: new Uint16Array(1) };
}

/** Builds the table of these probabilities, which add up to 2^accuracyLog; -1 stands for "less than one". */
export function fseTable(probabilities: ArrayLike<number>, accuracyLog: number): FseTable {
  const size = 1 << accuracyLog;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(probabilities.length);
  let high = size;
  for (let symbol = 0; symbol < probabilities.length; symbol += 1) {
    const probability = probabilities[symbol] ?? 0;
    next[symbol] = Math.abs(probability);
    if (probability < 0) symbols[--high] = symbol;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (let symbol = 0; symbol < probabilities.length; symbol += 1) {
    for (let i = 0; i < (probabilities[symbol] ?? 0); i += 1) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  const bits = new Uint8Array(size);
  const baselines = new Uint16Array(size);
  for (let state = 0; state < size; state += 1) {
    const symbol = symbols[state] ?? 0;
    const place = next[symbol] ?? 0;
    next[symbol] = place + 1;
    const count = accuracyLog - (31 - Math.clz32(place));
    bits[state] = count;
    baselines[state] = (place << count) - size;
  }
  return { accuracyLog, symbols, bits, baselines };
}

/** The state that follows. */
export function nextState(table: FseTable, state: number, stream: BackwardBits): number {
  return (table.baselines[state] ?? 0) + stream.read(table.bits[state] ?? 0);
}

/** Reads a table's description (RFC 8878, 4.1.1), whose bits run forward; gives the table and where it ends. */
export function readFseTable(
  bytes: Buffer,
  start: number,
  end: number,
  { maxLog, maxSymbol }: { maxLog: number; maxSymbol: number },
): { table: FseTable; at: number } {
  let bit = 0;
  const peek = (count: number) => {
    const at = start + (bit >>> 3);
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    return (word >>> (bit & 7)) & ((1 << count) - 1);
  };
  const read = (count: number) => {
    const value = peek(count);
    bit += count;
    return value;
  };

  const accuracyLog = 5 + read(4);
  if (accuracyLog > maxLog) throw damaged(`a table of accuracy ${accuracyLog} where ${maxLog} is the most`);
  const probabilities: number[] = [];
  let left = 1 << accuracyLog;
  while (left > 0 && probabilities.length <= maxSymbol) {
    // Any value from 0 to left + 1 may come; the lower ones take a bit less.
    const count = 32 - Math.clz32(left + 1);
    const shorter = (1 << count) - 2 - left;
    let value = peek(count - 1);
    if (value < shorter) {
      bit += count - 1;
    } else {
      value = read(count);
      if (value >= 1 << (count - 1)) value -= shorter;
    }
    probabilities.push(value - 1);
    left -= Math.abs(value - 1);
    if (value !== 1) continue;
    for (let zeros = 3; zeros === 3; ) {
      zeros = read(2);
      for (let i = 0; i < zeros; i += 1) probabilities.push(0);
      if (probabilities.length > maxSymbol + 1) break;
    }
  }
  const at = start + ((bit + 7) >>> 3);
  if (left !== 0 || probabilities.length > maxSymbol + 1 || at > end) {
    throw damaged('a table whose probabilities do not add up');
  }
  return { table: fseTable(probabilities, accuracyLog), at };
}
