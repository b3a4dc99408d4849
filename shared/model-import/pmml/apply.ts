import type { Names } from './compilation.js';
import { cast } from './conversion.js';
import { DATA_TYPES, type DataType } from './data-dictionary.js';
import { checkShape, childrenNamed, choice, optional, refusal, required } from './element.js';
import { chooseValue, FUNCTIONS, fallback } from './functions.js';
import { keep, withInvalid } from './invalid.js';
import { certain, isMissing, type Value } from './values.js';
import type { XmlElement } from './xml.js';

const PARAMETER_ATTRIBUTES = ['name', 'optype', 'dataType', 'displayName'];
/** Functions may call functions, but not each other in a circle. */
const CALL_DEPTH = 50;

/** A built-in function, or one that the document defines, which is written in place. */
export function applyFunction(
  element: XmlElement,
  names: Names,
  evaluate: (element: XmlElement, names: Names) => Value,
): Value {
  checkShape(element, {
    attributes: ['function', 'mapMissingTo', 'defaultValue', 'invalidValueTreatment'],
    children: element.children.map(({ name }) => name),
  });
  const treatment = choice(element, 'invalidValueTreatment', ['returnInvalid', 'asIs', 'asMissing'], 'returnInvalid');
  const { ops } = names.compilation;
  const called = required(element, 'function');
  const operands = element.children.filter(({ name }) => name !== 'Extension');
  const values = operands.map((operand) => evaluate(operand, names));
  const apply = FUNCTIONS[called] ?? definedFunction(called, element, names, evaluate);
  const plain = apply(names, values, element);
  const result = withInvalid(names, called, plain, values, treatment === 'returnInvalid');
  const mapMissingTo = optional(element, 'mapMissingTo');
  const defaultValue = optional(element, 'defaultValue');
  const defaulted = defaultValue === undefined ? result : keep(result, fallback(names, result, defaultValue, element));
  if (mapMissingTo === undefined) return defaulted;
  const missing = values.filter(({ mayBeMissing }) => mayBeMissing).map((value) => isMissing(ops, value));
  if (missing.length === 0) return defaulted;
  // Of an "if", only the branch that is taken counts, and a missing one makes the result missing.
  if (called === 'if') return keep(result, fallback(names, result, mapMissingTo, element));
  const anyMissing = certain(ops, ops.or(...missing));
  const instead = fallback(names, nothing(names, result), mapMissingTo, element);
  return keep(result, chooseValue(names, anyMissing, instead, defaulted, element));
}

/** A missing value of the kind of another. */
function nothing({ compilation: { ops } }: Names, like: Value): Value {
  if (like.kind === 'number') return { ...like, tensor: ops.number(Number.NaN), mayBeMissing: true, needs: [] };
  if (like.kind === 'boolean')
    return { ...like, isTrue: ops.truth(false), isFalse: ops.truth(false), mayBeMissing: true };
  const code = ops.builder.constant('int64', [0], [1, 1]);
  return { kind: 'text', known: [], mayBeMissing: true, codes: () => ({ tensor: code, meaning: [-1] }) };
}

function definedFunction(
  called: string,
  from: XmlElement,
  names: Names,
  evaluate: (element: XmlElement, names: Names) => Value,
): (names: Names, values: readonly Value[], element: XmlElement) => Value {
  const { functions, ops } = names.compilation;
  const definition = functions.get(called);
  if (definition === undefined) throw refusal(from, `the function "${called}" is not understood.`);
  checkShape(definition, {
    attributes: ['name', 'optype', 'dataType'],
    children: definition.children.map(({ name }) => name),
  });
  const depth = (names.callDepth ?? 0) + 1;
  if (depth > CALL_DEPTH) throw refusal(from, `the function "${called}" calls itself.`);
  return (_, values) => {
    const parameters = childrenNamed(definition, 'ParameterField');
    if (parameters.length !== values.length) {
      throw refusal(from, `"${called}" takes ${parameters.length} arguments, and there are ${values.length}.`);
    }
    const bound = new Map<string, Value>();
    for (const [index, parameter] of parameters.entries()) {
      checkShape(parameter, { attributes: PARAMETER_ATTRIBUTES });
      const value = values[index];
      if (value === undefined) continue;
      const type = optionalType(parameter);
      bound.set(required(parameter, 'name'), type ? cast(ops, value, type, parameter) : value);
    }
    const inner: Names = {
      compilation: names.compilation,
      callDepth: depth,
      resolve(name, element) {
        const value = bound.get(name);
        if (value === undefined) throw refusal(element, `"${name}" is no parameter of the function "${called}".`);
        return value;
      },
    };
    const [body, ...others] = definition.children.filter(
      ({ name }) => name !== 'ParameterField' && name !== 'Extension',
    );
    if (body === undefined || others.length > 0) throw refusal(definition, 'it must hold one expression.');
    const result = evaluate(body, inner);
    const type = optionalType(definition);
    return type ? cast(ops, result, type, definition) : result;
  };
}

function optionalType(element: XmlElement): DataType | undefined {
  return optional(element, 'dataType') === undefined ? undefined : choice(element, 'dataType', DATA_TYPES);
}
