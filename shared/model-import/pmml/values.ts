import type { Ops } from './ops.js';

/** PMML's types of numbers; a float is kept as a double that is a float32. */
export type NumberType = 'integer' | 'float' | 'double';

/** A column of numbers: doubles of shape [N, 1] ([1, 1] where constant), NaN = missing. */
export interface NumberValue {
  readonly kind: 'number';
  readonly tensor: string;
  readonly type: NumberType;
  readonly mayBeMissing: boolean;
  /** Inputs without which this value is missing. */
  readonly needs: readonly string[];
  /** Where a function was undefined on the way here (the logarithm of -1): whoever uses the value has no score there. */
  readonly invalid?: string | undefined;
  /** How a constant is written: a text that is compared with it is compared with that. */
  readonly spelled?: string;
}

/** A column of truth values, of three: two boolean tensors of shape [N, 1]; unknown where neither is true. */
export interface LogicValue {
  readonly kind: 'boolean';
  readonly isTrue: string;
  readonly isFalse: string;
  readonly mayBeMissing: boolean;
  /** As that of a number. */
  readonly invalid?: string | undefined;
}

/**
 * A column of texts, seen only through the texts that somebody asks about: `codes` gives them numbers, so that everything
 * else is a table.
 */
export interface TextValue {
  readonly kind: 'text';
  readonly mayBeMissing: boolean;
  /** Every text that can occur; undefined where any can. */
  readonly known: readonly string[] | undefined;
  codes(keys: readonly string[]): Codes;
}

/**
 * Texts as int64 of shape [N, 1]: each indexes `meaning`, and -1 its last entry. A meaning is an index into the keys,
 * their number for any other text, or -1 for missing.
 */
interface Codes {
  readonly tensor: string;
  readonly meaning: readonly number[];
}

export type Value = NumberValue | LogicValue | TextValue;

export function numberValue(tensor: string, about: Partial<NumberValue> = {}): NumberValue {
  return { kind: 'number', tensor, type: 'double', mayBeMissing: true, needs: [], ...about };
}

export function constantNumber(ops: Ops, value: number, type: NumberType = 'double'): NumberValue {
  return numberValue(ops.number(value), { type, mayBeMissing: Number.isNaN(value) });
}

export function logicValue(isTrue: string, isFalse: string, mayBeMissing = true): LogicValue {
  return { kind: 'boolean', isTrue, isFalse, mayBeMissing };
}

/** A truth value that is never unknown. */
export function certain(ops: Ops, isTrue: string): LogicValue {
  return logicValue(isTrue, ops.not(isTrue), false);
}

/** False where a truth value is true, and true where it is false. */
export function negated(value: LogicValue): LogicValue {
  return { ...value, isTrue: value.isFalse, isFalse: value.isTrue };
}

/** A text that a table gives: `texts[i]` is what code i of the tensor stands for (-1: the last), undefined = missing. */
export function tableText(tensor: string, texts: readonly (string | undefined)[]): TextValue {
  const known = [...new Set(texts.filter((text) => text !== undefined))];
  const codes = (keys: readonly string[]): Codes => ({ tensor, meaning: texts.map((text) => meaningOf(keys, text)) });
  return { kind: 'text', mayBeMissing: texts.includes(undefined), known, codes: memoized(codes) };
}

export function constantText(ops: Ops, text: string): TextValue {
  return tableText(ops.builder.constant('int64', [0], [1, 1]), [text]);
}

/** The texts of a graph input; `missing` are those that say "missing", beside the empty one. */
export function inputText(ops: Ops, input: string, missing: readonly string[], mayBeMissing: boolean): TextValue {
  const codes = (keys: readonly string[]): Codes => {
    const present = [...new Set(keys)].filter((key) => key !== '' && !missing.includes(key));
    const absent = ['', ...missing];
    const tensor = ops.node(
      'LabelEncoder',
      [input],
      {
        keys_strings: { strings: [...present, ...absent] },
        values_int64s: { ints: [...present.map((_, index) => index), ...absent.map(() => -1)] },
        default_int64: { int: present.length },
      },
      'ai.onnx.ml',
    );
    return { tensor, meaning: [...present.map((key) => keys.indexOf(key)), keys.length, -1] };
  };
  return { kind: 'text', mayBeMissing, known: undefined, codes: memoized(codes) };
}

/** `then` where the condition is true, and `otherwise` elsewhere. */
export function selectText(ops: Ops, condition: string, then: TextValue, otherwise: TextValue): TextValue {
  const codes = (keys: readonly string[]): Codes => ({
    tensor: ops.where(condition, plainCodes(ops, then, keys), plainCodes(ops, otherwise, keys)),
    meaning: [...keys.map((_, index) => index), keys.length, -1],
  });
  const known = then.known && otherwise.known && [...new Set([...then.known, ...otherwise.known])];
  return {
    kind: 'text',
    mayBeMissing: then.mayBeMissing || otherwise.mayBeMissing,
    known,
    codes: memoized(codes),
  };
}

/** A number for each text: `of` gets a key's index, the number of keys for any other text, or -1 for missing. */
export function lookup(ops: Ops, value: TextValue, keys: readonly string[], of: (index: number) => number): string {
  const { tensor, meaning } = value.codes(keys);
  return ops.node('Gather', [ops.builder.constant('double', meaning.map(of)), tensor], { axis: { int: 0 } });
}

/** Whether a text is one of some; unknown where it is missing. */
export function textIsIn(ops: Ops, value: TextValue, keys: readonly string[]): LogicValue {
  const { tensor, meaning } = value.codes(keys);
  const flag = (of: (index: number) => boolean): string =>
    ops.node(
      'Gather',
      [
        ops.builder.constant(
          'bool',
          meaning.map((index) => (of(index) ? 1 : 0)),
        ),
        tensor,
      ],
      { axis: { int: 0 } },
    );
  const isTrue = flag((index) => index >= 0 && index < keys.length);
  return value.mayBeMissing
    ? logicValue(
        isTrue,
        flag((index) => index === keys.length),
      )
    : certain(ops, isTrue);
}

/** Where a value is missing, as a boolean tensor. */
export function isMissing(ops: Ops, value: Value): string {
  if (!value.mayBeMissing) return ops.truth(false);
  if (value.kind === 'number') return ops.isMissing(value.tensor);
  if (value.kind === 'boolean') return ops.not(ops.or(value.isTrue, value.isFalse));
  const { tensor, meaning } = value.codes([]);
  const table = ops.builder.constant(
    'bool',
    meaning.map((index) => (index === -1 ? 1 : 0)),
  );
  return ops.node('Gather', [table, tensor], { axis: { int: 0 } });
}

function plainCodes(ops: Ops, value: TextValue, keys: readonly string[]): string {
  const { tensor, meaning } = value.codes(keys);
  return ops.node('Gather', [ops.builder.constant('int64', meaning), tensor], { axis: { int: 0 } });
}

function meaningOf(keys: readonly string[], text: string | undefined): number {
  if (text === undefined) return -1;
  const index = keys.indexOf(text);
  return index === -1 ? keys.length : index;
}

// The graph's size counts: whoever asks about the same texts gets the same node.
function memoized(codes: (keys: readonly string[]) => Codes): (keys: readonly string[]) => Codes {
  const made = new Map<string, Codes>();
  return (keys) => {
    const id = JSON.stringify(keys);
    const known = made.get(id) ?? codes(keys);
    made.set(id, known);
    return known;
  };
}
