import type { z } from 'zod';
import type { combinerSchema, joinerSchema } from './function-schemas.js';
import { asInt, asStr, type CaseKey, type CaseValue, exact, mod } from './values.js';

/** What aggregators, adders, subtractors, reducers and mergers share: the old value (or the first of two) and the new one. */
export function combiner(spec: z.infer<typeof combinerSchema>): (aggregate: CaseValue, value: CaseValue) => CaseValue {
  switch (spec.fn) {
    case 'sum':
      return (aggregate, value) => exact(asInt(aggregate) + asInt(value));
    case 'subtract':
      return (aggregate, value) => exact(asInt(aggregate) - asInt(value));
    case 'max':
      return (aggregate, value) => Math.max(asInt(aggregate), asInt(value));
    case 'min':
      return (aggregate, value) => Math.min(asInt(aggregate), asInt(value));
    case 'last':
      return (_aggregate, value) => value;
    case 'first':
      return (aggregate) => aggregate;
    case 'concat':
      return (aggregate, value) => end(asStr(aggregate) + asStr(value), spec.max);
    case 'concatSep':
      return (aggregate, value) => end(asStr(aggregate) + spec.s + asStr(value), spec.max);
    case 'sumNullIf':
      return (aggregate, value) => nullIf(exact(asInt(aggregate) + asInt(value)), spec);
  }
}

export function joiner(
  spec: z.infer<typeof joinerSchema>,
): (key: CaseKey | null, left: CaseValue, right: CaseValue) => CaseValue {
  switch (spec.fn) {
    case 'pair':
      return (_key, left, right) => `${asStr(left)}|${asStr(right)}`;
    case 'keyPair':
      return (key, left, right) => `${asStr(key)}:${asStr(left)}|${asStr(right)}`;
    case 'sum':
      return (_key, left, right) => exact(asInt(left) + asInt(right));
    case 'nullIfSum':
      return (_key, left, right) => nullIf(exact(asInt(left) + asInt(right)), spec);
  }
}

function nullIf(value: number, { m, r }: { readonly m: number; readonly r: number }): CaseValue {
  return mod(value, m) === r ? null : value;
}

function end(text: string, longest = Number.POSITIVE_INFINITY): string {
  return text.slice(Math.max(0, text.length - longest));
}
