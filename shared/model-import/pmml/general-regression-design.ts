import { asNumber, isIn } from './conversion.js';
import {
  arrayItems,
  checkShape,
  childNamed,
  childrenNamed,
  choice,
  optional,
  parseNumber,
  refusal,
  required,
  requiredNumber,
} from './element.js';
import { LinearPredictor } from './linear.js';
import { fieldOf, type ModelSource } from './model.js';
import type { TextValue, Value } from './values.js';
import { isMissing } from './values.js';
import type { XmlElement } from './xml.js';

/** A predictor of which only the category counts, and what a category counts where that is more than 0 or 1. */
interface Factor {
  readonly contrasts: ReadonlyMap<string, ReadonlyMap<string, number>> | undefined;
}

/** One parameter's cells: the parameter's value for a row is their product. */
interface Parameter {
  readonly factors: readonly XmlElement[];
  readonly covariates: readonly XmlElement[];
}

/**
 * The linear predictors of some classes (undefined: of the only one), of shape [N, classes].
 * `sharesAllButIntercept`: what names no class counts for each, beside what is its own.
 */
export function readDesign(
  source: ModelSource,
  classes: readonly (string | undefined)[],
  sharesAllButIntercept = false,
): { readonly sums: string; readonly needs: readonly string[] } {
  const { element, scope } = source;
  const { ops } = scope.compilation;
  checkParameters(element);
  const factors = readFactors(childNamed(element, 'FactorList'));
  const covariates = readCovariates(childNamed(element, 'CovariateList'));
  const matrix = childNamed(element, 'ParamMatrix');
  if (matrix === undefined) throw refusal(element, 'it has no ParamMatrix.');
  checkShape(matrix, { children: ['PCell'] });
  const cells = childrenNamed(matrix, 'PCell');
  const predictor = new LinearPredictor(ops, classes.length);
  const needs = new Set<string>();
  const texts = new Map<TextValue, Map<string, number[]>>();
  for (const cell of cells) checkShape(cell, { attributes: ['targetCategory', 'parameterName', 'beta', 'df'] });
  const named = cells.map((cell) =>
    JSON.stringify([optional(cell, 'targetCategory'), required(cell, 'parameterName')]),
  );
  if (new Set(named).size < named.length) throw refusal(matrix, 'it gives a parameter two values.');
  const unused = new Set(cells);
  for (const [output, label] of classes.entries()) {
    const parameters = readParameters(element, label, factors, covariates);
    const own = cells.filter((cell) => optional(cell, 'targetCategory') === label);
    const common = cells.filter((cell) => optional(cell, 'targetCategory') === undefined);
    // Of two classes, the one that is estimated need not be named.
    const used = sharesAllButIntercept ? [...common, ...own] : own.length > 0 || classes.length > 1 ? own : common;
    if (used.length === 0)
      throw refusal(matrix, `there are no parameters${label === undefined ? '' : ` for "${label}"`}.`);
    if (sharesAllButIntercept && own.length !== 1) {
      throw refusal(matrix, `"${label}" must have one parameter of its own, its intercept, and has ${own.length}.`);
    }
    for (const cell of used) unused.delete(cell);
    for (const cell of used) addCell(cell, parameters.get(required(cell, 'parameterName')), output);
  }
  const stray = [...unused].find((cell) => requiredNumber(cell, 'beta') !== 0);
  if (stray !== undefined) throw refusal(stray, 'no class uses this parameter.');
  for (const [value, rows] of texts) predictor.addTexts(value, rows, Number.NaN);
  return { sums: predictor.write(), needs: [...needs] };

  function addCell(cell: XmlElement, parameter: Parameter | undefined, output: number): void {
    const beta = requiredNumber(cell, 'beta');
    if (parameter === undefined) {
      predictor.addIntercept(output, beta);
      return;
    }
    const [factor, ...moreFactors] = parameter.factors;
    const value = factor && fieldOf(scope, factor, 'predictorName');
    const contrasts = factor && factors.get(required(factor, 'predictorName'))?.contrasts;
    if (
      factor &&
      value?.kind === 'text' &&
      moreFactors.length === 0 &&
      parameter.covariates.length === 0 &&
      !contrasts
    ) {
      const rows = texts.get(value) ?? new Map<string, number[]>();
      texts.set(value, rows);
      const row = rows.get(required(factor, 'value')) ?? classes.map(() => 0);
      row[output] = (row[output] ?? 0) + beta;
      rows.set(required(factor, 'value'), row);
      return;
    }
    predictor.addTerm(output, product(parameter), beta);
  }

  /** The product of a parameter's cells; 0 where a factor has another category, whatever the covariates are. */
  function product({ factors: factorCells, covariates: covariateCells }: Parameter): string {
    const powers = covariateCells.map((cell) => {
      const x = asNumber(ops, fieldOf(scope, cell, 'predictorName'), cell);
      if (factorCells.length === 0) for (const input of x.needs) needs.add(input);
      const exponent = requiredNumber(cell, 'value');
      return ops.power(x.tensor, exponent);
    });
    const covariate =
      powers.length === 0 ? ops.number(1) : powers.reduce((left, right) => ops.node('Mul', [left, right]));
    return factorCells.reduceRight((rest, cell) => {
      const value = fieldOf(scope, cell, 'predictorName');
      const contrasts = factors.get(required(cell, 'predictorName'))?.contrasts;
      const factor = contrasts === undefined ? indicator(value, cell) : contrast(value, cell, contrasts);
      const isZero = ops.node('Equal', [factor, ops.number(0)]);
      return ops.where(isZero, ops.number(0), ops.node('Mul', [factor, rest]));
    }, covariate);
  }

  function indicator(value: Value, cell: XmlElement): string {
    const { isTrue } = isIn(ops, value, [required(cell, 'value')], cell);
    const flag = ops.where(isTrue, ops.number(1), ops.number(0));
    return value.mayBeMissing ? ops.where(isMissing(ops, value), ops.number(Number.NaN), flag) : flag;
  }

  /** The matrix's element in the row of the record's category and the column of the cell's; NaN where there is none. */
  function contrast(value: Value, cell: XmlElement, contrasts: NonNullable<Factor['contrasts']>): string {
    const column = required(cell, 'value');
    return [...contrasts].reduce((otherwise, [category, row]) => {
      const amount = row.get(column);
      if (amount === undefined) throw refusal(cell, `the contrasts have no category "${column}".`);
      return ops.where(isIn(ops, value, [category], cell).isTrue, ops.number(amount), otherwise);
    }, ops.number(Number.NaN));
  }
}

