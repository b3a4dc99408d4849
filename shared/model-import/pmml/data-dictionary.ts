import { checkShape, childrenNamed, choice, optional, optionalNumber, refusal, required } from './element.js';
import type { XmlElement } from './xml.js';

/** Types of fields that can go into a graph; dates and times are refused. */
export const DATA_TYPES = ['string', 'integer', 'float', 'double', 'boolean'] as const;
export type DataType = (typeof DATA_TYPES)[number];

export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly lowClosed: boolean;
  readonly highClosed: boolean;
}

/** A field of the record, as the DataDictionary declares it. */
export interface DataField {
  readonly name: string;
  readonly element: XmlElement;
  /** @throws KitError 'model-invalid' where it is none that is understood. */
  readonly dataType: DataType;
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
  /** Values that say "missing". */
  readonly missing: readonly string[];
  readonly intervals: readonly Interval[];
}

/** @throws KitError 'model-invalid' naming the first field that is not understood. */
export function readDataDictionary(dictionary: XmlElement): Map<string, DataField> {
  checkShape(dictionary, { attributes: ['numberOfFields'], children: ['DataField', 'Taxonomy'] });
  const fields = new Map<string, DataField>();
  for (const element of childrenNamed(dictionary, 'DataField')) {
    const field = readDataField(element);
    if (fields.has(field.name)) throw refusal(element, `the field "${field.name}" is declared twice.`);
    fields.set(field.name, field);
  }
  return fields;
}

function readDataField(element: XmlElement): DataField {
  checkShape(element, {
    attributes: ['name', 'displayName', 'optype', 'dataType', 'isCyclic', 'taxonomy'],
    children: ['Value', 'Interval'],
  });
  const values = { valid: [] as string[], invalid: [] as string[], missing: [] as string[] };
  for (const value of childrenNamed(element, 'Value')) {
    checkShape(value, { attributes: ['value', 'displayValue', 'property'] });
    const text = required(value, 'value');
    if (Object.values(values).some((known) => known.includes(text))) throw refusal(value, `"${text}" is listed twice.`);
    values[choice(value, 'property', ['valid', 'invalid', 'missing'], 'valid')].push(text);
  }
  return {
    name: required(element, 'name'),
    element,
    // Read when it is asked for: a date that no model uses is no reason to refuse the document. PMML 3 may leave the type
    // out where only the kind of operation counts.
    get dataType() {
      const otherwise = optional(element, 'optype') === 'continuous' ? 'double' : 'string';
      return choice(element, 'dataType', DATA_TYPES, otherwise);
    },
    ...values,
    intervals: childrenNamed(element, 'Interval').map(readInterval),
  };
}

/** Reads an Interval: of valid values, or a bin of Discretize. */
export function readInterval(element: XmlElement): Interval {
  checkShape(element, { attributes: ['closure', 'leftMargin', 'rightMargin'] });
  const closure = choice(element, 'closure', ['openOpen', 'openClosed', 'closedOpen', 'closedClosed']);
  const low = optionalNumber(element, 'leftMargin');
  const high = optionalNumber(element, 'rightMargin');
  if (low === undefined && high === undefined) throw refusal(element, 'it has neither leftMargin nor rightMargin.');
  if (low !== undefined && high !== undefined && low > high) throw refusal(element, 'it ends before it begins.');
  if (low === high && closure !== 'closedClosed') throw refusal(element, 'it holds no number.');
  return {
    low: low ?? Number.NEGATIVE_INFINITY,
    high: high ?? Number.POSITIVE_INFINITY,
    lowClosed: low === undefined || closure.startsWith('closed'),
    highClosed: high === undefined || closure.endsWith('Closed'),
  };
}
