import type { z } from 'zod';
import type {
  keyFunctionSchema,
  predicateSchema,
  recordsFunctionSchema,
  valueFunctionSchema,
  valuesFunctionSchema,
} from './function-schemas.js';
import { asInt, asStr, type CaseKey, type CaseValue, exact, mod } from './values.js';

/** A function of a record. */
type OfRecord<R> = (key: CaseKey | null, value: CaseValue) => R;

export function predicate(spec: z.infer<typeof predicateSchema>): OfRecord<boolean> {
  switch (spec.fn) {
    case 'modEquals':
      return (_key, value) => mod(asInt(value), spec.m) === spec.r;
    case 'greaterThan':
      return (_key, value) => asInt(value) > spec.c;
    case 'isNullValue':
      return (_key, value) => value === null;
    case 'keyIn':
      return (key) => key !== null && spec.keys.includes(asStr(key));
  }
}

export function keyFunction(spec: z.infer<typeof keyFunctionSchema>): OfRecord<CaseKey | null> {
  switch (spec.fn) {
    case 'sameKey':
      return (key) => key;
    case 'keyFromValueMod':
      return (_key, value) => `k${mod(asInt(value), spec.m)}`;
    case 'keyFromValue':
      return (_key, value) => (value === null ? null : asStr(value));
    case 'keyConst':
      return () => spec.c;
    case 'keyAppend':
      return (key) => (key === null ? null : asStr(key) + spec.s);
    case 'keyNullIf':
      return (key, value) => (mod(asInt(value), spec.m) === spec.r ? null : key);
    case 'windowedToString':
      return (key) => (key === null ? null : asStr(key));
    case 'fkMod':
      return (_key, value) => letter(mod(asInt(value), spec.m));
    case 'fkNullIf':
      return (_key, value) => {
        const found = mod(asInt(value), spec.m);
        return found === spec.r ? null : letter(found);
      };
  }
}

export function valueFunction(spec: z.infer<typeof valueFunctionSchema>): OfRecord<CaseValue> {
  switch (spec.fn) {
    case 'same':
      return (_key, value) => value;
    case 'addConst':
      return (_key, value) => exact(asInt(value) + spec.c);
    case 'mulConst':
      return (_key, value) => exact(asInt(value) * spec.c);
    case 'mod':
      return (_key, value) => mod(asInt(value), spec.m);
    case 'appendStr':
      return (_key, value) => asStr(value) + spec.s;
    case 'nullIf':
      return (_key, value) => (mod(asInt(value), spec.m) === spec.r ? null : value);
    case 'keyColonValue':
      return (key, value) => `${asStr(key)}:${asStr(value)}`;
  }
}

export function valuesFunction(spec: z.infer<typeof valuesFunctionSchema>): OfRecord<CaseValue[]> {
  switch (spec.fn) {
    case 'dup':
      return (_key, value) => Array.from({ length: spec.n }, () => value);
    case 'rangeMod':
      return (_key, value) => Array.from({ length: mod(asInt(value), spec.m) }, (_, index) => index);
  }
}

export function recordsFunction(
  spec: z.infer<typeof recordsFunctionSchema>,
): OfRecord<[key: CaseKey | null, value: CaseValue][]> {
  switch (spec.fn) {
    case 'fanKeys':
      return (key, value) => Array.from({ length: spec.n }, (_, index) => [asStr(key) + index, value]);
    case 'keyAndSwap':
      return (key, value) => [[key, value], ...(value === null ? [] : [swapped(key, value)])];
  }
}

function swapped(key: CaseKey | null, value: number | string): [CaseKey, CaseValue] {
  return [asStr(value), key === null ? null : asStr(key)];
}

function letter(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}
