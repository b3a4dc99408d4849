import type { PipelineDrawing } from './page/pipeline-state.js';
import { type PipelineSurroundings, pipelineGraph } from './pipeline-boxes.js';
import { layOut } from './topology-layout.js';
import type { DescribedTopology } from './topology-text.js';

/** Draws a topology: what its boxes and lines are, and where they stand. Takes some 20 ms; the same topology looks the same. */
export function drawPipeline(topology: DescribedTopology, surroundings: PipelineSurroundings): PipelineDrawing {
  return layOut(pipelineGraph(topology, surroundings));
}
