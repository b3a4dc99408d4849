import avsc from 'avsc';
import type { Tap } from './tap.js';

const MAX_LONG_BYTES = 10;

/**
 * A long of any size: a number where that is exact, otherwise a bigint. avsc reads a double before it takes the sign out of
 * it: from 2^52 on that is rounded, to a number of the other sign at worst.
 */
export function readLong(tap: Tap): number | bigint {
  const start = tap.pos;
  const number = tap.readLong();
  if (number < 2 ** 52 && number > -(2 ** 52)) return number;
  if (tap.pos - start > MAX_LONG_BYTES) throw new Error(`a long of ${tap.pos - start} bytes`);
  const long = readBigLong(tap.buf.subarray(start, tap.pos));
  return Number.isSafeInteger(Number(long)) ? Number(long) : long;
}

/** A long that is exact; one beyond 2^53 does not decode. */
export class ExactLongType extends avsc.types.LongType {
  _read(tap: Tap): number | bigint {
    const long = readLong(tap);
    return typeof long === 'number' ? long : this.beyond(long);
  }

  protected beyond(long: bigint): bigint {
    throw new Error(`the long ${long} is no exact number`);
  }
}

/** As above; one beyond 2^53 is a bigint. */
export class EveryLongType extends ExactLongType {
  protected override beyond(long: bigint): bigint {
    return long;
  }
}

// Seven bits a byte, the lowest first; then zigzag: 0, -1, 1, -2 …
function readBigLong(bytes: Buffer): bigint {
  let unsigned = 0n;
  for (const byte of bytes.toReversed()) unsigned = (unsigned << 7n) | BigInt(byte & 0x7f);
  return BigInt.asIntN(64, (unsigned >> 1n) ^ -(unsigned & 1n));
}

/** A decimal as the nearest double; without a type of its own it is the bytes of its digits. Read only. */
export class DecimalType extends avsc.types.LogicalType {
  readonly #scale: number;

  constructor(schema: avsc.Schema, options?: object) {
    super(schema, options);
    const { scale = 0 } = schema as { readonly scale?: unknown };
    if (typeof scale !== 'number') throw new Error('the scale of a decimal is a number');
    this.#scale = scale;
  }

  protected override _fromValue(bytes: Buffer): number {
    const digits = BigInt.asIntN(8 * bytes.length, BigInt(`0x0${bytes.toString('hex')}`));
    // As text, which is read to the nearest double; a division would round twice.
    return Number(`${digits}e${-this.#scale}`);
  }

  protected override _toValue(): undefined {
    return undefined;
  }

  protected override _resolve(): undefined {
    return undefined;
  }
}
