import type { Fields } from '#shared/wire';

type Field = Fields[string];

export type Random = () => number;

/** Mulberry32: the same seed gives the same numbers, so a failing test fails again. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Bytes as random as the numbers. */
export const randomBytes = (length: number, random: Random): Buffer =>
  Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));

/** One, two, three and four bytes long. */
const letters = ['a', 'é', '€', '😀'];

const empty = {
  boolean: false,
  int8: 0,
  int16: 0,
  int32: 0,
  int64: 0,
  string: '',
  uuid: 'AAAAAAAAAAAAAAAAAAAAAA',
  bytes: Buffer.alloc(0),
  records: Buffer.alloc(0),
  array: [],
  struct: {},
} as const;

/** A random message that a version can carry, for tests; fields that it can't carry are at their fallback. */
export function generateMessage(fields: Fields, version: number, random: Random): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, generateField(field, version, random)]),
  );
}

function generateField(field: Field, version: number, random: Random): unknown {
  const { since, until, nullableSince, fallback } = field.facts;
  if (version < since || version > until) {
    return fallback ?? (Number.isFinite(nullableSince) ? null : empty[field.shape.kind]);
  }
  if (version >= nullableSince && random() < 0.2) return null;
  return generateValue(field, version, random);
}

function generateValue({ shape }: Field, version: number, random: Random): unknown {
  const integer = (bits: number) => Math.floor((random() - 0.5) * 2 ** bits);
  const bytes = (length: number) => randomBytes(length, random);
  switch (shape.kind) {
    case 'boolean':
      return random() < 0.5;
    case 'int8':
      return integer(8);
    case 'int16':
      return integer(16);
    case 'int32':
      return integer(32);
    case 'int64':
      return integer(53);
    case 'string':
      return Array.from({ length: Math.floor(random() * 200) }, () => letters[Math.floor(random() * 4)]).join('');
    case 'uuid':
      return bytes(16).toString('base64url');
    case 'bytes':
    case 'records':
      return bytes(Math.floor(random() * (random() < 0.1 ? 3000 : 40)));
    case 'array':
      return Array.from({ length: Math.floor(random() * 4) }, () => generateValue(shape.element, version, random));
    case 'struct':
      return generateMessage(shape.fields, version, random);
  }
}
