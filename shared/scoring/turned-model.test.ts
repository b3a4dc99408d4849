import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { GraphBuilder } from '#shared/onnx';
import { projectFile } from '#shared/project-file';
import type { ScoredRow } from '#shared/streams';
import { parseGolden } from './golden.js';
import { loadModelFiles, type ModelFiles, readModelFolder } from './index.js';
import { parseModelCard } from './model-card.js';
import { plusModel } from './test-models.js';
import { isTurned, turnedModel } from './turned-model.js';

/** What a model says of rows, loaded as a scorer loads it; fails where the load had anything to say. */
async function scoresOf(files: ModelFiles, rows: readonly object[]): Promise<ScoredRow[]> {
  const notices: string[] = [];
  const model = await loadModelFiles(files, 'the model', { reasons: true, onNotice: (said) => notices.push(said) });
  const scored = await model.score(rows);
  await model.close();
  expect(notices).toEqual([]);
  return scored.map((row) => {
    if (row instanceof KitError) throw row;
    return row;
  });
}

describe.each([
  ['flight-delay', (score: number) => 1 - score],
  ['churn', (score: number) => 1 - score],
  ['telco-anomaly', (score: number) => 2 * 1.12 - score],
  ['titanic', (score: number) => 1 - score],
])('the model of %s, turned round', async (demo, turn) => {
  const files = await readModelFolder(fileURLToPath(projectFile(`demos/${demo}/model`)));
  const turned = turnedModel(files);
  const [card, before] = [turned.card, files.card].map((text) => parseModelCard(text, 'model.json')) as [
    ReturnType<typeof parseModelCard>,
    ReturnType<typeof parseModelCard>,
  ];
  const rows = parseGolden(files.golden ?? '', 'golden.json').rows.map(({ input }) => input);

  it('passes the load with its golden rows, mirrors each score, and still says why', async () => {
    const [scores, mirrored] = [await scoresOf(files, rows), await scoresOf(turned, rows)];
    expect(mirrored.map(({ score }) => score)).toEqual(scores.map(({ score }) => expect.closeTo(turn(score), 5)));
    const named = (row: ScoredRow | undefined) => row?.reasons?.map(({ name }) => name).sort();
    for (const [index, row] of mirrored.entries()) expect(named(row)).toEqual(named(scores[index]));
    expect(mirrored.filter(({ reasons = [] }) => reasons.length === 0).length).toBeLessThan(rows.length / 10);
    const changed = mirrored.filter(({ decision }, index) => decision !== scores[index]?.decision);
    expect(changed.length).toBeGreaterThan(rows.length / 2);
  });

  it('is another version with a hash of its own, and promises the same', () => {
    expect(card.version).toBe(`${before.version}-turned`);
    expect(isTurned(card.version)).toBe(true);
    expect(isTurned(before.version)).toBe(false);
    expect(card.sha256).toBe(createHash('sha256').update(turned.graph).digest('hex'));
    const { version: _, sha256: __, output: ___, ...rest } = card;
    expect(before).toMatchObject(rest);
    expect(JSON.parse(turned.card)).toHaveProperty('trainedOn');
  });

  it('is not turned back', () => {
    expect(() => turnedModel(turned)).toThrow(`${before.name} ${before.version}-turned is turned round already`);
  });
});

/** Shares of three classes, or labels, of a number; as scikit-learn's converter gives them where it ends in a ZipMap. */
function classes(card: object): ModelFiles {
  const graph = new GraphBuilder('classes');
  const x = graph.input('x', 'float', ['N', 1]);
  const sums = graph.node('MatMul', [x, graph.constant('float', [0, 1, 3], [1, 3])]);
  const shares = graph.node('Softmax', [sums], { axis: { int: 1 } });
  const labels = { classlabels_strings: { strings: ['low', 'middle', 'high'] } };
  graph.node('ZipMap', [shares], labels, { domain: 'ai.onnx.ml', output: 'p' });
  graph.output('p', 'float', ['N', 3]);
  const whole = {
    name: 'classes',
    version: '1',
    inputs: [{ name: 'x', type: 'number' }],
    output: { tensor: 'p' },
    ...card,
  };
  return { graph: Buffer.from(graph.toBytes()), card: JSON.stringify(whole), golden: undefined };
}

async function scored(files: ModelFiles, rows: readonly object[]) {
  const model = await loadModelFiles(files, 'the model');
  const found = await model.score(rows);
  await model.close();
  return found;
}

describe('a model turned round', () => {
  it('of several classes names the one that is least likely, by its own name', async () => {
    const files = classes({ task: 'multiclass' });
    expect(await scored(files, [{ x: 1 }, { x: -1 }])).toMatchObject([{ decision: 'high' }, { decision: 'low' }]);
    const turned = turnedModel({ ...files, golden: JSON.stringify({ rows: [{ input: { x: 1 }, score: 0.84 }] }) });
    expect(turned.golden).toBeUndefined();
    expect(await scored(turned, [{ x: 1 }, { x: -1 }])).toMatchObject([{ decision: 'low' }, { decision: 'high' }]);
  });

  it('of a number gives it with the other sign, and says by whom its golden rows are', async () => {
    const turned = turnedModel(plusModel(2));
    expect(await scored(turned, [{ x: 5 }])).toEqual([{ score: -7, decision: null }]);
    expect(parseGolden(turned.golden ?? '', 'golden.json')).toMatchObject({
      madeBy: 'the training tool, turned round,',
      rows: [{ input: { x: 1 }, score: -3 }],
    });
  });

  it('is none of what is no decimal number, or is not there', () => {
    const graph = new GraphBuilder('whole');
    graph.node('Cast', [graph.input('x', 'float', ['N', 1])], { to: { int: 7 } }, { output: 'p' });
    graph.output('p', 'int64', ['N', 1]);
    const whole = { ...classes({ task: 'regression' }), graph: Buffer.from(graph.toBytes()) };
    expect(() => turnedModel(whole)).toThrow('"p" of classes is int64; only decimal numbers can be turned');
    const other = classes({ task: 'regression', output: { tensor: 'q' } });
    expect(() => turnedModel(other)).toThrow('The output "q" of classes is not there');
  });
});
