import { z } from 'zod';
import { nanUnless, row, sumOfColumns, toDouble } from './double-nodes.js';
import type { Column, PipelineGraph } from './pipeline-graph.js';
import type { SavedStage } from './saved-stage.js';

const texts = z.array(z.string());
// Spark 2 saved one list, `labels`; Spark 3 and later save a list for each column.
const indexerRow = z.union([
  z.object({ labelsArray: z.array(texts).min(1) }).transform(({ labelsArray }) => labelsArray),
  z.object({ labels: texts }).transform(({ labels }) => [labels]),
]);
const encoderRow = z.object({ categorySizes: z.array(z.number().int().min(1).max(1_000_000)).min(1) });

/** The labels that a StringIndexerModel knows, by its output column. */
export async function indexerLabels(stage: SavedStage): Promise<Map<string, readonly string[]>> {
  const labels = await stage.row(indexerRow);
  const outputs = stage.parameters.columns('output');
  if (labels.length !== outputs.length)
    throw stage.refusal(`it has ${labels.length} lists of labels for ${outputs.length} columns`);
  return new Map(outputs.map((output, at) => [output, labels[at] ?? []]));
}

/**
 * StringIndexer: a text → its index; unknown is the index after the last (keep) or a row that is refused (error, skip).
 */
export async function stringIndexer(stage: SavedStage, graph: PipelineGraph): Promise<void> {
  const { builder } = graph;
  const inputs = stage.parameters.columns('input');
  const labels = await indexerLabels(stage);
  const keep = stage.parameters.handleInvalid() === 'keep';
  graph.makes([...labels.keys()], async (output): Promise<Column> => {
    const input = inputs[[...labels.keys()].indexOf(output)];
    const known = labels.get(output) ?? [];
    if (input === undefined || known.length === 0)
      throw stage.refusal(`it has no input or no labels for the column "${output}"`);
    if (graph.isMade(input))
      throw stage.refusal(
        `its column "${input}" is made by another stage, and Spark's text of a number is not known here`,
      );
    // A missing text comes in as "": where that is a label of its own, missing has to be refused.
    const text = graph.text(input, known, keep && !known.includes(''));
    const index = builder.node(
      'LabelEncoder',
      [text],
      {
        keys_strings: { strings: known },
        values_int64s: { ints: known.map((_, at) => at) },
        default_int64: { int: known.length },
      },
      { domain: 'ai.onnx.ml' },
    );
    const value = toDouble(builder, index);
    if (!keep) {
      const isKnown = builder.node('Less', [value, row(builder, [known.length])]);
      graph.refuseRows(nanUnless(builder, toDouble(builder, isKnown)));
    }
    return { value, width: 1, sources: [input], levels: known.length + (keep ? 1 : 0) };
  });
}

/** OneHotEncoder: an index → a vector of 0 and one 1; `dropLast` and `handleInvalid` as in Spark's encoder function. */
export async function oneHotEncoder(stage: SavedStage, graph: PipelineGraph): Promise<void> {
  const { builder } = graph;
  const inputs = stage.parameters.columns('input');
  const outputs = stage.parameters.columns('output');
  const { categorySizes } = await stage.row(encoderRow);
  const dropLast = stage.parameters.flag('dropLast', true);
  const keep = stage.parameters.handleInvalid() === 'keep';
  if (inputs.length !== outputs.length || inputs.length !== categorySizes.length)
    throw stage.refusal(`it has ${categorySizes.length} sizes for ${inputs.length} columns`);
  graph.makes(outputs, async (output): Promise<Column> => {
    const at = outputs.indexOf(output);
    const size = categorySizes[at] ?? 0;
    const input = await graph.column(inputs[at] ?? '');
    if (input.width !== 1) throw stage.refusal(`its column "${inputs[at]}" is a vector`);
    const always = (input.levels ?? Number.POSITIVE_INFINITY) <= size;
    const width = size + (keep ? 1 : 0) - (dropLast ? 1 : 0);
    if (width === 0) throw stage.refusal(`its column "${output}" has no element`);
    const sources = Array.from({ length: width }, () => input.sources[0] ?? '');
    const whole = always ? input.value : builder.node('Floor', [input.value]);
    const hot = (count: number): string => {
      const numbers = Array.from({ length: count }, (_, category) => category);
      return toDouble(builder, builder.node('Equal', [whole, row(builder, numbers)]));
    };
    if (always && !keep) return { value: hot(width), width, sources };
    const all = hot(size);
    const valid = sumOfColumns(builder, all, size);
    if (!keep) {
      graph.refuseRows(nanUnless(builder, valid));
      return { value: hot(width), width, sources };
    }
    if (dropLast) return { value: all, width, sources };
    const invalid = builder.node('Sub', [row(builder, [1]), valid]);
    return { value: builder.node('Concat', [all, invalid], { axis: { int: 1 } }), width, sources };
  });
}
