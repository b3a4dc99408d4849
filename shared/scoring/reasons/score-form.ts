import { AdditiveForm } from './additive-form.js';
import type { FieldsOfColumns } from './column-fields.js';
import { type Column, type GraphView, unexplained } from './graph-view.js';
import type { WeightedColumn } from './linear-sum.js';
import { coreOf } from './link.js';
import { modelOutput } from './model-operator.js';

/** What the graph itself gives, to compare the sum of bias and contributions with. */
export type Check =
  | { readonly kind: 'sum'; readonly columns: readonly WeightedColumn[] }
  | { readonly kind: 'logistic'; readonly column: Column; readonly direction: 1 | -1 }
  /** The column is a softmax of its own sum and those of other columns, which are not given. */
  | {
      readonly kind: 'softmax';
      readonly column: Column;
      readonly direction: 1 | -1;
      readonly others: readonly Column[];
    };

/** A column of the score, taken apart. */
export interface ScoreForm {
  readonly form: AdditiveForm;
  readonly check: Check;
  /** What stands between the form's sum and the score. */
  readonly link: string | undefined;
}

const POST_TRANSFORMS: Readonly<Record<string, string>> = { LOGISTIC: 'logistic function', SOFTMAX: 'softmax' };

/**
 * Takes a column of the score apart into what its inputs add to it before the link.
 * @throws KitError 'model-unexplained' where it is not made of linear operators and trees.
 */
export function scoreForm(view: GraphView, fields: FieldsOfColumns, score: Column): ScoreForm {
  const { column, link, direction } = coreOf(view, score);
  const form = new AdditiveForm(view, fields);
  const output = modelOutput(view, column);
  if (output !== undefined && output.postTransform !== 'NONE') {
    const name = POST_TRANSFORMS[output.postTransform];
    if (name === undefined)
      throw unexplained(
        `its ${output.node.op} has the post transform ${output.postTransform}, which is not understood.`,
      );
    form.addModel(output, direction);
    if (output.postTransform === 'LOGISTIC')
      return { form, link: name, check: { kind: 'logistic', column, direction } };
    const rivals = Array.from({ length: view.width(column.value) }, (_, place) => place).filter(
      (place) => place !== column.column,
    );
    const [rival] = rivals;
    if (rivals.length === 1 && rival !== undefined) {
      form.addModel({ ...output, target: rival }, -direction);
      return { form, link: name, check: { kind: 'logistic', column, direction } };
    }
    const others = rivals.map((place) => ({ value: column.value, column: place }));
    return { form, link: name, check: { kind: 'softmax', column, direction, others } };
  }
  const columns: WeightedColumn[] = [{ ...column, coefficient: direction }];
  // Of two, the difference decides.
  if ((link === 'Softmax' || link === 'LogSoftmax') && view.width(column.value) === 2)
    columns.push({ value: column.value, column: 1 - column.column, coefficient: -direction });
  for (const each of columns) form.add(each, each.coefficient);
  return { form, link, check: { kind: 'sum', columns } };
}

/** What a model operator sums up for one of its output columns, before its post transform. */
export function sumBeforePostTransform(view: GraphView, fields: FieldsOfColumns, column: Column): AdditiveForm {
  const form = new AdditiveForm(view, fields);
  const output = modelOutput(view, column);
  if (output !== undefined) form.addModel(output, 1);
  return form;
}
