import { CATEGORIES, type ExpressionGenerator } from './fuzz-expressions.js';

/** A random GeneralRegressionModel, as XML: covariates x and y with powers, factors c and d, and their products. */
export function generalRegression(generator: ExpressionGenerator, isClassification: boolean, schema: string): string {
  const parameters: string[] = ['<Parameter name="p0"/>'];
  const cells: string[] = [];
  for (let index = 1; index <= 5; index += 1) {
    const name = `p${index}`;
    parameters.push(`<Parameter name="${name}"/>`);
    const covariate = generator.pick('x', 'y');
    const factor = generator.pick('c', 'd');
    const ofCovariate = `<PPCell value="${generator.pick(1, 1, 2)}" predictorName="${covariate}" parameterName="${name}"/>`;
    const ofFactor = `<PPCell value="${generator.pick(...CATEGORIES)}" predictorName="${factor}" parameterName="${name}"/>`;
    cells.push(generator.pick(ofCovariate, ofFactor, ofCovariate + ofFactor));
  }
  const beta = (): number => Math.round((generator.random() - 0.5) * 1000) / 1000;
  const column = (category: string): string =>
    parameters.map((_, index) => `<PCell${category} parameterName="p${index}" beta="${beta()}"/>`).join('');
  const link = generator.pick('identity', 'log', 'logit', 'probit', 'cloglog', 'loglog', 'logc');
  const offset = generator.random() < 0.3 ? ` offsetValue="${generator.pick(0.25, -1)}"` : '';
  const [attributes, matrix] = isClassification
    ? generator.pick<[string, string]>(
        [
          `modelType="generalizedLinear" linkFunction="${generator.pick('logit', 'probit', 'cloglog')}"`,
          column(' targetCategory="yes"'),
        ],
        ['modelType="multinomialLogistic" targetReferenceCategory="no"', column(' targetCategory="yes"')],
      )
    : generator.pick<[string, string]>(
        [`modelType="generalizedLinear" linkFunction="${link}"${offset}`, column('')],
        ['modelType="generalLinear"', column('')],
      );
  const task = isClassification ? 'classification' : 'regression';
  return `<GeneralRegressionModel functionName="${task}" ${attributes}>${schema}<ParameterList>${parameters.join('')}</ParameterList><FactorList><Predictor name="c"/><Predictor name="d"/></FactorList><CovariateList><Predictor name="x"/><Predictor name="y"/></CovariateList><PPMatrix>${cells.join('')}</PPMatrix><ParamMatrix>${matrix}</ParamMatrix></GeneralRegressionModel>`;
}
