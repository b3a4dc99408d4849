import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/onnx';
import { projectFile } from '#shared/project-file';
import { plusModel } from '../test-models.js';

// As it runs: the process that checks is compiled code.
const compiled = projectFile('dist/shared/scoring/model-topic/check-beside.js').href;
const { checkBeside } = (await import(compiled)) as typeof import('./check-beside.js');

/** A tree that is a single chain, so many nodes deep. */
function chainOfBranches(depth: number): Buffer {
  const graph = new GraphBuilder('chain');
  const ids = Array.from({ length: 2 * depth + 1 }, (_, id) => id);
  const leaves = ids.slice(depth);
  const x = graph.input('x', 'float', ['N', 1]);
  graph.node(
    'TreeEnsembleRegressor',
    [x],
    {
      n_targets: { int: 1 },
      nodes_treeids: { ints: ids.map(() => 0) },
      nodes_nodeids: { ints: ids },
      nodes_featureids: { ints: ids.map(() => 0) },
      nodes_values: { floats: ids.map((id) => -id) },
      nodes_modes: { strings: ids.map((id) => (id < depth ? 'BRANCH_LEQ' : 'LEAF')) },
      nodes_truenodeids: { ints: ids.map((id) => (id < depth ? depth + 1 + id : 0)) },
      nodes_falsenodeids: { ints: ids.map((id) => (id < depth ? id + 1 : 0)) },
      target_treeids: { ints: leaves.map(() => 0) },
      target_nodeids: { ints: leaves },
      target_ids: { ints: leaves.map(() => 0) },
      target_weights: { floats: leaves.map(() => 1) },
    },
    { domain: 'ai.onnx.ml', output: 'y' },
  );
  graph.output('y', 'float', ['N', 1]);
  return Buffer.from(graph.toBytes());
}

/** A graph with a Loop of 9e15 turns around nothing. */
const endless = Buffer.from(
  'CAgSDmthZmthLW1sLWRlbW9zOsQCChoKAXgKCmNvbnN0YW50XzISAnkwIgNBZGQ6AAqgAQoEdHJpcAoFY29uZDAKAnkwEgF5IgRMb29wKoMBCgRib2R5' +
    'oAEFMngKFQoDY2luEgRjb3V0IghJZGVudGl0eQoVCgN2aW4SBHZvdXQiCElkZW50aXR5EgFiWgsKAWkSBgoECAcSAFoNCgNjaW4SBgoECAkSAFoLCgN2' +
    'aW4SBAoCCAFiDgoEY291dBIGCgQICRIAYgwKBHZvdXQSBAoCCAESAWcqGggBEAdCCmNvbnN0YW50XzFKCACA+spz+R8AKhYIARABQgpjb25zdGFudF8y' +
    'SgQAAAAAKhIQB0IEdHJpcEoIAID6ynP5HwAqDBAJQgVjb25kMEoBAVoUCgF4Eg8KDQgBEgkKAxIBTgoCCAFiFAoBeRIPCg0IARIJCgMSAU4KAggBQgQK' +
    'ABARQg4KCmFpLm9ubngubWwQAw==',
  'base64',
);

describe('a model that is checked beside what serves', () => {
  it('passes, or is refused with the code and the sentence of the check', async () => {
    await expect(checkBeside(plusModel(1), 'plus 1', { reasons: true })).resolves.toBeUndefined();
    await expect(checkBeside(plusModel(1, { golden: 0 }), 'plus 1', { reasons: false })).rejects.toMatchObject({
      code: 'model-golden-mismatch',
      message: expect.stringContaining('gives the score 2 where'),
    });
  });

  it('is refused where the runtime crashes on it', async () => {
    const files = { ...plusModel(1), graph: chainOfBranches(50_000) };
    await expect(checkBeside(files, 'chain 1', { reasons: false })).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/^Checking the model chain 1: the process that does it was ended by /),
    });
  });

  it('is refused where the runtime does not come back from it', async () => {
    const files = { ...plusModel(1), graph: endless };
    await expect(checkBeside(files, 'endless 1', { reasons: false, withinMs: 3_000 })).rejects.toMatchObject({
      code: 'model-invalid',
      message: 'Checking the model endless 1: it is not done within 3 s',
    });
  });

  it('is given up, and not refused, where its scorer ends', async () => {
    const checking = checkBeside({ ...plusModel(1), graph: endless }, 'endless 1', {
      reasons: false,
      signal: AbortSignal.timeout(500),
    });
    await expect(checking).rejects.toMatchObject({ code: 'internal' });
  });
});
