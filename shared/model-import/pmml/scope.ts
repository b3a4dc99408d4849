import type { Compilation, Names } from './compilation.js';
import { checkShape, childrenNamed, refusal, required } from './element.js';
import { derivedValue } from './expression.js';
import { innerValue, inputValue, type MiningField } from './mining-schema.js';
import type { Value } from './values.js';
import type { XmlElement } from './xml.js';

/** The names of one model: its mining schema and local transformations, in front of those of the model around it. */
export class Scope implements Names {
  readonly #values = new Map<string, Value>();
  readonly #declared = new Map<string, () => Value>();
  readonly #beingResolved = new Set<string>();
  readonly #derived: ReadonlyMap<string, XmlElement>;

  constructor(
    readonly compilation: Compilation,
    readonly schema: ReadonlyMap<string, MiningField>,
    localTransformations: XmlElement | undefined,
    readonly parent: Scope | undefined,
  ) {
    this.#derived = derivedFields(localTransformations);
  }

  /** Gives a name to a value that is made when it is first asked for, as a model chain does with outputs. */
  declare(name: string, make: () => Value): void {
    this.#declared.set(name, make);
  }

  resolve(name: string, from: XmlElement): Value {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    if (this.#beingResolved.has(name)) throw refusal(from, `the field "${name}" is derived from itself.`);
    this.#beingResolved.add(name);
    const value = this.#make(name, from);
    this.#beingResolved.delete(name);
    this.#values.set(name, value);
    return value;
  }

  #make(name: string, from: XmlElement): Value {
    const declared = this.#declared.get(name);
    if (declared !== undefined) return declared();
    const local = this.#derived.get(name);
    if (local !== undefined) return derivedValue(local, this);
    const field = this.schema.get(name);
    const data = this.compilation.fields.get(name);
    if (this.parent !== undefined) {
      const value = this.parent.resolve(name, from);
      return field === undefined ? value : innerValue(this.compilation, value, data, field);
    }
    if (field !== undefined && data !== undefined) return inputValue(this.compilation, data, field);
    const global = this.compilation.derivedFields.get(name);
    if (global !== undefined) return derivedValue(global, this);
    throw refusal(
      from,
      data === undefined
        ? `there is no field "${name}".`
        : `the field "${name}" is not in the mining schema of the model.`,
    );
  }
}

/** DerivedFields by name. */
export function derivedFields(transformations: XmlElement | undefined): Map<string, XmlElement> {
  if (transformations === undefined) return new Map();
  checkShape(transformations, { children: ['DerivedField', 'DefineFunction'] });
  return new Map(childrenNamed(transformations, 'DerivedField').map((field) => [required(field, 'name'), field]));
}
