import { KitError } from '#shared/errors';
import { GraphBuilder } from '#shared/onnx';
import { inverseLink } from '../inverse-link.js';
import { expressionGraph, fieldsOf } from './expression-graph.js';
import type { Expression, GlmField, GlmFile } from './glm-file.js';

/** The codes of ONNX's element types, as `Cast` wants them. */
const INT64 = 7;
const DOUBLE = 11;
/** Most combinations of levels in one interaction. */
const LARGEST_TABLE = 1_000_000;

/** Coefficients that belong to the same product of numbers and the same categorical fields: one for each combination. */
interface Group {
  readonly numbers: readonly Expression[];
  readonly fields: readonly string[];
  readonly coefficients: { readonly levels: readonly string[]; readonly value: number }[];
}

/** A column of the linear predictor, with its weight and the fields that share it. */
interface Piece {
  readonly value: string;
  readonly weight: number;
  readonly sources: readonly string[];
}

/**
 * The graph of a generalized linear model: a lookup for each set of categorical fields that a term has, the plain numbers
 * beside them, one product with the coefficients, the link's inverse. All in doubles.
 */
export class GlmGraph {
  /** The names of the outputs: the mean [N, 1], and each field's share of the linear predictor [N, fields]. */
  readonly score: string;
  readonly contributions: string;
  readonly #builder: GraphBuilder;
  readonly #file: string;
  readonly #fields: ReadonlyMap<string, GlmField>;
  readonly #indices = new Map<string, string>();

