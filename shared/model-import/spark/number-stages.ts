import { z } from 'zod';
import { nanUnless, row, sumOfColumns, toDouble } from './double-nodes.js';
import type { Column, PipelineGraph } from './pipeline-graph.js';
import type { SavedStage } from './saved-stage.js';
import { vector } from './vectors.js';

/** VectorAssembler: columns side by side; a null or NaN refuses the row (error, skip) or goes on as NaN (keep). */
export async function vectorAssembler(stage: SavedStage, graph: PipelineGraph): Promise<void> {
  const inputs = stage.parameters.texts('inputCols');
  const missing = stage.parameters.handleInvalid() === 'keep' ? 'kept' : 'refused';
  graph.makes([stage.parameters.text('outputCol')], async (): Promise<Column> => {
    const columns: Column[] = [];
    for (const input of inputs) columns.push(await graph.column(input, missing));
    const [first, ...more] = columns;
    if (first === undefined) throw stage.refusal('it has no input columns');
    return {
      value:
        more.length === 0
          ? first.value
          : graph.builder.node(
              'Concat',
              columns.map(({ value }) => value),
              { axis: { int: 1 } },
            ),
      width: columns.reduce((sum, { width }) => sum + width, 0),
      sources: columns.flatMap(({ sources }) => sources),
    };
  });
}

/** Imputer: null, NaN and the value that stands for missing → the mean, median or mode of training. */
export async function imputer(stage: SavedStage, graph: PipelineGraph): Promise<void> {
  const { builder } = graph;
  const inputs = stage.parameters.columns('input');
  const outputs = stage.parameters.columns('output');
  const surrogates = await stage.row(z.record(z.string(), z.number()));
  const stands = stage.parameters.number('missingValue', Number.NaN);
  graph.makes(outputs, async (output): Promise<Column> => {
    const name = inputs[outputs.indexOf(output)] ?? '';
    const surrogate = surrogates[name];
    if (surrogate === undefined) throw stage.refusal(`it knows no value for the column "${name}"`);
    const input = await graph.column(name, 'kept');
    const noNumber = builder.node('IsNaN', [input.value]);
    const isMissing = Number.isNaN(stands)
      ? noNumber
      : builder.node('Or', [noNumber, builder.node('Equal', [input.value, row(builder, [stands])])]);
    return { ...input, value: builder.node('Where', [isMissing, row(builder, [surrogate]), input.value]) };
  });
}

/** StandardScaler: (x − mean) / deviation, each where it was asked for; what did not vary becomes 0. */
export async function standardScaler(stage: SavedStage, graph: PipelineGraph): Promise<void> {
  const { mean, std } = await stage.row(z.object({ mean: vector, std: vector }));
  const withMean = stage.parameters.flag('withMean', false);
  const withStd = stage.parameters.flag('withStd', true);
  scaler(stage, graph, {
    shift: mean.map((value) => (withMean ? value : 0)),
    scale: std.map((deviation) => (withStd ? (deviation === 0 ? 0 : 1 / deviation) : 1)),
    offset: mean.map(() => 0),
  });
}

/** MinMaxScaler: the range seen in training → [min, max]; what did not vary becomes the middle. */
export async function minMaxScaler(stage: SavedStage, graph: PipelineGraph): Promise<void> {
  const { originalMin, originalMax } = await stage.row(z.object({ originalMin: vector, originalMax: vector }));
  const low = stage.parameters.number('min', 0);
  const high = stage.parameters.number('max', 1);
  const ranges = originalMin.map((from, at) => (originalMax[at] ?? Number.NaN) - from);
  scaler(stage, graph, {
    shift: originalMin,
    scale: ranges.map((range) => (range === 0 ? 0 : (high - low) / range)),
    offset: ranges.map((range) => (range === 0 ? (low + high) / 2 : low)),
  });
}

/** (x − shift) · scale + offset, in this order, as Spark's scalers reckon. */
function scaler(
  stage: SavedStage,
  graph: PipelineGraph,
  { shift, scale, offset }: { shift: readonly number[]; scale: readonly number[]; offset: readonly number[] },
): void {
  const { builder } = graph;
  graph.makes([stage.parameters.text('outputCol')], async (): Promise<Column> => {
    const input = await graph.column(stage.parameters.text('inputCol'));
    if (shift.length !== input.width || scale.length !== input.width)
      throw stage.refusal(`it scales ${scale.length} elements, and its column has ${input.width}`);
    let { value } = input;
    if (shift.some((by) => by !== 0)) value = builder.node('Sub', [value, row(builder, shift)]);
    // ONNX Runtime fuses a single factor with the MatMul behind it and rounds it to float32, but not a MatMul with a MatMul.
    const product = input.width === 1 ? 'MatMul' : 'Mul';
    if (scale.some((by) => by !== 1)) value = builder.node(product, [value, row(builder, scale)]);
    if (offset.some((by) => by !== 0)) value = builder.node('Add', [value, row(builder, offset)]);
    return { value, width: input.width, sources: input.sources };
  });
}

/** Bucketizer: a number → the number of the bucket [from, to) that it lies in, the last one with its upper end. */
export async function bucketizer(stage: SavedStage, graph: PipelineGraph): Promise<void> {
  const { builder } = graph;
  const { parameters } = stage;
  const inputs = parameters.columns('input');
  const outputs = parameters.columns('output');
  const splits = parameters.has('splitsArray') ? parameters.numberLists('splitsArray') : [parameters.numbers('splits')];
  const keep = parameters.handleInvalid() === 'keep';
  if (inputs.length !== outputs.length || splits.length !== inputs.length || splits.some(({ length }) => length < 3))
    throw stage.refusal(`it has ${splits.length} lists of splits for ${inputs.length} columns, or fewer than 3 splits`);
  graph.makes(outputs, async (output): Promise<Column> => {
    const at = outputs.indexOf(output);
    const ends = splits[at] ?? [];
    const buckets = ends.length - 1;
    const input = await graph.column(inputs[at] ?? '', keep ? 'kept' : 'refused');
    if (input.width !== 1) throw stage.refusal(`its column "${inputs[at]}" is a vector`);
    const compare = (op: string, bounds: readonly number[]): string =>
      toDouble(builder, builder.node(op, [input.value, row(builder, bounds)]));
    const passed = sumOfColumns(builder, compare('GreaterOrEqual', ends.slice(1, -1)), buckets - 1);
    // A number outside the splits refuses the row whatever handleInvalid says: it is for NaN.
    const inside = builder.node('Mul', [
      compare('GreaterOrEqual', ends.slice(0, 1)),
      compare('LessOrEqual', ends.slice(-1)),
    ]);
    if (!keep) {
      graph.refuseRows(nanUnless(builder, inside));
      return { value: passed, width: 1, sources: input.sources, levels: buckets };
    }
    const noNumber = builder.node('IsNaN', [input.value]);
    graph.refuseRows(nanUnless(builder, builder.node('Add', [inside, toDouble(builder, noNumber)])));
    const value = builder.node('Where', [noNumber, row(builder, [buckets]), passed]);
    return { value, width: 1, sources: input.sources, levels: buckets + 1 };
  });
}
