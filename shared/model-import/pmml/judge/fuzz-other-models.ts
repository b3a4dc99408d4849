import { CATEGORIES, type ExpressionGenerator } from './fuzz-expressions.js';
import { predicate } from './fuzz-predicates.js';

/** A random Scorecard, as XML; most of its characteristics end with an attribute that always holds. */
export function scorecard(generator: ExpressionGenerator, schema: string): string {
  const characteristics = Array.from({ length: 3 }, (_, index) => {
    const attributes = Array.from({ length: 2 }, () => attribute(generator, predicate(generator, 2)));
    if (generator.random() < 0.8) attributes.push(attribute(generator, '<True/>'));
    return `<Characteristic name="k${index}">${attributes.join('')}</Characteristic>`;
  });
  return `<Scorecard functionName="regression" initialScore="${generator.level()}" useReasonCodes="false">${schema}<Characteristics>${characteristics.join('')}</Characteristics></Scorecard>`;
}

function attribute(generator: ExpressionGenerator, test: string): string {
  if (generator.random() < 0.7) return `<Attribute partialScore="${generator.level()}">${test}</Attribute>`;
  return `<Attribute>${test}<ComplexPartialScore>${generator.number(1)}</ComplexPartialScore></Attribute>`;
}

/** A random NaiveBayesModel, as XML. */
export function naiveBayes(generator: ExpressionGenerator, schema: string): string {
  const classes = ['no', 'yes'];
  const counts = (): string => {
    const each = classes.map(
      (value) => `<TargetValueCount value="${value}" count="${generator.pick(0, 1, 5, 20, 33)}"/>`,
    );
    return `<TargetValueCounts>${each.join('')}</TargetValueCounts>`;
  };
  const gaussian = (value: string): string =>
    `<TargetValueStat value="${value}"><GaussianDistribution mean="${generator.pick(-1, 0.5, 2)}" variance="${generator.pick(0.5, 1, 9)}"/></TargetValueStat>`;
  const numbers = ['x', 'y', 'z'].map(
    (name) =>
      `<BayesInput fieldName="${name}"><TargetValueStats>${classes.map(gaussian).join('')}</TargetValueStats></BayesInput>`,
  );
  const texts = ['c', 'd'].map((name) => {
    const pairs = CATEGORIES.slice(0, 3).map((value) => `<PairCounts value="${value}">${counts()}</PairCounts>`);
    // A class that was never seen with a field leaves 0 of 0.
    const seen =
      '<PairCounts value="É"><TargetValueCounts><TargetValueCount value="no" count="3"/><TargetValueCount value="yes" count="4"/></TargetValueCounts></PairCounts>';
    return `<BayesInput fieldName="${name}">${pairs.join('')}${seen}</BayesInput>`;
  });
  const inputs = [...numbers, ...texts].filter(() => generator.random() < 0.6);
  const output =
    '<BayesOutput fieldName="t"><TargetValueCounts><TargetValueCount value="no" count="40"/><TargetValueCount value="yes" count="60"/></TargetValueCounts></BayesOutput>';
  return `<NaiveBayesModel functionName="classification" threshold="${generator.pick(0.001, 0.1, 1e-9)}">${schema}<BayesInputs>${inputs.join('') || numbers[0]}</BayesInputs>${output}</NaiveBayesModel>`;
}

/** A random ClusteringModel by distance, as XML. */
export function clustering(generator: ExpressionGenerator, schema: string): string {
  const fields = ['x', 'y', 'z'].map((name) => {
    const weight = generator.random() < 0.4 ? ` fieldWeight="${generator.pick(0.5, 2, 3.25)}"` : '';
    const compare = generator.pick(
      '',
      '',
      ' compareFunction="absDiff"',
      ' compareFunction="gaussSim" similarityScale="1.5"',
      ' compareFunction="delta"',
      ' compareFunction="equal"',
    );
    return `<ClusteringField field="${name}"${weight}${compare}/>`;
  });
  const clusters = Array.from({ length: 3 }, (_, index) => {
    const center = [generator.level(), generator.level(), generator.level()].join(' ');
    return `<Cluster id="k${index}"><Array n="3" type="real">${center}</Array></Cluster>`;
  });
  const measure = generator.pick(
    '<euclidean/>',
    '<squaredEuclidean/>',
    '<cityBlock/>',
    '<chebychev/>',
    '<minkowski p-parameter="3"/>',
  );
  const missing =
    generator.random() < 0.5
      ? '<MissingValueWeights><Array n="3" type="real">1 2 0.5</Array></MissingValueWeights>'
      : '';
  return `<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="3">${schema}<ComparisonMeasure kind="distance">${measure}</ComparisonMeasure>${fields.join('')}${missing}${clusters.join('')}</ClusteringModel>`;
}

/** A random NeuralNetwork, as XML, with connections that leave out a layer. */
export function neuralNetwork(generator: ExpressionGenerator, isClassification: boolean, schema: string): string {
  const inputs = Array.from({ length: 3 }, (_, index) => {
    const expression = `<DerivedField optype="continuous" dataType="double"><Apply function="tanh">${generator.number(1)}</Apply></DerivedField>`;
    return `<NeuralInput id="i${index}">${expression}</NeuralInput>`;
  });
  const weight = (): number => Math.round((generator.random() - 0.5) * 40) / 10;
  const connections = (from: readonly string[]): string =>
    from
      .filter(() => generator.random() < 0.8)
      .map((id) => `<Con from="${id}" weight="${weight()}"/>`)
      .join('');
  const inputIds = ['i0', 'i1', 'i2'];
  const hidden = ['h0', 'h1', 'h2'];
  const activation = generator.pick(
    'logistic',
    'tanh',
    'identity',
    'Gauss',
    'sine',
    'cosine',
    'Elliott',
    'arctan',
    'rectifier',
    'threshold',
  );
  const first = hidden.map(
    (id) =>
      `<Neuron id="${id}" bias="${weight()}">${connections(inputIds)}<Con from="i0" weight="${weight()}"/></Neuron>`,
  );
  const last = (isClassification ? ['o0', 'o1'] : ['o0']).map(
    (id) =>
      `<Neuron id="${id}">${connections(generator.random() < 0.3 ? [...hidden, 'i0'] : hidden)}<Con from="h0" weight="${weight()}"/></Neuron>`,
  );
  const method = isClassification ? generator.pick('softmax', 'none') : 'none';
  const layers = `<NeuralLayer activationFunction="${activation}">${first.join('')}</NeuralLayer><NeuralLayer activationFunction="identity" normalizationMethod="${method}">${last.join('')}</NeuralLayer>`;
  const output = (neuron: string, expression: string): string =>
    `<NeuralOutput outputNeuron="${neuron}"><DerivedField optype="continuous" dataType="double">${expression}</DerivedField></NeuralOutput>`;
  const outputs = isClassification
    ? ['no', 'yes'].map((value, index) => output(`o${index}`, `<NormDiscrete field="t" value="${value}"/>`)).join('')
    : output(
        'o0',
        '<NormContinuous field="t"><LinearNorm orig="-3" norm="-1"/><LinearNorm orig="1" norm="0.5"/><LinearNorm orig="9" norm="2"/></NormContinuous>',
      );
  const task = isClassification ? 'classification' : 'regression';
  return `<NeuralNetwork functionName="${task}" activationFunction="tanh">${schema}<NeuralInputs>${inputs.join('')}</NeuralInputs>${layers}<NeuralOutputs>${outputs}</NeuralOutputs></NeuralNetwork>`;
}
