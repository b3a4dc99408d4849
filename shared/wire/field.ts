/** What a field holds on the wire: a primitive, an array of one element, or a structure of named fields. */
export type Shape =
  | { readonly kind: 'boolean' | 'int8' | 'int16' | 'int32' | 'int64' | 'string' | 'uuid' | 'bytes' | 'records' }
  | { readonly kind: 'array'; readonly element: Field }
  | { readonly kind: 'struct'; readonly fields: Fields };

interface Facts {
  readonly since: number;
  readonly until: number;
  readonly nullableSince: number;
  readonly tag?: number;
  readonly fallback?: unknown;
}

const always: Facts = { since: 0, until: Number.POSITIVE_INFINITY, nullableSince: Number.POSITIVE_INFINITY };

/**
 * One field of a request or response, as the protocol's message definitions describe it: its shape, the versions that
 * carry it, the versions in which it may be null, and what it is where it is absent.
 */
export class Field<Value = unknown, Input = Value, Optional extends boolean = boolean> {
  /** Known to the compiler only: what reading gives, what writing takes, and whether writing may leave it out. */
  declare readonly types: { readonly value: Value; readonly input: Input; readonly optional: Optional };

  constructor(
    readonly shape: Shape,
    readonly facts: Facts = always,
  ) {}

  /** The first version that carries the field. */
  since(version: number): Field<Value, Input, true> {
    return new Field(this.shape, { ...this.facts, since: version });
  }

  /** The last version that carries the field. */
  until(version: number): Field<Value, Input, true> {
    return new Field(this.shape, { ...this.facts, until: version });
  }

  /** May be null, from the given version on. */
  nullable(since = 0): Field<Value | null, Input | null, Optional> {
    return new Field(this.shape, { ...this.facts, nullableSince: since });
  }

  /** Carried in the tagged section of flexible versions (KIP-482), and only if it differs from its fallback. */
  tagged(tag: number): Field<Value, Input, true> {
    return new Field(this.shape, { ...this.facts, tag });
  }

  /** What the field is where a version does not carry it or a writer leaves it out; otherwise null, zero or empty. */
  or(fallback: Value): Field<Value, Input, true> {
    return new Field(this.shape, { ...this.facts, fallback });
  }
}

/** The fields of a structure, in the order of the wire. */
export type Fields = Readonly<Record<string, Field>>;

type Simplify<T> = { [K in keyof T]: T[K] } & {};

type OptionalNames<F extends Fields> = {
  [K in keyof F]: F[K]['types']['optional'] extends true ? K : never;
}[keyof F];

/** What reading a structure gives: every field, absent ones at their fallback. */
export type ValueOf<F extends Fields> = Simplify<{ readonly [K in keyof F]: F[K]['types']['value'] }>;

/** What writing a structure takes: fields that some version lacks, or that have a fallback, may be left out. */
export type InputOf<F extends Fields> = Simplify<
  { readonly [K in Exclude<keyof F, OptionalNames<F>>]: F[K]['types']['input'] } & {
    readonly [K in OptionalNames<F>]?: F[K]['types']['input'];
  }
>;

export const boolean = new Field<boolean, boolean, false>({ kind: 'boolean' });
export const int8 = new Field<number, number, false>({ kind: 'int8' });
export const int16 = new Field<number, number, false>({ kind: 'int16' });
export const int32 = new Field<number, number, false>({ kind: 'int32' });
/** Offsets, times and producer ids, as numbers: exact to 2^53, and held to ±2^53 beyond, where no real one lies. */
export const int64 = new Field<number, number, false>({ kind: 'int64' });
export const string = new Field<string, string, false>({ kind: 'string' });
/** A topic id, in the 22 letters that Kafka's own tools print (base64url). */
export const uuid = new Field<string, string, false>({ kind: 'uuid' });
/** Bytes; what is read is a view of the frame, not a copy. */
export const bytes = new Field<Buffer, Buffer, false>({ kind: 'bytes' });
/** Record batches one after another; written from one buffer or several, read as a view of the frame. */
export const records = new Field<Buffer, Buffer | readonly Buffer[], false>({ kind: 'records' });

/** The id that means "no topic id": sixteen zero bytes. */
export const noUuid = 'AAAAAAAAAAAAAAAAAAAAAA';

/** An array of one primitive field. */
export function arrayOf<Value, Input>(
  element: Field<Value, Input, boolean>,
): Field<readonly Value[], readonly Input[], false> {
  return new Field({ kind: 'array', element });
}

/** A structure by itself. */
export function struct<F extends Fields>(fields: F): Field<ValueOf<F>, InputOf<F>, false> {
  return new Field({ kind: 'struct', fields });
}

/** An array of structures. */
export function array<F extends Fields>(fields: F): Field<readonly ValueOf<F>[], readonly InputOf<F>[], false> {
  return new Field({ kind: 'array', element: new Field({ kind: 'struct', fields }) });
}
