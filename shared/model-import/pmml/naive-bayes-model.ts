import { used } from './compilation.js';
import { isIn } from './conversion.js';
import {
  checkShape,
  childNamed,
  childrenNamed,
  onlyChild,
  optional,
  refusal,
  required,
  requiredNumber,
} from './element.js';
import { derivedValue } from './expression.js';
import { LinearPredictor } from './linear.js';
import { fieldOf, labelsInOrder, MODEL_ATTRIBUTES, MODEL_CHILDREN, type ModelSource } from './model.js';
import { poissonLogProbability } from './poisson.js';
import { inOrder, type Prediction } from './prediction.js';
import type { Value } from './values.js';
import type { XmlElement } from './xml.js';

/** What the inputs share: the classes, and the least that a probability is taken for, as a logarithm. */
interface Bayes {
  readonly source: ModelSource;
  readonly classes: readonly string[];
  readonly leastLog: number;
}

/**
 * NaiveBayesModel: class counts times what each input says of the classes, by counts of its values or by distributions. All
 * is added as logarithms; an input that is missing, or a value that was never counted, says nothing.
 */
export function naiveBayesModel(source: ModelSource): Prediction {
  const { element, scope, task } = source;
  checkShape(element, {
    attributes: [...MODEL_ATTRIBUTES, 'threshold'],
    children: [...MODEL_CHILDREN, 'BayesInputs', 'BayesOutput'],
  });
  if (task !== 'classification') throw refusal(element, `functionName="${task}" is not understood.`);
  const { ops } = scope.compilation;
  const output = onlyChild(element, ['BayesOutput']);
  checkShape(output, { attributes: ['fieldName'], children: ['TargetValueCounts'] });
  const priors = readCounts(onlyChild(output, ['TargetValueCounts']));
  const classes = [...priors.keys()];
  const bayes: Bayes = { source, classes, leastLog: Math.log(requiredNumber(element, 'threshold')) };
  const inputs = onlyChild(element, ['BayesInputs']);
  checkShape(inputs, { children: ['BayesInput'] });
  const logs = [
    ops.row([...priors.values()].map(Math.log)),
    ...childrenNamed(inputs, 'BayesInput').map((input) => inputLogs(bayes, input)),
  ];
  const labels = labelsInOrder(source, classes);
  const probabilities = ops.node('Softmax', [ops.full(ops.sum(logs))], { axis: { int: 1 } });
  return { kind: 'classification', labels, probabilities: inOrder(ops, probabilities, classes, labels) };
}

/** What one input adds for each class, as [N, classes]. */
function inputLogs(bayes: Bayes, input: XmlElement): string {
  const { scope } = bayes.source;
  checkShape(input, { attributes: ['fieldName'], children: ['TargetValueStats', 'DerivedField', 'PairCounts'] });
  const stats = childNamed(input, 'TargetValueStats');
  const derived = childNamed(input, 'DerivedField');
  const value = derived === undefined ? fieldOf(scope, input, 'fieldName') : used(scope, derivedValue(derived, scope));
  return stats === undefined ? countLogs(bayes, value, input) : distributionLogs(bayes, value, stats);
}

