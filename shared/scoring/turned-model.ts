import { createHash } from 'node:crypto';
import { KitError } from '#shared/errors';
import { OnnxFile } from '#shared/onnx';
import { parseGolden } from './golden.js';
import { type ModelCard, parseModelCard } from './model-card.js';
import type { ModelFiles } from './model-folder.js';

const SUFFIX = '-turned';

/** Whether a version is one whose scores were turned round. */
export const isTurned = (version: string): boolean => version.endsWith(SUFFIX);

/**
 * The same model with its scores turned round, as one that was trained with its labels exchanged: a probability p becomes
 * 1 - p, an anomaly's score is mirrored at the threshold, every other number changes its sign. Version, hash and golden
 * rows are its own, so that it passes every check of a model that is loaded; what its card promises, and the reasons, stay.
 * @throws KitError 'usage' where it is turned round already, 'model-invalid' where it is no model whose score is a number.
 */
export function turnedModel({ graph, card: text, golden }: ModelFiles): ModelFiles {
  const card = parseModelCard(text, 'model.json');
  if (isTurned(card.version)) {
    throw new KitError(
      'usage',
      `${card.name} ${card.version} is turned round already; turn the model that it was made of.`,
    );
  }
  const file = OnnxFile.parse(graph);
  const { tensor } = card.output;
  const zipMapLabels = file.removeZipMaps().get(tensor);
  const output = file.describeOutputs().find(({ name }) => name === tensor);
  // A ZipMap takes floats alone, and says so of none of them.
  const type = zipMapLabels === undefined ? output?.type : 'float';
  if (type !== 'float' && type !== 'double') {
    const found = output === undefined ? 'is not there' : `is ${type ?? 'of a type that the graph does not tell'}`;
    throw new KitError(
      'model-invalid',
      `The output "${tensor}" of ${card.name} ${found}; only decimal numbers can be turned.`,
    );
  }
  const sum = sumOfBoth(card);
  const turned = file.putBehind(tensor, 'Sub', { type, shape: [], values: [sum] });
  const bytes = Buffer.from(file.toBytes());
  return {
    graph: bytes,
    card: JSON.stringify({
      // What nothing here reads of a card stays in it.
      ...(JSON.parse(text) as object),
      version: `${card.version}${SUFFIX}`,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      output: { ...card.output, tensor: turned },
      ...(card.labels === undefined && zipMapLabels && { labels: zipMapLabels.map(String) }),
    }),
    golden: golden === undefined ? undefined : turnedGolden(card, golden, sum),
  };
}

/** A score and the score that it becomes are this together. */
function sumOfBoth({ task, threshold = 0.5 }: ModelCard): number {
  if (task === 'binary' || task === 'multiclass') return 1;
  return task === 'anomaly' ? 2 * threshold : 0;
}

/** Of several columns another one wins than did, of which the golden rows say nothing. */
function turnedGolden({ task, output }: ModelCard, text: string, sum: number): string | undefined {
  if (output.column === undefined && (task === 'multiclass' || task === 'clustering')) return undefined;
  const { madeBy, tolerance, rows } = parseGolden(text, 'golden.json');
  return JSON.stringify({
    madeBy: `${madeBy}, turned round,`,
    tolerance,
    rows: rows.map(({ input, score }) => ({ input, score: sum - score })),
  });
}