function checkParameters(model: XmlElement): void {
  const list = childNamed(model, 'ParameterList');
  if (list === undefined) return;
  checkShape(list, { children: ['Parameter'] });
  for (const each of childrenNamed(list, 'Parameter'))
    checkShape(each, { attributes: ['name', 'label', 'referencePoint'] });
}

function readCovariates(list: XmlElement | undefined): ReadonlySet<string> {
  if (list === undefined) return new Set();
  checkShape(list, { children: ['Predictor'] });
  return new Set(
    childrenNamed(list, 'Predictor').map((predictor) => {
      checkShape(predictor, { attributes: ['name', 'contrastMatrixType'] });
      return required(predictor, 'name');
    }),
  );
}

function readFactors(list: XmlElement | undefined): ReadonlyMap<string, Factor> {
  if (list === undefined) return new Map();
  checkShape(list, { children: ['Predictor'] });
  return new Map(
    childrenNamed(list, 'Predictor').map((each) => [required(each, 'name'), { contrasts: readContrasts(each) }]),
  );
}

function readContrasts(predictor: XmlElement): Factor['contrasts'] {
  checkShape(predictor, { attributes: ['name', 'contrastMatrixType'], children: ['Categories', 'Matrix'] });
  const matrix = childNamed(predictor, 'Matrix');
  if (matrix === undefined) return undefined;
  checkShape(matrix, {
    attributes: ['kind', 'nbRows', 'nbCols', 'diagDefault', 'offDiagDefault'],
    children: ['Array'],
  });
  choice(matrix, 'kind', ['any'], 'any');
  const list = childNamed(predictor, 'Categories');
  if (list === undefined) throw refusal(predictor, 'it has contrasts without Categories.');
  checkShape(list, { children: ['Category'] });
  const categories = childrenNamed(list, 'Category').map((category) => required(category, 'value'));
  const rows = childrenNamed(matrix, 'Array').map((row) =>
    arrayItems(row).map((item) => parseNumber(row, 'an item', item)),
  );
  if (rows.length !== categories.length || rows.some((row) => row.length !== categories.length)) {
    throw refusal(matrix, `it must have ${categories.length} rows and columns, one a category.`);
  }
  return new Map(
    categories.map((category, index) => [
      category,
      new Map(categories.map((column, at) => [column, rows[index]?.[at] ?? 0])),
    ]),
  );
}

/** The parameters of a class by name; those of no class where it has none. */
function readParameters(
  model: XmlElement,
  label: string | undefined,
  factors: ReadonlyMap<string, Factor>,
  covariates: ReadonlySet<string>,
): ReadonlyMap<string, Parameter> {
  const matrix = childNamed(model, 'PPMatrix');
  if (matrix === undefined) return new Map();
  checkShape(matrix, { children: ['PPCell'] });
  const all = childrenNamed(matrix, 'PPCell');
  const own = all.filter((cell) => optional(cell, 'targetCategory') === label);
  const cells = own.length > 0 ? own : all.filter((cell) => optional(cell, 'targetCategory') === undefined);
  const parameters = new Map<string, { factors: XmlElement[]; covariates: XmlElement[] }>();
  for (const cell of cells) {
    checkShape(cell, { attributes: ['value', 'predictorName', 'parameterName', 'targetCategory'] });
    const name = required(cell, 'parameterName');
    const predictor = required(cell, 'predictorName');
    const parameter = parameters.get(name) ?? { factors: [], covariates: [] };
    parameters.set(name, parameter);
    if (factors.has(predictor)) parameter.factors.push(cell);
    else if (covariates.has(predictor)) parameter.covariates.push(cell);
    else throw refusal(cell, `"${predictor}" is neither a factor nor a covariate.`);
  }
  return parameters;
}
