import { checkShape, childrenNamed, choice, optional, optionalNumber, refusal } from './element.js';
import type { Ops } from './ops.js';
import type { Prediction } from './prediction.js';
import type { XmlElement } from './xml.js';

/** What is done to a prediction before it is given out. */
export interface Target {
  readonly element: XmlElement;
  readonly optype: string | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly factor: number;
  readonly constant: number;
  readonly cast: 'round' | 'ceiling' | 'floor' | undefined;
  /** Predicted where the model predicts nothing. */
  readonly defaultValue: number | undefined;
  readonly priors: ReadonlyMap<string, number>;
}

/** The Target of a field; of the only one where the model names no target. */
export function readTarget(targets: XmlElement | undefined, field: string | undefined): Target | undefined {
  if (targets === undefined) return undefined;
  checkShape(targets, { children: ['Target'] });
  const all = childrenNamed(targets, 'Target');
  // A model that names no target has one all the same, and so has its Target.
  const element = all.find((each) => optional(each, 'field') === field);
  if (element === undefined) {
    const [other] = all;
    if (other === undefined) return undefined;
    throw refusal(
      other,
      `its field is ${optional(other, 'field') ?? 'not named'}, and the model predicts ${field ?? 'none that is named'}.`,
    );
  }
  checkShape(element, {
    attributes: ['field', 'optype', 'castInteger', 'min', 'max', 'rescaleConstant', 'rescaleFactor'],
    children: ['TargetValue'],
  });
  const values = childrenNamed(element, 'TargetValue');
  const priors = new Map<string, number>();
  let defaultValue: number | undefined;
  for (const value of values) {
    checkShape(value, { attributes: ['value', 'displayValue', 'priorProbability', 'defaultValue'] });
    const prior = optionalNumber(value, 'priorProbability');
    const label = optional(value, 'value');
    if (prior !== undefined && label !== undefined) priors.set(label, prior);
    defaultValue ??= optionalNumber(value, 'defaultValue');
  }
  return {
    element,
    optype: optional(element, 'optype'),
    min: optionalNumber(element, 'min'),
    max: optionalNumber(element, 'max'),
    factor: optionalNumber(element, 'rescaleFactor') ?? 1,
    constant: optionalNumber(element, 'rescaleConstant') ?? 0,
    cast:
      optional(element, 'castInteger') === undefined
        ? undefined
        : choice(element, 'castInteger', ['round', 'ceiling', 'floor']),
    defaultValue,
    priors,
  };
}

/** The prediction as it is given out: bounded, rescaled, rounded; the default or the prior where there is none. */
export function applyTarget(ops: Ops, prediction: Prediction, target: Target | undefined): Prediction {
  if (target === undefined) return prediction;
  if (prediction.kind === 'clustering') return prediction;
  if (prediction.kind === 'classification') {
    if (target.priors.size === 0) return prediction;
    const { labels, probabilities } = prediction;
    const stranger = [...target.priors.keys()].find((label) => !labels.includes(label));
    if (stranger !== undefined) throw refusal(target.element, `"${stranger}" is no class of the model.`);
    const sum = [...target.priors.values()].reduce((total, prior) => total + prior, 0);
    const priors = labels.map((label) => (target.priors.get(label) ?? 0) / sum);
    if (!(sum > 0)) throw refusal(target.element, 'its prior probabilities sum to 0.');
    const missing = ops.isMissing(ops.column(probabilities, 0));
    return { ...prediction, needs: [], probabilities: ops.where(missing, ops.row(priors), probabilities) };
  }
  let { value } = prediction;
  if (target.defaultValue !== undefined) {
    value = ops.where(ops.isMissing(value), ops.number(target.defaultValue), value);
  }
  if (target.min !== undefined) value = bounded(ops, value, 'Less', target.min);
  if (target.max !== undefined) value = bounded(ops, value, 'Greater', target.max);
  if (target.factor !== 1) value = ops.node('Mul', [value, ops.number(target.factor)]);
  if (target.constant !== 0) value = ops.node('Add', [value, ops.number(target.constant)]);
  if (target.cast === 'round') value = ops.node('Floor', [ops.node('Add', [value, ops.number(0.5)])]);
  if (target.cast === 'ceiling') value = ops.node('Ceil', [value]);
  if (target.cast === 'floor') value = ops.node('Floor', [value]);
  return { ...prediction, value, needs: target.defaultValue === undefined ? (prediction.needs ?? []) : [] };
}

// A comparison leaves NaN as it is.
function bounded(ops: Ops, value: string, beyond: 'Less' | 'Greater', bound: number): string {
  return ops.where(ops.node(beyond, [value, ops.number(bound)]), ops.number(bound), value);
}
