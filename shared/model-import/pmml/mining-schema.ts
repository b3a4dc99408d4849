import type { Compilation } from './compilation.js';
import { castNumber, isIn, literalNumber } from './conversion.js';
import type { DataField, Interval } from './data-dictionary.js';
import { checkShape, childrenNamed, choice, optional, optionalNumber, refusal, required } from './element.js';
import type { Ops } from './ops.js';
import {
  inputText,
  isMissing,
  logicValue,
  type NumberValue,
  numberValue,
  selectText,
  type TextValue,
  tableText,
  textIsIn,
  type Value,
} from './values.js';
import type { XmlElement } from './xml.js';

const USAGE_TYPES = [
  'active',
  'predicted',
  'target',
  'supplementary',
  'group',
  'order',
  'frequencyWeight',
  'analysisWeight',
];
const MISSING_TREATMENTS = ['asIs', 'asMean', 'asMode', 'asMedian', 'asValue', 'returnInvalid'] as const;
const INVALID_TREATMENTS = ['returnInvalid', 'asIs', 'asMissing', 'asValue'] as const;
const OUTLIER_TREATMENTS = ['asIs', 'asMissingValues', 'asExtremeValues'] as const;

/** What values inside a graph are called: a field of such a name goes in under another. */
const GENERATED = /^(prediction|constant_\d+|[A-Z][A-Za-z]+_\d+|(sorted|order)_.*)$/;

/** How a model treats a field before it uses it. */
export interface MiningField {
  readonly name: string;
  readonly element: XmlElement;
  readonly isTarget: boolean;
  readonly isActive: boolean;
  readonly missingReplacement: string | undefined;
  readonly missingTreatment: (typeof MISSING_TREATMENTS)[number];
  readonly invalidTreatment: (typeof INVALID_TREATMENTS)[number];
  readonly invalidReplacement: string | undefined;
  readonly outliers: (typeof OUTLIER_TREATMENTS)[number];
  readonly low: number | undefined;
  readonly high: number | undefined;
}

/** @throws KitError 'model-invalid' naming the first field that is not understood. */
export function readMiningSchema(schema: XmlElement): Map<string, MiningField> {
  checkShape(schema, { children: ['MiningField'] });
  const fields = new Map<string, MiningField>();
  for (const element of childrenNamed(schema, 'MiningField')) {
    const field = readField(element);
    if (fields.has(field.name)) throw refusal(element, `the field "${field.name}" is listed twice.`);
    fields.set(field.name, field);
  }
  return fields;
}

function readField(element: XmlElement): MiningField {
  checkShape(element, {
    attributes: [
      'name',
      'usageType',
      'optype',
      'importance',
      'outliers',
      'lowValue',
      'highValue',
      'missingValueReplacement',
      'missingValueTreatment',
      'invalidValueTreatment',
      'invalidValueReplacement',
    ],
  });
  const usage = choice(element, 'usageType', USAGE_TYPES, 'active');
  const field: MiningField = {
    name: required(element, 'name'),
    element,
    isTarget: usage === 'predicted' || usage === 'target',
    isActive: usage === 'active',
    missingReplacement: optional(element, 'missingValueReplacement'),
    missingTreatment: choice(element, 'missingValueTreatment', MISSING_TREATMENTS, 'asIs'),
    invalidTreatment: choice(element, 'invalidValueTreatment', INVALID_TREATMENTS, 'returnInvalid'),
    invalidReplacement: optional(element, 'invalidValueReplacement'),
    outliers: choice(element, 'outliers', OUTLIER_TREATMENTS, 'asIs'),
    low: optionalNumber(element, 'lowValue'),
    high: optionalNumber(element, 'highValue'),
  };
  if (field.outliers !== 'asIs' && field.low === undefined && field.high === undefined) {
    throw refusal(element, `outliers="${field.outliers}" needs lowValue or highValue.`);
  }
  if (field.invalidTreatment === 'asValue' && field.invalidReplacement === undefined) {
    throw refusal(element, 'invalidValueTreatment="asValue" needs invalidValueReplacement.');
  }
  return field;
}

