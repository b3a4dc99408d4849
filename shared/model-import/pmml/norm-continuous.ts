import { type Names, used } from './compilation.js';
import { asNumber } from './conversion.js';
import { checkShape, childrenNamed, choice, optionalNumber, refusal, required, requiredNumber } from './element.js';
import { type NumberValue, numberValue } from './values.js';
import type { XmlElement } from './xml.js';

interface Point {
  readonly orig: number;
  readonly norm: number;
}

/** Piecewise linear normalization through given points, continued beyond them as `outliers` says. */
export function normContinuous(element: XmlElement, names: Names): NumberValue {
  checkShape(element, { attributes: ['field', 'mapMissingTo', 'outliers'], children: ['LinearNorm'] });
  const { ops } = names.compilation;
  const value = asNumber(ops, used(names, names.resolve(required(element, 'field'), element)), element);
  const x = value.tensor;
  const points = childrenNamed(element, 'LinearNorm').map(readPoint);
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) throw refusal(element, 'it needs two LinearNorms or more.');
  points.reduce((before, { orig }) => {
    if (orig <= before) throw refusal(element, 'its LinearNorms are not in the order of orig.');
    return orig;
  }, Number.NEGATIVE_INFINITY);
  let result = '';
  points.slice(0, -1).forEach((start, index) => {
    const end = points[index + 1] ?? last;
    const line = segment(start, end);
    result = index === 0 ? line : ops.where(ops.node('LessOrEqual', [x, ops.number(start.orig)]), result, line);
  });
  const outliers = choice(element, 'outliers', ['asIs', 'asMissingValues', 'asExtremeValues'], 'asIs');
  if (outliers !== 'asIs') {
    const extreme = (point: Point): string => ops.number(outliers === 'asExtremeValues' ? point.norm : Number.NaN);
    result = ops.where(ops.node('Less', [x, ops.number(first.orig)]), extreme(first), result);
    result = ops.where(ops.node('Greater', [x, ops.number(last.orig)]), extreme(last), result);
  }
  const mapMissingTo = optionalNumber(element, 'mapMissingTo');
  const mayBeMissing = (value.mayBeMissing && mapMissingTo === undefined) || outliers === 'asMissingValues';
  if (mapMissingTo !== undefined && value.mayBeMissing) {
    result = ops.where(ops.isMissing(x), ops.number(mapMissingTo), result);
  }
  return numberValue(result, { mayBeMissing, needs: mapMissingTo === undefined ? value.needs : [] });

  function segment(start: Point, end: Point): string {
    // In the order of the specification, so that a point of the document gives its norm to the last bit.
    const share = ops.node('Div', [ops.node('Sub', [x, ops.number(start.orig)]), ops.number(end.orig - start.orig)]);
    const rise = ops.node('Mul', [share, ops.number(end.norm - start.norm)]);
    return ops.node('Add', [rise, ops.number(start.norm)]);
  }
}

function readPoint(element: XmlElement): Point {
  checkShape(element, { attributes: ['orig', 'norm'] });
  return { orig: requiredNumber(element, 'orig'), norm: requiredNumber(element, 'norm') };
}
