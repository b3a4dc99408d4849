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
const MOST_FIELDS = 256;

/**
 * Code that is written for these fields: V8 knows where in a row a field lies whose name is in the code, and has to search
 * where it is in a variable, which took more time than all else of a row. Undefined where the fields are nested or too many.
 */
export function numberFields(fields: readonly ModelInput[]): NumberFields | undefined {
  if (fields.length > MOST_FIELDS || fields.some(({ shape }) => shape !== undefined)) return undefined;
  // A name in JSON is a literal whatever is in it: a card can't have code of its own run.
  const names = fields.map(({ name }) => JSON.stringify(name));
  const reads = names.map(
    (name, at) =>
      `const v${at} = row[${name}]; if (typeof v${at} !== 'number' || v${at} !== v${at}) return false; to[from + ${at}] = v${at};`,
  );
  const checks = names.map((name) => `typeof row[${name}] === 'number' && row[${name}] === row[${name}]`);
  return {
    areIn: compileFunction(`return ${checks.join(' && ') || 'true'};`, ['row']) as NumberFields['areIn'],
    copy: compileFunction(`${reads.join('\n')}\nreturn true;`, ['row', 'to', 'from']) as NumberFields['copy'],
  };
}
