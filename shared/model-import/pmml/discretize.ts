import { type Names, used } from './compilation.js';
import { asNumber, cast } from './conversion.js';
import { DATA_TYPES, readInterval } from './data-dictionary.js';
import { checkShape, childrenNamed, choice, onlyChild, optional, refusal, required } from './element.js';
import { isInside } from './mining-schema.js';
import { tableText, type Value } from './values.js';
import type { XmlElement } from './xml.js';

/** Numbers into bins: the first interval that holds the number names its bin. */
export function discretize(element: XmlElement, names: Names): Value {
  checkShape(element, {
    attributes: ['field', 'mapMissingTo', 'defaultValue', 'dataType'],
    children: ['DiscretizeBin'],
  });
  const { ops } = names.compilation;
  const value = asNumber(ops, used(names, names.resolve(required(element, 'field'), element)), element);
  const bins = childrenNamed(element, 'DiscretizeBin').map((bin) => {
    checkShape(bin, { attributes: ['binValue'], children: ['Interval'] });
    return { text: required(bin, 'binValue'), interval: readInterval(onlyChild(bin, ['Interval'])) };
  });
  const sorted = bins.map(({ interval }) => interval).toSorted((a, b) => a.low - b.low);
  sorted.forEach((interval, index) => {
    const next = sorted[index + 1];
    if (next === undefined) return;
    const touch = interval.high === next.low && interval.highClosed && next.lowClosed;
    if (touch || interval.high > next.low) throw refusal(element, 'its intervals overlap.');
  });
  const code = (index: number): string => ops.builder.constant('int64', [index], [1, 1]);
  let tensor = code(bins.length);
  for (const [index, { interval }] of [...bins.entries()].reverse()) {
    tensor = ops.where(isInside(ops, value.tensor, interval), code(index), tensor);
  }
  if (value.mayBeMissing) tensor = ops.where(ops.isMissing(value.tensor), code(-1), tensor);
  const texts = [...bins.map(({ text }) => text), optional(element, 'defaultValue'), optional(element, 'mapMissingTo')];
  // Without a missing number its code never occurs, and the texts end with the default.
  const binned = tableText(tensor, value.mayBeMissing ? texts : texts.slice(0, -1));
  return cast(ops, binned, choice(element, 'dataType', DATA_TYPES, 'string'), element);
}
