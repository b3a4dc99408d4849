import { compileFunction } from 'node:vm';
import type { ModelInput } from './model-card.js';

type Row = Readonly<Record<string, unknown>>;
type Floats = Float32Array | Float64Array;

/** Fields of a row that are single numbers. */
export interface NumberFields {
  /** Whether each of them is there, a number, and not NaN, which counts as missing. */
  areIn(row: Row): boolean;
  /** Writes them from a place on; false, and then what was written means nothing, where they are not all in the row. */
  copy(row: Row, to: Floats, from: number): boolean;
}

/** Code for so many is worth its memory. */
const MOST_IN_CODE = 256;

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);

/**
 * Reads fields by code that is written for them: V8 knows where in a row a field lies whose name is in the code, and has to
 * search where it is in a variable, which took more time than all else of a row. Undefined where a field is nested.
 */
export function numberFields(fields: readonly ModelInput[]): NumberFields | undefined {
  if (fields.some(({ shape }) => shape !== undefined)) return undefined;
  const names = fields.map(({ name }) => name);
  return names.length > MOST_IN_CODE ? inLoops(names) : inCode(names);
}

function inCode(names: readonly string[]): NumberFields {
  // A name in JSON is a literal whatever is in it: a card can't have code of its own run.
  const reads = names.map((name) => `row[${JSON.stringify(name)}]`);
  const copies = reads.map(
    (read, at) =>
      `const v${at} = ${read}; if (typeof v${at} !== 'number' || v${at} !== v${at}) return false; to[from + ${at}] = v${at};`,
  );
  const checks = reads.map((read) => `typeof ${read} === 'number' && ${read} === ${read}`);
  return {
    areIn: compileFunction(`return ${checks.join(' && ') || 'true'};`, ['row']) as NumberFields['areIn'],
    copy: compileFunction(`${copies.join('\n')}\nreturn true;`, ['row', 'to', 'from']) as NumberFields['copy'],
  };
}

function inLoops(names: readonly string[]): NumberFields {
  return {
    areIn: (row) => names.every((name) => isNumber(row[name])),
    copy(row, to, from) {
      let at = from;
      for (const name of names) {
        const value = row[name];
        if (!isNumber(value)) return false;
        to[at++] = value;
      }
      return true;
    },
  };
}
