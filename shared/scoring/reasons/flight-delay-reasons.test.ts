import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { OnnxFile } from '#shared/onnx';
import { projectFile } from '#shared/project-file';
import { feeds } from '../feeds.js';
import { parseGolden } from '../golden.js';
import { graphInputs } from '../graph-input.js';
import { rowsOf } from '../graph-outputs.js';
import { loadModel } from '../load-model.js';
import { parseModelCard } from '../model-card.js';
import { readModelFolder } from '../model-folder.js';
import { loadOnnxRuntime } from '../onnx-runtime.js';
import { additiveExplanation } from './explain-additive.js';

const folder = fileURLToPath(projectFile('demos/flight-delay/model'));

it('of 220 trees over 25 features, what the 21 fields of a flight did adds up to the ensemble’s own sum', async () => {
  const files = await readModelFolder(folder);
  const card = parseModelCard(files.card, 'model.json');
  const rows = parseGolden(files.golden ?? '', 'golden.json').rows.map(({ input }) => input);
  const file = OnnxFile.parse(files.graph);
  const notices: string[] = [];
  const explanation = additiveExplanation(card, file, (sentence) => notices.push(sentence));
  for (const tensor of explanation.tensors) file.expose(tensor);
  const runtime = await loadOnnxRuntime();
  const session = await runtime.InferenceSession.create(file.toBytes());
  const inputs = graphInputs(card, session.inputMetadata);
  const tensors = await session.run(feeds(runtime, inputs, rows, rows.length));
  const outputs = new Map(
    Object.entries(tensors).map(([name, tensor]) => [name, rowsOf('flight-delay', name, tensor, rows.length)]),
  );
  await session.release();
  explanation.learn(outputs, rows.length);
  const [bias = Number.NaN] = explanation.biases;
  const margins = rows.map((_, row) => outputs.get('margin')?.numbers(row)?.[0] ?? Number.NaN);
  // The bias is the mean of the golden rows, because the covers were counted over them.
  expect(bias).toBeCloseTo(margins.reduce((sum, margin) => sum + margin, 0) / rows.length, 5);
  const names = new Set(card.inputs.map(({ name }) => name));
  let largestError = 0;
  for (const [row, reasons] of explanation.reasons(outputs, rows.length, 21).entries()) {
    const margin = margins[row] ?? Number.NaN;
    const sum = reasons.reduce((total, { contribution }) => total + contribution, bias);
    largestError = Math.max(largestError, Math.abs(sum - margin) / Math.max(1, Math.abs(margin)));
    expect(reasons.every(({ name }) => names.has(name))).toBe(true);
  }
  expect(largestError).toBeLessThan(1e-5);
  expect(notices).toEqual([]);
});

it('a flight comes with the five fields that moved its score most, the strongest first', async () => {
  const model = await loadModel(folder, { reasons: true });
  const files = await readModelFolder(folder);
  const rows = parseGolden(files.golden ?? '', 'golden.json').rows.map(({ input }) => input);
  const scored = await model.score(rows);
  await model.close();
  expect(model.explainedBy).toBe(
    'path contributions in 220 trees of the score before its Sigmoid, against the mean of 1000 golden rows',
  );
  for (const row of scored) {
    if (row instanceof KitError) throw row;
    const sizes = (row.reasons ?? []).map(({ contribution }) => Math.abs(contribution));
    expect(sizes).toHaveLength(5);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  }
  const [first] = scored;
  expect(first).toMatchObject({
    reasons: expect.arrayContaining([expect.objectContaining({ name: 'departureMinute' })]),
  });
});
