import { type Random, seededRandom } from '#shared/testing';
import type { Row, Value } from './answer.js';
import { CATEGORIES, ExpressionGenerator, LEVELS, NUMBERS, TEXTS } from './fuzz-expressions.js';
import { randomModel } from './fuzz-models.js';

const ROWS = 40;

/** A random document and random rows for it. */
export interface FuzzCase {
  readonly name: string;
  readonly pmml: string;
  readonly rows: readonly Row[];
  /**
   * Set where functions have no value for some arguments. That refuses the row where the function is needed: the judge looks
   * at what a row needs, a graph at what some row may need.
   */
  readonly isPartial: boolean;
}

/** The same seed gives the same case. */
export function fuzzCase(seed: number): FuzzCase {
  const random = seededRandom(seed);
  const isPartial = random() < 0.25;
  const numbers: string[] = [...NUMBERS];
  const texts: string[] = [...TEXTS];
  const derived = Array.from({ length: Math.floor(random() * 4) }, (_, index) => {
    const generator = new ExpressionGenerator(random, { numbers: [...numbers], texts: [...texts] }, isPartial);
    const isNumber = random() < 0.7;
    const name = `${isNumber ? 'n' : 's'}${index}`;
    const [optype, type] = isNumber ? ['continuous', 'double'] : ['categorical', 'string'];
    const expression = isNumber ? generator.number(3) : generator.text(2);
    (isNumber ? numbers : texts).push(name);
    return `<DerivedField name="${name}" optype="${optype}" dataType="${type}">${expression}</DerivedField>`;
  });
  const generator = new ExpressionGenerator(random, { numbers, texts }, isPartial);
  const isClassification = random() < 0.4;
  const schema = [...NUMBERS, ...TEXTS].map((name) => `<MiningField name="${name}"${treatment(name, generator)}/>`);
  const model = randomModel(generator, isClassification, schema.join(''));
  const pmml = `<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/>
<DataDictionary>${dictionary(generator, isClassification)}</DataDictionary>
<TransformationDictionary>${derived.join('\n')}</TransformationDictionary>
${model}
</PMML>`;
  return { name: `seed ${seed}`, pmml, isPartial, rows: Array.from({ length: ROWS }, () => randomRow(random)) };
}

function dictionary(generator: ExpressionGenerator, isClassification: boolean): string {
  const numbers = NUMBERS.map((name) => {
    const type = name === 'z' ? 'float' : 'double';
    const interval =
      generator.random() < 0.2 ? '<Interval closure="closedOpen" leftMargin="-2" rightMargin="7.25"/>' : '';
    const missing = generator.random() < 0.1 ? '<Value value="-1" property="missing"/>' : '';
    return `<DataField name="${name}" optype="continuous" dataType="${type}">${interval}${missing}</DataField>`;
  });
  const values = CATEGORIES.map((value) => `<Value value="${value}"/>`).join('');
  const texts = TEXTS.map(
    (name) => `<DataField name="${name}" optype="categorical" dataType="string">${values}</DataField>`,
  );
  const target = isClassification
    ? `<DataField name="t" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>`
    : '<DataField name="t" optype="continuous" dataType="double"/>';
  return [...numbers, ...texts, target].join('\n');
}

function treatment(name: string, generator: ExpressionGenerator): string {
  const { random } = generator;
  const isText = name === 'c' || name === 'd';
  const parts: string[] = [];
  if (random() < 0.2)
    parts.push(`missingValueReplacement="${isText ? generator.pick(...CATEGORIES) : generator.level()}"`);
  if (random() < 0.5) parts.push(`invalidValueTreatment="${generator.pick('asIs', 'asMissing', 'returnInvalid')}"`);
  if (!isText && random() < 0.2) {
    parts.push(`outliers="${generator.pick('asMissingValues', 'asExtremeValues')}" lowValue="-1" highValue="3"`);
  }
  return parts.map((part) => ` ${part}`).join('');
}

function randomRow(random: Random): Row {
  const row: Record<string, Value> = {};
  for (const name of NUMBERS) {
    if (random() < 0.12) row[name] = null;
    else row[name] = random() < 0.6 ? (LEVELS[Math.floor(random() * LEVELS.length)] ?? 0) : (random() - 0.4) * 6;
  }
  for (const name of TEXTS) {
    if (random() < 0.12) row[name] = null;
    else row[name] = random() < 0.05 ? 'never seen' : (CATEGORIES[Math.floor(random() * CATEGORIES.length)] ?? 'a');
  }
  return row;
}
