import { KitError } from '#shared/errors';

/** Spark writes doubles that JSON does not know as text. */
const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Inf: Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};

/** The parameters of a stage as they were saved: those that were set, then Spark's defaults, then what the caller names. */
export class Parameters {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #owner: string;

  constructor(values: Readonly<Record<string, unknown>>, owner: string) {
    this.#values = values;
    this.#owner = owner;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** @throws KitError 'model-invalid' when the value is of another type, as all of these methods do. */
  text(name: string, fallback?: string): string {
    const value = this.#values[name] ?? fallback;
    return typeof value === 'string' ? value : this.#wrong(name, value, 'text');
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#values[name] ?? fallback;
    return typeof value === 'boolean' ? value : this.#wrong(name, value, 'true or false');
  }

  number(name: string, fallback: number): number {
    return this.#number(name, this.#values[name] ?? fallback);
  }

  numbers(name: string): number[] {
    const value = this.#values[name];
    if (!Array.isArray(value)) return this.#wrong(name, value, 'a list of numbers');
    return value.map((item: unknown) => this.#number(name, item));
  }

  /** A list of lists of numbers. */
  numberLists(name: string): number[][] {
    const value = this.#values[name];
    if (!Array.isArray(value)) return this.#wrong(name, value, 'a list of lists of numbers');
    return value.map((list: unknown) =>
      Array.isArray(list)
        ? list.map((item: unknown) => this.#number(name, item))
        : this.#wrong(name, list, 'a list of numbers'),
    );
  }

  texts(name: string): string[] {
    const value = this.#values[name];
    if (!Array.isArray(value)) return this.#wrong(name, value, 'a list of texts');
    return value.map((item: unknown) => (typeof item === 'string' ? item : this.#wrong(name, item, 'text')));
  }

  /** The columns of a stage that takes one (`inputCol`) or several (`inputCols`). */
  columns(of: 'input' | 'output'): string[] {
    return this.has(`${of}Cols`) ? this.texts(`${of}Cols`) : [this.text(`${of}Col`)];
  }

  /** `handleInvalid`, which is one of three words in every stage that has it. */
  handleInvalid(): 'error' | 'skip' | 'keep' {
    const value = this.text('handleInvalid', 'error');
    if (value === 'error' || value === 'skip' || value === 'keep') return value;
    return this.#wrong('handleInvalid', value, '"error", "skip" or "keep"');
  }

  #number(name: string, value: unknown): number {
    if (typeof value === 'number') return value;
    const special = typeof value === 'string' ? SPECIAL[value] : undefined;
    return special ?? this.#wrong(name, value, 'a number');
  }

  #wrong(name: string, value: unknown, wanted: string): never {
    throw new KitError(
      'model-invalid',
      `${this.#owner} has the parameter "${name}" ${JSON.stringify(value) ?? 'nowhere'}; ${wanted} is needed.`,
    );
  }
}
