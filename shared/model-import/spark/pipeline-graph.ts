import { KitError } from '#shared/errors';
import { GraphBuilder } from '#shared/onnx';
import type { ModelInput } from '#shared/scoring';

/** A column of the pipeline as a value of the graph: doubles of shape [N, width], as Spark's are. */
export interface Column {
  readonly value: string;
  readonly width: number;
  /** The record's field that each element comes from. */
  readonly sources: readonly string[];
  /** Where the column holds indices 0 … levels − 1 and nothing else. */
  readonly levels?: number;
}

/** What a stage must be ready for in its input: nulls and NaN refuse the row, or go on as NaN. */
export type Missing = 'refused' | 'kept';

interface Field {
  readonly type: 'string' | 'number';
  optional: boolean;
  readonly value: string;
  readonly categories?: readonly string[];
}

/**
 * The graph of a pipeline, made backwards: a column is made when a later stage asks for it, so that what only training
 * needed (the label's indexer) falls away, and what no stage makes is a field of the record.
 */
export class PipelineGraph {
  readonly builder: GraphBuilder;
  readonly #makers = new Map<string, (column: string) => Promise<Column>>();
  readonly #columns = new Map<string, Column>();
  readonly #fields = new Map<string, Field>();
  readonly #invalid: string[] = [];

  constructor(name: string) {
    this.builder = new GraphBuilder(name);
  }

  /** Says which columns a stage makes, and how. */
  makes(columns: readonly string[], make: (column: string) => Promise<Column>): void {
    for (const column of columns) {
      if (this.#makers.has(column)) {
        throw new KitError(
          'model-invalid',
          `The column "${column}" is made by two stages of the Spark pipeline; one is right.`,
        );
      }
      this.#makers.set(column, make);
    }
  }

  isMade(column: string): boolean {
    return this.#makers.has(column);
  }

  /** A column as doubles: what a stage makes, or else a number of the record. */
  async column(name: string, missing: Missing = 'refused'): Promise<Column> {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const make = this.#makers.get(name);
    if (make === undefined) {
      return { value: this.#field(name, 'number', missing === 'kept').value, width: 1, sources: [name] };
    }
    const column = await make(name);
    this.#columns.set(name, column);
    return column;
  }

  /** A field of the record that is a text, with the texts that training knew. */
  text(name: string, categories: readonly string[], optional: boolean): string {
    return this.#field(name, 'string', optional, categories).value;
  }

  /** Remembers a value [N, 1] that is NaN in rows that Spark refuses and 0 in all others. */
  refuseRows(value: string): void {
    this.#invalid.push(value);
  }

  /** The value [N, columns] as it is, but NaN in rows that Spark refuses: for the sum before a link, or the score itself. */
  refusing(value: string): string {
    const [first, ...more] = this.#invalid;
    if (first === undefined) return value;
    return this.builder.node('Add', [value, more.length === 0 ? first : this.builder.node('Sum', this.#invalid)]);
  }

  /** Ends the graph: the value becomes the output. Gives back its name. */
  end(value: string, wanted: string, width: number): string {
    const output = this.#outputName(wanted);
    this.builder.node('Identity', [value], {}, { output });
    this.builder.output(output, 'double', ['N', width]);
    return output;
  }

  /** A further output, [N, one column an input of the card]; gives back its name. */
  alsoGive(value: string, wanted: string): string {
    return this.end(value, wanted, this.#fields.size);
  }

  /** The record's fields in the order in which the graph asked for them. */
  inputs(): ModelInput[] {
    return [...this.#fields].map(([name, { type, optional, categories }]) => ({
      name,
      type,
      optional,
      ...(categories && { categories: [...categories] }),
    }));
  }

  #outputName(wanted: string): string {
    return this.#fields.has(wanted) ? this.#outputName(`${wanted}_`) : wanted;
  }

  #field(name: string, type: Field['type'], optional: boolean, categories?: readonly string[]): Field {
    const known = this.#fields.get(name);
    if (known !== undefined) {
      if (known.type !== type || known.categories?.join('\n') !== categories?.join('\n')) {
        throw new KitError(
          'model-invalid',
          `The column "${name}" is read by two stages of the Spark pipeline in different ways (${known.type}, ${type}); one is right.`,
        );
      }
      known.optional &&= optional;
      return known;
    }
    const value = this.builder.input(name, type === 'string' ? 'string' : 'double', ['N', 1]);
    const field = { type, optional, value, ...(categories && { categories }) };
    this.#fields.set(name, field);
    return field;
  }
}
