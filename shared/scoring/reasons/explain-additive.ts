import type { OnnxFile } from '#shared/onnx';
import type { ModelCard } from '../model-card.js';
import { AdditiveExplanation, type ExplainedColumn } from './additive-explanation.js';
import type { AdditiveForm } from './additive-form.js';
import { FieldsOfColumns } from './column-fields.js';
import { FormEvaluator } from './form-evaluator.js';
import { type Column, GraphView, unexplained } from './graph-view.js';
import { NodeCovers } from './path-contributions.js';
import { scoreForm, sumBeforePostTransform } from './score-form.js';
import { readTreeEnsemble } from './tree-ensemble.js';

/**
 * Takes the score of a graph apart into what its inputs add.
 * @throws KitError 'model-unexplained' where the score is not made of linear operators and trees, naming what it met.
 */
export function additiveExplanation(
  card: ModelCard,
  file: OnnxFile,
  onNotice: (sentence: string) => void,
): AdditiveExplanation {
  const inputs = card.inputs.map(({ name }) => name);
  if (inputs.length === 1) throw unexplained(`all of each score comes from its one input, "${inputs[0]}".`);
  const view = new GraphView(file, inputColumns(card));
  const fields = new FieldsOfColumns(view);
  const covers = new Map<string, NodeCovers>();
  const features = new Map<NodeCovers, string>();
  const evaluatorOf = (form: AdditiveForm): FormEvaluator =>
    new FormEvaluator(form, inputs, (output) => {
      const node = view.producer(output);
      const known = covers.get(output);
      if (known !== undefined || node === undefined) return known ?? missing(output);
      const read = new NodeCovers(readTreeEnsemble(node));
      covers.set(output, read);
      features.set(read, node.inputs[0] ?? '');
      return read;
    });
  // Each class is a rival of all others.
  const sums = new Map<string, FormEvaluator>();
  const rivalOf = (column: Column): FormEvaluator => {
    const key = `${column.column} ${column.value}`;
    const rival = sums.get(key) ?? evaluatorOf(sumBeforePostTransform(view, fields, column));
    sums.set(key, rival);
    return rival;
  };
  let link: string | undefined;
  const columns = scoreColumns(card, view).map((column): ExplainedColumn => {
    const explained = scoreForm(view, fields, { value: card.output.tensor, column });
    link = explained.link;
    const { check } = explained;
    const rivals = check.kind === 'softmax' ? check.others.map(rivalOf) : [];
    return { evaluator: evaluatorOf(explained.form), check, rivals };
  });
  return new AdditiveExplanation({ inputs, score: card.output.tensor, columns, covers: features, link, onNotice });
}

/** By graph input, the fields that fill its columns. */
function inputColumns({ inputs }: ModelCard): ReadonlyMap<string, readonly string[]> {
  const columns = new Map<string, string[]>();
  for (const { name, tensor = name, shape = [] } of inputs) {
    const size = shape.reduce((product, length) => product * length, 1);
    columns.set(tensor, [...(columns.get(tensor) ?? []), ...Array.from({ length: size }, () => name)]);
  }
  return columns;
}

/** The columns of the output that may be a row's score. */
function scoreColumns({ task, output: { tensor, column } }: ModelCard, view: GraphView): readonly number[] {
  if (task === 'clustering') throw unexplained('it finds clusters, whose distances are no sum over the inputs.');
  if (column !== undefined) return [column];
  const width = view.width(tensor);
  return task === 'multiclass' ? Array.from({ length: width }, (_, place) => place) : [width - 1];
}

function missing(output: string): never {
  throw unexplained(`nothing gives its value "${output}".`);
}
