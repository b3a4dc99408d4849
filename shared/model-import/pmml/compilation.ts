import type { DataField } from './data-dictionary.js';
import type { Ops } from './ops.js';
import type { Value } from './values.js';
import type { XmlElement } from './xml.js';

/** What is shared by all models of a document while its graph is written. */
export interface Compilation {
  readonly ops: Ops;
  readonly fields: ReadonlyMap<string, DataField>;
  /** DerivedFields of the TransformationDictionary, by name. */
  readonly derivedFields: ReadonlyMap<string, XmlElement>;
  /** DefineFunctions of the TransformationDictionary, by name. */
  readonly functions: ReadonlyMap<string, XmlElement>;
  /** Graph inputs, made when a field is first used: the field's name → whether a record must have it. */
  readonly inputs: Map<string, InputField>;
  /** Boolean tensors: a row for which one of them is true has no score. */
  readonly invalid: Set<string>;
}

interface InputField {
  /** The graph input's name: the field's own, where nothing else in the graph may be called so. */
  readonly tensor: string;
  readonly type: 'string' | 'number';
  /** The texts that the document declares, if it does. */
  readonly categories: readonly string[] | undefined;
  /** Set where a missing value can only lead to no score. */
  required: boolean;
}

/** What an expression can name: fields of the record, derived fields, parameters, outputs of earlier models. */
export interface Names {
  /** How many functions of the document call each other here. */
  readonly callDepth?: number;
  readonly compilation: Compilation;
  /** The value of a field, written into the graph when it is first asked for; an error names the element `from`. */
  resolve(name: string, from: XmlElement): Value;
}

/** A value that decides about the score: a row has none where the value is invalid. */
export function used({ compilation }: Names, value: Value): Value {
  if (value.kind !== 'text' && value.invalid !== undefined) compilation.invalid.add(value.invalid);
  return value;
}

/** Writes a function's result, given its arguments. */
export type FunctionCompiler = (names: Names, values: readonly Value[], element: XmlElement) => Value;