/** A field of the record, as the model that is asked for sees it; makes its graph input. */
export function inputValue(compilation: Compilation, data: DataField, field: MiningField): Value {
  const { ops, inputs } = compilation;
  const type = data.dataType === 'string' ? 'string' : 'number';
  const tensor = GENERATED.test(data.name) ? `field ${data.name}` : data.name;
  if (!inputs.has(data.name)) {
    ops.input(tensor, type === 'string' ? 'string' : 'double');
    const categories = data.valid.length > 0 ? data.valid : undefined;
    inputs.set(data.name, { tensor, type, categories, required: false });
  }
  if (data.dataType === 'string') {
    return treatText(compilation, inputText(ops, tensor, data.missing, true), data, field);
  }
  const raw = numberValue(tensor, { needs: [data.name] });
  const number = treatNumber(compilation, data.dataType === 'float' ? castNumber(ops, raw, 'float') : raw, data, field);
  if (data.dataType !== 'boolean') return { ...number, type: data.dataType };
  const is = (value: number): string => ops.node('Equal', [number.tensor, ops.number(value)]);
  return logicValue(is(1), is(0), number.mayBeMissing);
}

/** A value that another model passes on, as a model inside sees it: only what its own mining schema says anew is done. */
export function innerValue(
  compilation: Compilation,
  value: Value,
  data: DataField | undefined,
  field: MiningField,
): Value {
  const own =
    field.missingReplacement !== undefined ||
    field.invalidReplacement !== undefined ||
    field.invalidTreatment === 'asMissing' ||
    field.missingTreatment === 'returnInvalid' ||
    field.outliers !== 'asIs';
  if (!own) return value;
  if (field.missingTreatment === 'returnInvalid') {
    throw refusal(field.element, 'missingValueTreatment="returnInvalid" in a model inside another is not understood.');
  }
  const unchecked = {
    ...field,
    invalidTreatment: field.invalidTreatment === 'returnInvalid' ? 'asIs' : field.invalidTreatment,
  };
  const declared = data ?? undeclared(field);
  if (value.kind === 'number') return treatNumber(compilation, value, declared, unchecked);
  if (value.kind === 'text') return treatText(compilation, value, declared, unchecked);
  throw refusal(field.element, `the treatment of "${field.name}" anew, a boolean, is not understood.`);
}

function undeclared({ name, element }: MiningField): DataField {
  return { name, element, dataType: 'double', valid: [], invalid: [], missing: [], intervals: [] };
}

function treatNumber(compilation: Compilation, raw: NumberValue, data: DataField, field: MiningField): NumberValue {
  const { ops } = compilation;
  const type = data.dataType === 'string' || data.dataType === 'boolean' ? 'double' : data.dataType;
  const nan = ops.number(Number.NaN);
  const value = (text: string): string => ops.number(literalNumber(text, type, field.element));
  let { tensor } = raw;
  // A missing number is NaN already.
  const missing = data.missing.filter((text) => text !== 'NaN');
  if (missing.length > 0) tensor = ops.where(isIn(ops, raw, missing, data.element).isTrue, nan, tensor);
  if (field.missingTreatment === 'returnInvalid') {
    compilation.invalid.add(ops.isMissing(tensor));
    const input = compilation.inputs.get(field.name);
    if (input !== undefined) input.required = true;
  }
  const invalid = invalidNumbers(ops, tensor, data);
  const invalidNumber = invalid && ops.and(invalid, ops.not(ops.isMissing(tensor)));
  let treated = treatOutliers(ops, tensor, field);
  if (invalidNumber !== undefined) {
    if (field.invalidTreatment === 'returnInvalid') compilation.invalid.add(invalidNumber);
    else {
      const replacement =
        field.invalidReplacement !== undefined
          ? value(field.invalidReplacement)
          : field.invalidTreatment === 'asIs'
            ? tensor
            : nan;
      treated = ops.where(invalidNumber, replacement, treated);
    }
  }
  if (field.missingReplacement === undefined) return { ...raw, tensor: treated };
  const replaced = ops.where(ops.isMissing(treated), value(field.missingReplacement), treated);
  return { ...raw, tensor: replaced, mayBeMissing: false, needs: [] };
}

function treatOutliers(ops: Ops, tensor: string, { outliers, low, high }: MiningField): string {
  if (outliers === 'asIs') return tensor;
  let treated = tensor;
  if (low !== undefined) {
    const other = ops.number(outliers === 'asExtremeValues' ? low : Number.NaN);
    treated = ops.where(ops.node('Less', [tensor, ops.number(low)]), other, treated);
  }
  if (high !== undefined) {
    const other = ops.number(outliers === 'asExtremeValues' ? high : Number.NaN);
    treated = ops.where(ops.node('Greater', [tensor, ops.number(high)]), other, treated);
  }
  return treated;
}

