import type { Random } from '#shared/testing';
import type { Row, Value } from './answer.js';

/** What a document says of an input, as far as rows that try its edges need it. */
interface Input {
  readonly name: string;
  readonly type: string;
  /** Of a categorical field: all that is named somewhere. */
  readonly categories: readonly string[];
  /** Of a continuous field: where the model decides, so that rows lie exactly there. */
  readonly edges: readonly number[];
}

/**
 * Rows that try a document's edges: values on its thresholds and next to them, missing and unknown ones, fields left out.
 * The document is read by pattern, so that rows do not depend on the importer that they test.
 */
export function rowsFor(pmml: string, count: number, random: Random): Row[] {
  const inputs = inputsOf(pmml);
  return Array.from({ length: count }, (_, index) => {
    // The first rows are clean, so that a difference in the plain arithmetic shows as such; the last has nothing.
    const wildness = index < count / 4 ? 0 : index === count - 1 ? 1 : 0.12;
    const row: Record<string, Value> = {};
    for (const input of inputs) {
      if (random() < wildness) {
        if (random() < 0.5) row[input.name] = null;
      } else row[input.name] = valueFor(input, wildness, random);
    }
    return row;
  });
}

function valueFor(input: Input, wildness: number, random: Random): Value {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  if (input.type === 'boolean') return random() < 0.5;
  const unknown = random() < wildness / 2;
  if (input.type === 'string') return (unknown ? 'no such value' : pick(input.categories)) ?? 'x';
  if (input.categories.length > 0) return unknown ? 98765 : Number(pick(input.categories));
  const low = Math.min(...input.edges, -2);
  const high = Math.max(...input.edges, 2);
  const edge = pick(input.edges);
  let value = low + (random() * 1.4 - 0.2) * (high - low);
  if (unknown) value = random() < 0.5 ? low - 1000 : high + 1000;
  else if (edge !== undefined && random() < 0.35) {
    const near = edge + (pick([0, 0, 0, 1e-9, -1e-9]) ?? 0) * Math.abs(edge);
    return input.type === 'integer' ? Math.round(near) : near;
  }
  return input.type === 'integer' ? Math.round(value) : Number(value.toPrecision(random() < 0.8 ? 4 : 17));
}

function inputsOf(pmml: string): Input[] {
  const schema = /<MiningSchema>([\s\S]*?)<\/MiningSchema>/.exec(pmml)?.[1] ?? '';
  const active = new Set(
    elements(schema, 'MiningField')
      .filter(({ attributes }) => ['active', undefined].includes(attributes.usageType))
      .map(({ attributes }) => attributes.name),
  );
  const edges = edgesOf(pmml);
  return elements(pmml, 'DataField')
    .filter(({ attributes }) => active.has(attributes.name))
    .map(({ attributes: { name = '', dataType = 'string', optype }, content }) => {
      const values = elements(content, 'Value')
        .filter(({ attributes }) => attributes.property !== 'missing')
        .map(({ attributes }) => attributes.value ?? '');
      const margins = elements(content, 'Interval').flatMap(({ attributes }) => [
        Number(attributes.leftMargin ?? Number.NaN),
        Number(attributes.rightMargin ?? Number.NaN),
      ]);
      const own = edges.get(name) ?? [];
      const categorical = dataType === 'string' || (optype !== 'continuous' && values.length > 0);
      return {
        name,
        type: dataType,
        categories: categorical ? [...new Set([...values, ...own])] : [],
        edges: [...new Set([...margins, ...own.map(Number), ...(categorical ? [] : values.map(Number))])].filter(
          Number.isFinite,
        ),
      };
    });
}

/** By field: whatever a predicate, a bin, a norm, an outlier's limit or a table compares it with. */
function edgesOf(pmml: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (field: string | undefined, value: string | undefined): void => {
    if (field === undefined || value === undefined) return;
    found.set(field, [...(found.get(field) ?? []), value]);
  };
  for (const { attributes } of elements(pmml, 'SimplePredicate')) add(attributes.field, attributes.value);
  for (const { attributes } of elements(pmml, 'MiningField')) {
    add(attributes.name, attributes.lowValue);
    add(attributes.name, attributes.highValue);
  }
  for (const { attributes } of [...elements(pmml, 'NormDiscrete'), ...elements(pmml, 'CategoricalPredictor')]) {
    add(attributes.field ?? attributes.name, attributes.value);
  }
  for (const { attributes, content } of elements(pmml, 'NormContinuous')) {
    for (const norm of elements(content, 'LinearNorm')) add(attributes.field, norm.attributes.orig);
  }
  for (const { attributes, content } of elements(pmml, 'SimpleSetPredicate')) {
    const array = /<Array[^>]*>([\s\S]*?)<\/Array>/.exec(content)?.[1] ?? '';
    for (const [, quoted, plain] of array.matchAll(/"([^"]*)"|([^\s"]+)/g)) add(attributes.field, quoted ?? plain);
  }
  for (const { attributes, content } of elements(pmml, 'Discretize')) {
    for (const interval of elements(content, 'Interval')) {
      add(attributes.field, interval.attributes.leftMargin);
      add(attributes.field, interval.attributes.rightMargin);
    }
  }
  for (const { attributes, content } of [...elements(pmml, 'BayesInput'), ...elements(pmml, 'ClusteringField')]) {
    const name = attributes.fieldName ?? attributes.field;
    for (const pair of elements(content, 'PairCounts')) add(name, pair.attributes.value);
    for (const { attributes: gaussian } of elements(content, 'GaussianDistribution')) add(name, gaussian.mean);
  }
  return found;
}

interface Found {
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly content: string;
}

function elements(xml: string, name: string): Found[] {
  const pattern = new RegExp(`<${name}(\\s[^>]*?)?(?:/>|>([\\s\\S]*?)</${name}>)`, 'g');
  return [...xml.matchAll(pattern)].map(([, attributes = '', content = '']) => ({
    attributes: Object.fromEntries(
      [...attributes.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, key, a, b]) => [
        key,
        plain(a ?? b ?? ''),
      ]),
    ),
    content,
  }));
}

const plain = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
