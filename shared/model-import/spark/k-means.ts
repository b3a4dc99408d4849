import { z } from 'zod';
import { matrixOf, row } from './double-nodes.js';
import type { PipelineGraph } from './pipeline-graph.js';
import { featuresOf, type Prediction } from './predictor.js';
import type { SavedStage } from './saved-stage.js';
import { vector } from './vectors.js';

const centreRow = z.object({ clusterIdx: z.number().int().min(0), clusterCenter: vector });

/** KMeans by the Euclidean distance: the distance to each centre. */
export async function kMeans(stage: SavedStage, graph: PipelineGraph): Promise<Prediction> {
  const { builder } = graph;
  const measure = stage.parameters.text('distanceMeasure', 'euclidean');
  if (measure !== 'euclidean') throw stage.refusal(`the distance measure "${measure}" is not understood`);
  const saved = (await stage.rows(centreRow)).sort((one, other) => one.clusterIdx - other.clusterIdx);
  const centres = saved.map(({ clusterCenter }) => clusterCenter);
  const [first] = centres;
  if (first === undefined || saved.some(({ clusterIdx }, at) => clusterIdx !== at))
    throw stage.refusal('its centres are not numbered from 0 on');
  if (centres.some(({ length }) => length !== first.length)) throw stage.refusal('its centres have different sizes');
  const features = await featuresOf(stage, graph, first.length);
  // One centre after the other rather than [N, centres, features] at once: exact, and small in memory.
  const distances = centres.map((centre) => {
    const difference = builder.node('Sub', [features.value, row(builder, centre)]);
    const square = builder.node('Mul', [difference, difference]);
    const ones = matrixOf(
      builder,
      centre.map(() => [1]),
    );
    return builder.node('Sqrt', [builder.node('MatMul', [square, ones])]);
  });
  const all = distances.length === 1 ? (distances[0] ?? '') : builder.node('Concat', distances, { axis: { int: 1 } });
  const tensor = graph.end(graph.refusing(all), 'distances', centres.length);
  return {
    card: { task: 'clustering', output: { tensor } },
    algorithm: `k-means of ${centres.length} clusters`,
    classes: centres.length,
  };
}
