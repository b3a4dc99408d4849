import { BackwardBits } from './backward-bits.js';
import { damaged, need } from './damaged.js';
import type { Output } from './output.js';
import { constantTable, type FseTable, fseTable, nextState, readFseTable } from './zstd-fse.js';

/** One of the three things that a sequence is made of, each with codes and a table of its own. */
interface Part {
  readonly maxLog: number;
  readonly maxSymbol: number;
  readonly usual: FseTable;
}

const times = (count: number, value: number): number[] => Array<number>(count).fill(value);

// RFC 8878, 3.1.1.3.2.2: the probabilities where a block tells none.
const literalLengths: Part = {
  maxLog: 9,
  maxSymbol: 35,
  usual: fseTable([4, 3, ...times(11, 2), 1, 1, 1, ...times(9, 2), 3, 2, ...times(5, 1), ...times(4, -1)], 6),
};
const offsets: Part = {
  maxLog: 8,
  maxSymbol: 31,
  usual: fseTable([...times(6, 1), 2, 2, 2, ...times(15, 1), ...times(5, -1)], 5),
};
const matchLengths: Part = {
  maxLog: 9,
  maxSymbol: 52,
  usual: fseTable([1, 4, 3, ...times(6, 2), ...times(37, 1), ...times(7, -1)], 6),
};

/** The lengths that codes stand for: each begins where the one before it ends. */
function lengthCodes(smallest: number, bits: readonly number[]) {
  const baselines: number[] = [];
  let next = smallest;
  for (const count of bits) {
    baselines.push(next);
    next += 2 ** count;
  }
  return { baselines: Uint32Array.from(baselines), bits: Uint8Array.from(bits) };
}

const literalLengthCodes = lengthCodes(
  0,
  times(16, 0).concat(1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
);
const matchLengthCodes = lengthCodes(
  3,
  times(32, 0).concat(1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
);

/** What sequences hand on from block to block of a frame: the tables, and the last three offsets. */
export class SequenceState {
  literalLengths: FseTable | undefined;
  offsets: FseTable | undefined;
  matchLengths: FseTable | undefined;
  readonly recent: [number, number, number] = [1, 4, 8];
}

const mode = { usual: 0, constant: 1, described: 2, repeated: 3 } as const;

/**
 * Reads the sequences section of a block (RFC 8878, 3.1.1.3.2) and writes the block: literals and copies in turn. Copies
 * begin at `earliest` at the earliest, and at most `maxBytes` are written.
 */
export function writeSequences(
  bytes: Buffer,
  [start, end]: readonly [number, number],
  literals: Buffer,
  state: SequenceState,
  output: Output,
  earliest: number,
  maxBytes: number,
): void {
  const { count, at: afterCount } = readCount(bytes, start, end);
  if (count === 0) {
    if (afterCount !== end) throw damaged('bytes behind a block without sequences');
    output.append(literals, 0, literals.length);
    return;
  }
  const until = output.length + maxBytes;
  const stream = readTables(bytes, afterCount, end, state);
  const { literalLengths: lengths, offsets: distances, matchLengths: matches } = state;
  if (lengths === undefined || distances === undefined || matches === undefined) {
    throw damaged('a block that uses the tables of none before it');
  }
  let lengthState = stream.read(lengths.accuracyLog);
  let offsetState = stream.read(distances.accuracyLog);
  let matchState = stream.read(matches.accuracyLog);
  let taken = 0;
  for (let i = 0; i < count; i += 1) {
    const offsetCode = distances.symbols[offsetState] ?? 0;
    const offsetValue = 2 ** offsetCode + stream.readLong(offsetCode);
    const matchCode = matches.symbols[matchState] ?? 0;
    const match = (matchLengthCodes.baselines[matchCode] ?? 0) + stream.read(matchLengthCodes.bits[matchCode] ?? 0);
    const lengthCode = lengths.symbols[lengthState] ?? 0;
    const length =
      (literalLengthCodes.baselines[lengthCode] ?? 0) + stream.read(literalLengthCodes.bits[lengthCode] ?? 0);
    if (i < count - 1) {
      lengthState = nextState(lengths, lengthState, stream);
      matchState = nextState(matches, matchState, stream);
      offsetState = nextState(distances, offsetState, stream);
    }
    if (stream.left < 0 || length > literals.length - taken || output.length + length + match > until) {
      throw damaged('sequences of more than their block has');
    }
    output.append(literals, taken, taken + length);
    taken += length;
    output.repeat(distanceOf(offsetValue, length === 0, state.recent), match, earliest);
  }
  if (stream.left !== 0) throw damaged('sequences that do not end with their stream');
  if (output.length + literals.length - taken > until) throw damaged('literals of more than their block has');
  output.append(literals, taken, literals.length);
}

function readCount(bytes: Buffer, start: number, end: number): { count: number; at: number } {
  need(start, 1, end);
  const first = bytes[start] ?? 0;
  if (first < 128) return { count: first, at: start + 1 };
  if (first < 255) {
    need(start, 2, end);
    return { count: (first - 128) * 256 + (bytes[start + 1] ?? 0), at: start + 2 };
  }
  need(start, 3, end);
  return { count: bytes.readUInt16LE(start + 1) + 0x7f00, at: start + 3 };
}

/** Puts the block's tables into the state; gives the bits behind them. */
function readTables(bytes: Buffer, start: number, end: number, state: SequenceState): BackwardBits {
  need(start, 1, end);
  const modes = bytes[start] ?? 0;
  if ((modes & 3) !== 0) throw damaged(`sequences of modes ${modes}`);
  let at = start + 1;
  const table = (part: Part, old: FseTable | undefined, how: number): FseTable | undefined => {
    if (how === mode.usual) return part.usual;
    if (how === mode.repeated) return old;
    if (how === mode.described) {
      const read = readFseTable(bytes, at, end, part);
      at = read.at;
      return read.table;
    }
    need(at, 1, end);
    const symbol = bytes[at] ?? 0;
    at += 1;
    if (symbol > part.maxSymbol) throw damaged(`a code ${symbol} where ${part.maxSymbol} is the last`);
    return constantTable(symbol);
  };
  state.literalLengths = table(literalLengths, state.literalLengths, modes >>> 6);
  state.offsets = table(offsets, state.offsets, (modes >>> 4) & 3);
  state.matchLengths = table(matchLengths, state.matchLengths, (modes >>> 2) & 3);
  return new BackwardBits(bytes, at, end);
}

/** The first three values stand for the offsets used last (RFC 8878, 3.1.1.5); without literals, the first is left out. */
function distanceOf(value: number, isWithoutLiterals: boolean, recent: [number, number, number]): number {
  const which = value > 3 ? 3 : value - (isWithoutLiterals ? 0 : 1);
  const [first, second, third] = recent;
  if (value <= 3 && which === 0) return first;
  const distance = value > 3 ? value - 3 : ([first, second, third, first - 1][which] ?? 0);
  if (which !== 1) recent[2] = second;
  recent[1] = first;
  recent[0] = distance;
  return distance;
}