/** Where a number that is there is not among the valid ones; undefined where all are valid. */
function invalidNumbers(ops: Ops, tensor: string, data: DataField): string | undefined {
  const { valid, invalid, intervals, dataType, element } = data;
  const number = numberValue(tensor, { type: dataType === 'float' ? 'float' : 'double', mayBeMissing: false });
  const wrong: string[] = [];
  if (dataType === 'boolean') {
    wrong.push(ops.not(ops.or(...[0, 1].map((each) => ops.node('Equal', [tensor, ops.number(each)])))));
    return ops.or(...wrong);
  }
  if (dataType === 'integer') wrong.push(ops.not(ops.node('Equal', [tensor, ops.node('Floor', [tensor])])));
  if (invalid.length > 0) wrong.push(isIn(ops, number, invalid, element).isTrue);
  // Where valid values are listed, they are all there are, whatever intervals say.
  if (valid.length > 0) wrong.push(ops.not(isIn(ops, number, valid, element).isTrue));
  else if (intervals.length > 0) wrong.push(ops.not(ops.or(...intervals.map((each) => isInside(ops, tensor, each)))));
  return wrong.length > 0 ? ops.or(...wrong) : undefined;
}

/** Where a number lies in an interval; false where it is missing. */
export function isInside(ops: Ops, tensor: string, { low, high, lowClosed, highClosed }: Interval): string {
  const conditions: string[] = [];
  if (low !== Number.NEGATIVE_INFINITY) {
    conditions.push(ops.node(lowClosed ? 'GreaterOrEqual' : 'Greater', [tensor, ops.number(low)]));
  }
  if (high !== Number.POSITIVE_INFINITY) {
    conditions.push(ops.node(highClosed ? 'LessOrEqual' : 'Less', [tensor, ops.number(high)]));
  }
  return conditions.length > 0 ? ops.and(...conditions) : ops.not(ops.isMissing(tensor));
}

function treatText(compilation: Compilation, raw: TextValue, data: DataField, field: MiningField): TextValue {
  const { ops } = compilation;
  if (field.outliers !== 'asIs') throw refusal(field.element, 'outliers of a text are not understood.');
  if (field.missingTreatment === 'returnInvalid') {
    compilation.invalid.add(isMissing(ops, raw));
    const input = compilation.inputs.get(field.name);
    if (input !== undefined) input.required = true;
  }
  const { valid, invalid, intervals, element } = data;
  if (intervals.length > 0) throw refusal(element, 'intervals of a text are not understood.');
  const { invalidTreatment, invalidReplacement, missingReplacement } = field;
  if (valid.length === 0) {
    const isInvalid = textIsIn(ops, raw, invalid).isTrue;
    if (invalid.length > 0 && invalidTreatment === 'returnInvalid') compilation.invalid.add(isInvalid);
    const replaced = invalidReplacement ?? (invalidTreatment === 'asMissing' ? missingReplacement : undefined);
    const anew = invalid.length > 0 && (invalidReplacement !== undefined || invalidTreatment === 'asMissing');
    return replaceMissing(
      ops,
      anew ? selectText(ops, isInvalid, oneText(ops, replaced), raw) : raw,
      missingReplacement,
    );
  }
  // Only what is listed is valid: every text that counts is known, and one table says what becomes of each.
  const listed = valid.filter((text) => !invalid.includes(text));
  const isValid = textIsIn(ops, raw, listed);
  if (invalidTreatment === 'returnInvalid') compilation.invalid.add(isValid.isFalse);
  if (invalidTreatment === 'asIs' && invalidReplacement === undefined) {
    return replaceMissing(ops, raw, missingReplacement);
  }
  const { tensor, meaning } = raw.codes(listed);
  const instead =
    invalidReplacement ?? (invalidTreatment === 'asMissing' ? missingReplacement : (missingReplacement ?? listed[0]));
  return tableText(
    tensor,
    meaning.map((index) => (index === -1 ? missingReplacement : (listed[index] ?? instead))),
  );
}

function replaceMissing(ops: Ops, raw: TextValue, replacement: string | undefined): TextValue {
  if (replacement === undefined || !raw.mayBeMissing) return raw;
  const replaced = selectText(ops, isMissing(ops, raw), oneText(ops, replacement), raw);
  return { ...replaced, mayBeMissing: false };
}

function oneText(ops: Ops, text: string | undefined): TextValue {
  return tableText(ops.builder.constant('int64', [0], [1, 1]), [text]);
}