function countLogs({ source, classes, leastLog }: Bayes, value: Value, input: XmlElement): string {
  const { ops } = source.scope.compilation;
  const pairs = childrenNamed(input, 'PairCounts').map((pair) => {
    checkShape(pair, { attributes: ['value'], children: ['TargetValueCounts'] });
    const counts = readCounts(onlyChild(pair, ['TargetValueCounts']));
    for (const name of counts.keys()) checkClass(classes, name, pair);
    return { value: required(pair, 'value'), counts };
  });
  if (pairs.length === 0) throw refusal(input, 'it has neither TargetValueStats nor PairCounts.');
  const totals = classes.map((name) => pairs.reduce((sum, { counts }) => sum + (counts.get(name) ?? 0), 0));
  const rows = new Map<string, number[]>();
  for (const { value: category, counts } of pairs) {
    if (rows.has(category)) throw refusal(input, `it counts the value "${category}" twice.`);
    const logs = classes.map((name, index) => {
      const count = counts.get(name);
      // A class that is not counted here is not judged by this value.
      if (count === undefined) return 0;
      return count === 0 ? leastLog : Math.log(count / (totals[index] ?? 0));
    });
    rows.set(category, logs);
  }
  if (value.kind === 'text') {
    const table = new LinearPredictor(ops, classes.length);
    table.addTexts(value, rows, 0);
    return table.write();
  }
  const none = ops.row(classes.map(() => 0));
  return [...rows].reduce(
    (otherwise, [category, logs]) => ops.where(isIn(ops, value, [category], input).isTrue, ops.row(logs), otherwise),
    none,
  );
}

function distributionLogs({ source, classes, leastLog }: Bayes, value: Value, stats: XmlElement): string {
  const { ops } = source.scope.compilation;
  checkShape(stats, { children: ['TargetValueStat'] });
  if (value.kind !== 'number') throw refusal(stats, `a distribution of numbers is given for a ${value.kind}.`);
  const x = value.tensor;
  const seen = new Set<string>();
  const columns = new Map(
    childrenNamed(stats, 'TargetValueStat').map((stat) => {
      checkShape(stat, { attributes: ['value'], children: DISTRIBUTIONS });
      checkClass(classes, required(stat, 'value'), stat);
      if (seen.has(required(stat, 'value'))) throw refusal(stat, 'its class has a distribution already.');
      seen.add(required(stat, 'value'));
      const distribution = onlyChild(stat, DISTRIBUTIONS);
      const log =
        distribution.name === 'PoissonDistribution'
          ? poissonLogProbability(ops, x, positive(distribution, 'mean'))
          : gaussianLogDensity(x, distribution);
      return [required(stat, 'value'), ops.node('Max', [log, ops.number(leastLog)])];
    }),
  );
  const logs = ops.columns(classes.map((name) => columns.get(name) ?? ops.number(0)));
  return value.mayBeMissing ? ops.where(ops.isMissing(x), ops.number(0), logs) : logs;

  function gaussianLogDensity(at: string, distribution: XmlElement): string {
    checkShape(distribution, { attributes: ['mean', 'variance'] });
    const variance = positive(distribution, 'variance');
    const off = ops.node('Sub', [at, ops.number(requiredNumber(distribution, 'mean'))]);
    const square = ops.node('Mul', [ops.node('Mul', [off, off]), ops.number(-0.5 / variance)]);
    return ops.node('Sub', [square, ops.number(0.5 * Math.log(2 * Math.PI * variance))]);
  }
}

const DISTRIBUTIONS = ['GaussianDistribution', 'PoissonDistribution'];

function positive(element: XmlElement, attribute: string): number {
  const value = requiredNumber(element, attribute);
  if (value > 0) return value;
  throw refusal(element, `${attribute}="${optional(element, attribute)}" must be greater than 0.`);
}

function checkClass(classes: readonly string[], name: string, from: XmlElement): void {
  if (!classes.includes(name)) throw refusal(from, `"${name}" is none of the classes ${classes.join(', ')}.`);
}

/** Counts by class. */
function readCounts(element: XmlElement): Map<string, number> {
  checkShape(element, { children: ['TargetValueCount'] });
  const counts = new Map<string, number>();
  for (const each of childrenNamed(element, 'TargetValueCount')) {
    checkShape(each, { attributes: ['value', 'count'] });
    const count = requiredNumber(each, 'count');
    if (count < 0) throw refusal(each, `count="${count}" is below 0.`);
    const name = required(each, 'value');
    if (counts.has(name)) throw refusal(each, `"${name}" is counted twice.`);
    counts.set(name, count);
  }
  return counts;
}