  constructor(name: string, glm: GlmFile, file: string) {
    this.#builder = new GraphBuilder(name);
    this.#file = file;
    this.#fields = new Map(glm.fields.map((field) => [field.name, field]));
    if (this.#fields.size !== glm.fields.length) throw this.#wrong('two of its fields have the same name');
    for (const { name: field, type } of glm.fields)
      this.#builder.input(field, type === 'text' ? 'string' : 'double', ['N', 1]);
    const { groups, intercept } = groupsOf(glm);
    const pieces = groups.map((group) => this.#piece(group));
    const [first] = pieces;
    if (first === undefined) throw this.#wrong('it has no coefficient but the intercept');
    // Never one column alone: ONNX Runtime would fuse a factor before the product with it, and round it to float32.
    if (pieces.length === 1) pieces.push({ ...first, weight: 0, sources: [] });
    const values = this.#builder.node(
      'Concat',
      pieces.map(({ value }) => value),
      { axis: { int: 1 } },
    );
    const product = this.#product(
      values,
      pieces.map(({ weight }) => [weight]),
    );
    const eta = this.#builder.node('Add', [product, this.#builder.constant('double', [intercept])]);
    this.score = this.#output('score', inverseLink(this.#builder, glm.link, eta), 1);
    const shares = this.#product(
      values,
      pieces.map(({ weight, sources }) =>
        glm.fields.map((field) => (sources.includes(field.name) ? weight / sources.length : 0)),
      ),
    );
    this.contributions = this.#output('contributions', shares, glm.fields.length);
  }

  toBytes(): Uint8Array {
    return this.#builder.toBytes();
  }

  #output(wanted: string, value: string, width: number): string {
    let name = wanted;
    while (this.#fields.has(name)) name += '_';
    this.#builder.node('Identity', [value], {}, { output: name });
    this.#builder.output(name, 'double', ['N', width]);
    return name;
  }

  #product(values: string, weights: readonly (readonly number[])[]): string {
    const shape = [weights.length, weights[0]?.length ?? 0];
    return this.#builder.node('MatMul', [values, this.#builder.constant('double', weights.flat(), shape)]);
  }

  #piece({ numbers, fields, coefficients }: Group): Piece {
    const builder = this.#builder;
    const sources = [...new Set([...fields, ...numbers.flatMap(fieldsOf)])];
    if (sources.length === 0) throw this.#wrong('a coefficient belongs to no field');
    const factors = numbers.map((number) => expressionGraph(builder, number, (field) => this.#number(field)));
    if (fields.length > 0) factors.unshift(this.#lookup(fields, coefficients));
    const value = factors.reduce((product, factor) => builder.node('Mul', [product, factor]));
    return { value, weight: fields.length > 0 ? 1 : (coefficients[0]?.value ?? 0), sources };
  }

  /** The coefficient of each row's combination of levels, [N, 1]. */
  #lookup(fields: readonly string[], coefficients: Group['coefficients']): string {
    const builder = this.#builder;
    const levels = fields.map((field) => this.#levels(field));
    const size = levels.reduce((product, { length }) => product * length, 1);
    if (size > LARGEST_TABLE)
      throw this.#wrong(
        `the interaction ${fields.join(':')} has ${size} combinations; at most ${LARGEST_TABLE} are read`,
      );
    const table = Array.from({ length: size }, () => 0);
    for (const { levels: combination, value } of coefficients) {
      const index = combination.reduce((at, level, position) => {
        const known = levels[position] ?? [];
        const found = known.indexOf(level);
        if (found < 0) throw this.#wrong(`the field "${fields[position]}" has no level "${level}"`);
        return at * known.length + found;
      }, 0);
      table[index] = (table[index] ?? 0) + value;
    }
    const index = fields
      .map((field) => this.#index(field))
      .reduce((joined, next, position) =>
        builder.node('Add', [
          builder.node('Mul', [joined, builder.constant('int64', [levels[position]?.length ?? 1], [1, 1])]),
          next,
        ]),
      );
    return builder.node('Gather', [builder.constant('double', table), index], { axis: { int: 0 } });
  }

  /** The number of a field's level, int64 [N, 1]; 0, the reference, for one that is not known. */
  #index(name: string): string {
    const known = this.#indices.get(name);
    if (known !== undefined) return known;
    const builder = this.#builder;
    const levels = this.#levels(name);
    const numbers = levels.map((_, at) => at);
    let index: string;
    switch (this.#field(name).type) {
      case 'text':
        index = builder.node(
          'LabelEncoder',
          [name],
          { keys_strings: { strings: levels }, values_int64s: { ints: numbers }, default_int64: { int: 0 } },
          { domain: 'ai.onnx.ml' },
        );
        break;
      case 'logical':
        index = builder.node('Cast', [this.#number(name)], { to: { int: INT64 } });
        break;
      case 'number': {
        const keys = builder.constant('double', this.#numericLevels(name, levels), [1, levels.length]);
        const is = builder.node('Cast', [builder.node('Equal', [name, keys])], { to: { int: DOUBLE } });
        index = builder.node(
          'Cast',
          [
            this.#product(
              is,
              numbers.map((at) => [at]),
            ),
          ],
          { to: { int: INT64 } },
        );
      }
    }
    this.#indices.set(name, index);
    return index;
  }

  /** A field as a number; a logical one is 1 or 0. */
  #number(name: string): string {
    const { type } = this.#field(name);
    if (type === 'text') throw this.#wrong(`the field "${name}" is a text and used as a number`);
    if (type === 'number') return name;
    const isFalse = this.#builder.node('Equal', [name, this.#builder.constant('double', [0], [1, 1])]);
    return this.#builder.node('Cast', [this.#builder.node('Not', [isFalse])], { to: { int: DOUBLE } });
  }

  #levels(name: string): readonly string[] {
    const { type, levels } = this.#field(name);
    if (type === 'logical') return ['FALSE', 'TRUE'];
    if (levels === undefined || new Set(levels).size !== levels.length)
      throw this.#wrong(`the field "${name}" is categorical and its levels are missing or named twice`);
    return levels;
  }

  /** R matches a factor of numbers by their text of 15 digits: only whole numbers are the same in both. */
  #numericLevels(name: string, levels: readonly string[]): number[] {
    return levels.map((level) => {
      const value = Number(level);
      if (level.trim() === '' || !Number.isSafeInteger(value))
        throw this.#wrong(
          `the field "${name}" is a factor of numbers with the level "${level}"; whole numbers are understood`,
        );
      return value;
    });
  }

  #field(name: string): GlmField {
    const field = this.#fields.get(name);
    if (field === undefined)
      throw this.#wrong(`a coefficient belongs to the field "${name}", which is not among its fields`);
    return field;
  }

  #wrong(reason: string): KitError {
    return new KitError('model-invalid', `The R model ${this.#file} cannot be imported: ${reason}.`);
  }
}

function groupsOf({ coefficients }: GlmFile): { groups: Group[]; intercept: number } {
  const groups = new Map<string, Group>();
  let intercept = 0;
  for (const { factors, value } of coefficients) {
    if (factors.length === 0) intercept += value;
    else {
      const numbers = factors.flatMap((factor) => ('number' in factor ? [factor.number] : []));
      const levels = factors.flatMap((factor) => ('level' in factor ? [factor] : []));
      const fields = levels.map(({ field }) => field);
      const key = JSON.stringify([numbers, fields]);
      const group: Group = groups.get(key) ?? { numbers, fields, coefficients: [] };
      group.coefficients.push({ levels: levels.map(({ level }) => level), value });
      groups.set(key, group);
    }
  }
  return { groups: [...groups.values()], intercept };
}
