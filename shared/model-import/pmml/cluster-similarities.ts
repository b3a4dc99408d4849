import { checkShape, requiredNumber } from './element.js';
import type { Ops } from './ops.js';
import type { XmlElement } from './xml.js';

/** Measures of fields that are 0 or 1. */
export const SIMILARITIES = ['simpleMatching', 'jaccard', 'tanimoto', 'binarySimilarity'];

/** Of the four counts (both 1, only the record, only the center, none): their weights above and below the line. */
interface Weights {
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/** Similarities of records [N, fields] to centers, as [N, clusters]; NaN where a field is missing. */
export function similaritiesTo(
  ops: Ops,
  values: string,
  centers: readonly (readonly number[])[],
  measure: XmlElement,
): string {
  const { above, below } = weightsOf(measure);
  const fields = centers[0]?.length ?? 0;
  const is = (center: readonly number[], bit: number): number[] =>
    center.map((each) => ((each === 1 ? 1 : 0) === bit ? 1 : 0));
  // Columns of the product are centers: the constants are [fields, clusters].
  const byField = (bit: number): string => {
    const rows = centers.map((center) => is(center, bit));
    const columns = Array.from({ length: fields }, (_, field) => rows.map((row) => row[field] ?? 0)).flat();
    return ops.builder.constant('double', columns, [fields, centers.length]);
  };
  const isOne = ops.node('Equal', [values, ops.number(1)]);
  const one = ops.where(ops.isMissing(values), values, ops.where(isOne, ops.number(1), ops.number(0)));
  const zero = ops.node('Sub', [ops.number(1), one]);
  const counts = [
    ops.node('Gemm', [one, byField(1)]),
    ops.node('Gemm', [one, byField(0)]),
    ops.node('Gemm', [zero, byField(1)]),
    ops.node('Gemm', [zero, byField(0)]),
  ];
  const weighed = (weights: readonly number[]): string =>
    ops.sum(counts.map((count, index) => ops.node('Mul', [count, ops.number(weights[index] ?? 0)])));
  return ops.node('Div', [weighed(above), weighed(below)]);
}

function weightsOf(measure: XmlElement): Weights {
  switch (measure.name) {
    case 'simpleMatching':
      checkShape(measure, {});
      return { above: [1, 0, 0, 1], below: [1, 1, 1, 1] };
    case 'jaccard':
      checkShape(measure, {});
      return { above: [1, 0, 0, 0], below: [1, 1, 1, 0] };
    case 'tanimoto':
      checkShape(measure, {});
      return { above: [1, 0, 0, 1], below: [1, 2, 2, 1] };
    default: {
      const counts = ['11', '10', '01', '00'];
      const attributes = (letter: string): string[] => counts.map((count) => `${letter}${count}-parameter`);
      checkShape(measure, { attributes: [...attributes('c'), ...attributes('d')] });
      const read = (letter: string): number[] => attributes(letter).map((name) => requiredNumber(measure, name));
      return { above: read('c'), below: read('d') };
    }
  }
}
