import { CATEGORIES, type ExpressionGenerator, NUMBERS, TEXTS } from './fuzz-expressions.js';
import { generalRegression } from './fuzz-general-regression.js';
import { clustering, naiveBayes, neuralNetwork, scorecard } from './fuzz-other-models.js';
import { predicate } from './fuzz-predicates.js';

/** A random model on the generator's names, as XML: a regression, a tree, or several of them in a MiningModel. */
export function randomModel(generator: ExpressionGenerator, isClassification: boolean, schema: string): string {
  const target = '<MiningField name="t" usageType="target"/>';
  const outer = `<MiningSchema>${target}${schema}</MiningSchema>`;
  const kind = generator.pick('regression', 'tree', 'tree', 'mining', 'other', 'neural', 'general');
  if (kind === 'regression') return regression(generator, isClassification, outer);
  if (kind === 'tree') return tree(generator, isClassification, outer);
  if (kind === 'general') return generalRegression(generator, isClassification, outer);
  if (kind === 'neural') return neuralNetwork(generator, isClassification, outer);
  if (kind === 'other') {
    if (isClassification) return naiveBayes(generator, outer);
    if (generator.random() < 0.5) return clustering(generator, `<MiningSchema>${schema}</MiningSchema>`);
    return scorecard(generator, outer);
  }
  return mining(generator, isClassification, outer);
}

function functionName(isClassification: boolean): string {
  return `functionName="${isClassification ? 'classification' : 'regression'}"`;
}

function regression(generator: ExpressionGenerator, isClassification: boolean, schema: string): string {
  const method = isClassification
    ? generator.pick('softmax', 'simplemax', 'logit', 'none', 'cloglog', 'loglog')
    : generator.pick('none', 'none', 'exp', 'logit');
  const table = (category: string): string => {
    const { known } = generator;
    const numbers = known.numbers.filter(() => generator.random() < 0.5);
    const texts = known.texts.filter(() => generator.random() < 0.5);
    // Small coefficients: what overflows says little. Crooked ones: of classes with the same probability, either may win.
    const coefficient = (): number => generator.level() / 10 + Math.round(generator.random() * 1e6) / 1e9;
    const numeric = numbers.map(
      (name) =>
        `<NumericPredictor name="${name}" exponent="${generator.pick(1, 1, 2, 3)}" coefficient="${coefficient()}"/>`,
    );
    const categorical = texts.flatMap((name) =>
      CATEGORIES.slice(0, 2).map(
        (value) => `<CategoricalPredictor name="${name}" value="${value}" coefficient="${coefficient()}"/>`,
      ),
    );
    const term =
      generator.random() < 0.3
        ? `<PredictorTerm coefficient="${coefficient()}"><FieldRef field="x"/><FieldRef field="y"/></PredictorTerm>`
        : '';
    return `<RegressionTable intercept="${coefficient()}"${category}>${numeric.join('')}${categorical.join('')}${term}</RegressionTable>`;
  };
  const tables = isClassification
    ? `${table(' targetCategory="yes"')}${['softmax', 'simplemax'].includes(method) ? table(' targetCategory="no"') : '<RegressionTable intercept="0" targetCategory="no"/>'}`
    : table('');
  const targets = isClassification || generator.random() < 0.7 ? '' : target(generator, method === 'none');
  return `<RegressionModel ${functionName(isClassification)} normalizationMethod="${method}">${schema}${targets}${tables}</RegressionModel>`;
}

/** Numbers that are cast must be neither near overflow nor 1e-300 above a whole one. */
function target(generator: ExpressionGenerator, isCast: boolean): string {
  const parts = [
    `rescaleFactor="${generator.pick(0.5, 2, -3)}"`,
    `rescaleConstant="${generator.pick(0.25, 10)}"`,
    `min="${generator.pick(-1, 0)}"`,
    `max="${generator.pick(1, 5)}"`,
    ...(isCast ? [`castInteger="${generator.pick('round', 'ceiling', 'floor')}"`] : []),
  ].filter(() => generator.random() < 0.4);
  const standard = generator.random() < 0.3 ? `<TargetValue defaultValue="${generator.level()}"/>` : '';
  return `<Targets><Target field="t" ${parts.join(' ')}>${standard}</Target></Targets>`;
}

function tree(generator: ExpressionGenerator, isClassification: boolean, schema: string): string {
  const strategy = generator.pick('none', 'lastPrediction', 'nullPrediction', 'defaultChild');
  const noTrueChild = generator.pick('returnNullPrediction', 'returnLastPrediction');
  let ids = 0;
  const node = (test: string, depth: number): string => {
    ids += 1;
    const id = ids;
    const children: string[] = [];
    let defaultChild = '';
    if (depth > 0) {
      const first = ids + 1;
      children.push(node(predicate(generator, 2), depth - 1));
      const second = ids + 1;
      children.push(node(predicate(generator, 1), depth - 1));
      if (strategy === 'defaultChild') defaultChild = ` defaultChild="${generator.pick(first, second)}"`;
    }
    const score = isClassification ? generator.pick('no', 'yes') : String(generator.level());
    const distribution = isClassification
      ? `<ScoreDistribution value="no" recordCount="${score === 'no' ? 7 + id : 3}"/><ScoreDistribution value="yes" recordCount="${score === 'no' ? 2 : 5 + id}"/>`
      : '';
    return `<Node id="${id}" score="${score}"${defaultChild}>${test}${distribution}${children.join('')}</Node>`;
  };
  const root = node('<True/>', 3);
  return `<TreeModel ${functionName(isClassification)} missingValueStrategy="${strategy}" noTrueChildStrategy="${noTrueChild}" splitCharacteristic="multiSplit">${schema}${root}</TreeModel>`;
}

function mining(generator: ExpressionGenerator, isClassification: boolean, schema: string): string {
  const method = isClassification
    ? generator.pick('majorityVote', 'weightedMajorityVote', 'average', 'weightedAverage', 'selectFirst')
    : generator.pick('sum', 'average', 'weightedAverage', 'median', 'selectFirst', 'weightedSum');
  const treatment = generator.pick(
    '',
    ' missingPredictionTreatment="returnMissing"',
    ' missingPredictionTreatment="skipSegment"',
  );
  const inside = `<MiningSchema><MiningField name="t" usageType="target"/>${[...NUMBERS, ...TEXTS].map((name) => `<MiningField name="${name}"/>`).join('')}</MiningSchema>`;
  const segments = Array.from({ length: 2 + Math.floor(generator.random() * 3) }, (_, index) => {
    const test = generator.random() < 0.6 ? '<True/>' : predicate(generator, 1);
    const weight = method.startsWith('weighted') ? ` weight="${generator.pick(0.5, 1, 2, 3.25)}"` : '';
    const model = (generator.random() < 0.7 ? tree : regression)(generator, isClassification, inside);
    return `<Segment id="${index + 1}"${weight}>${test}${model}</Segment>`;
  });
  return `<MiningModel ${functionName(isClassification)}>${schema}<Segmentation multipleModelMethod="${method}"${treatment}>${segments.join('')}</Segmentation></MiningModel>`;
}
