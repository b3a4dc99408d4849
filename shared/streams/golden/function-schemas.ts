import { z } from 'zod';

const divisor = z.int().positive();
const remainder = { m: divisor, r: z.int() };

/** Predicates of (key, value). */
export const predicateSchema = z.discriminatedUnion('fn', [
  z.strictObject({ fn: z.literal('modEquals'), ...remainder }),
  z.strictObject({ fn: z.literal('greaterThan'), c: z.int() }),
  z.strictObject({ fn: z.literal('isNullValue') }),
  z.strictObject({ fn: z.literal('keyIn'), keys: z.array(z.string()) }),
]);

/** Functions of (key, value) that give a key or null; a foreign-key extractor is one of them. */
export const keyFunctionSchema = z.discriminatedUnion('fn', [
  z.strictObject({ fn: z.literal('sameKey') }),
  z.strictObject({ fn: z.literal('keyFromValueMod'), m: divisor }),
  z.strictObject({ fn: z.literal('keyFromValue') }),
  z.strictObject({ fn: z.literal('keyConst'), c: z.string() }),
  z.strictObject({ fn: z.literal('keyAppend'), s: z.string() }),
  z.strictObject({ fn: z.literal('keyNullIf'), ...remainder }),
  z.strictObject({ fn: z.literal('windowedToString') }),
  z.strictObject({ fn: z.literal('fkMod'), m: divisor.max(26) }),
  z.strictObject({ fn: z.literal('fkNullIf'), m: divisor.max(26), r: z.int() }),
]);

/** Functions of (key, value) that give a value. */
export const valueFunctionSchema = z.discriminatedUnion('fn', [
  z.strictObject({ fn: z.literal('same') }),
  z.strictObject({ fn: z.literal('addConst'), c: z.int() }),
  z.strictObject({ fn: z.literal('mulConst'), c: z.int() }),
  z.strictObject({ fn: z.literal('mod'), m: divisor }),
  z.strictObject({ fn: z.literal('appendStr'), s: z.string() }),
  z.strictObject({ fn: z.literal('nullIf'), ...remainder }),
  z.strictObject({ fn: z.literal('keyColonValue') }),
]);

/** Functions of (key, value) that give any number of values. */
export const valuesFunctionSchema = z.discriminatedUnion('fn', [
  z.strictObject({ fn: z.literal('dup'), n: z.int().nonnegative() }),
  z.strictObject({ fn: z.literal('rangeMod'), m: divisor }),
]);

/** Functions of (key, value) that give any number of records. */
export const recordsFunctionSchema = z.discriminatedUnion('fn', [
  z.strictObject({ fn: z.literal('fanKeys'), n: z.int().nonnegative() }),
  z.strictObject({ fn: z.literal('keyAndSwap') }),
]);

const longest = { max: z.int().nonnegative().optional() };

/** Aggregators, adders, subtractors, reducers and mergers: one name means the same in each of these places. */
export const combinerSchema = z.discriminatedUnion('fn', [
  z.strictObject({ fn: z.literal('sum') }),
  z.strictObject({ fn: z.literal('subtract') }),
  z.strictObject({ fn: z.literal('max') }),
  z.strictObject({ fn: z.literal('min') }),
  z.strictObject({ fn: z.literal('last') }),
  z.strictObject({ fn: z.literal('first') }),
  z.strictObject({ fn: z.literal('concat'), ...longest }),
  z.strictObject({ fn: z.literal('concatSep'), s: z.string(), ...longest }),
  z.strictObject({ fn: z.literal('sumNullIf'), ...remainder }),
]);

/** Functions of (key, left value, right value). */
export const joinerSchema = z.discriminatedUnion('fn', [
  z.strictObject({ fn: z.literal('pair') }),
  z.strictObject({ fn: z.literal('keyPair') }),
  z.strictObject({ fn: z.literal('sum') }),
  z.strictObject({ fn: z.literal('nullIfSum'), ...remainder }),
]);
