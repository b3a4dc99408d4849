import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/onnx';
import { loadModel } from './index.js';
import { folder, identity, regression, scored, value } from './test-graphs.js';

describe('a task', () => {
  /** probabilities = the three inputs. */
  const three = (): GraphBuilder => {
    const graph = new GraphBuilder('three');
    graph.node('Identity', [graph.input('x', 'float', ['N', 3])], {}, { output: 'y' });
    graph.output('y', 'float', ['N', 3]);
    return graph;
  };
  const inputs = ['a', 'b', 'c'].map((name) => ({ name, type: 'number', tensor: 'x' }));
  const card = (task: string, more: object = {}) => ({ task, inputs, output: { tensor: 'y' }, ...more });
  const row = { a: 0.25, b: 0.5, c: 0.125 };

  it('multiclass decides for the most probable label', async () => {
    const labels = ['low', 'middle', 'high'];
    expect(await scored(three(), card('multiclass', { labels }), [row])).toEqual([{ score: 0.5, decision: 'middle' }]);
    expect(await scored(three(), card('multiclass'), [row])).toEqual([{ score: 0.5, decision: '1' }]);
    await expect(loadModel(folder(three(), card('multiclass', { labels: ['a', 'b'] })))).rejects.toThrow(
      'has 2 labels, but the output "y" has 3 columns',
    );
  });

  it('clustering gives the distance to the nearest cluster and its name', async () => {
    const labels = ['north', 'east', 'south'];
    expect(await scored(three(), card('clustering', { labels }), [row])).toEqual([{ score: 0.125, decision: 'south' }]);
  });

  it('anomaly and regression give the value of their column, and decide where they have a threshold', async () => {
    const output = { tensor: 'y', column: 0 };
    expect(await scored(three(), card('regression', { output }), [row])).toEqual([value(0.25)]);
    const threshold = { output, threshold: 0.25, labels: ['normal', 'odd'] };
    expect(await scored(three(), card('anomaly', threshold), [row, { ...row, a: 0.2 }])).toEqual([
      { score: 0.25, decision: 'odd' },
      { score: expect.closeTo(0.2, 6), decision: 'normal' },
    ]);
  });
});

it('of several columns wants to be told which is the score, where the task does not say', async () => {
  const graph = new GraphBuilder('targets');
  // Declared as one column, as converters do for several targets.
  graph.node('Identity', [graph.input('x', 'float', ['N', 2])], {}, { output: 'y' });
  graph.output('y', 'float', ['N', 'K']);
  const inputs = ['a', 'b'].map((name) => ({ name, type: 'number', tensor: 'x' }));
  const card = { task: 'regression', inputs, output: { tensor: 'y' } };
  expect(await scored(graph, card, [{ a: 1, b: 2 }])).toEqual([
    expect.stringContaining('gives 2 columns; the card must say which is the score'),
  ]);
  expect(await scored(graph, { ...card, output: { tensor: 'y', column: 1 } }, [{ a: 1, b: 2 }])).toEqual([value(2)]);
});

it('refuses a text with a NUL, which the runtime would cut', async () => {
  const graph = new GraphBuilder('nul');
  const encoder = { keys_strings: { strings: ['a'] }, values_floats: { floats: [1] }, default_float: { float: 0 } };
  graph.node('LabelEncoder', [graph.input('s', 'string', ['N', 1])], encoder, { domain: 'ai.onnx.ml', output: 'y' });
  graph.output('y', 'float', ['N', 1]);
  const inputs = [{ name: 's', type: 'string' }];
  expect(await scored(graph, { ...regression(), inputs }, [{ s: 'a\0b' }, { s: 'a' }])).toEqual([
    'The input "s" has a NUL character in its text.',
    value(1),
  ]);
});

it('says which fields of a card nothing reads', async () => {
  const notices: string[] = [];
  const card = { ...regression({ optinal: true }), treshold: 0.5, trainedOn: {} };
  await scored(identity('float'), card, [], { onNotice: (sentence) => notices.push(sentence) });
  expect(notices).toContain('The card of test has fields that nothing reads: treshold, optinal.');
});

describe('a graph with a ZipMap at its end', () => {
  const zipMapped = (): GraphBuilder => {
    const graph = new GraphBuilder('zipped');
    const x = graph.input('x', 'float', ['N', 2]);
    graph.node('ArgMax', [x], { axis: { int: 1 }, keepdims: { int: 0 } }, { output: 'label' });
    const zipMap = { classlabels_strings: { strings: ['stays', 'leaves'] } };
    graph.node('ZipMap', [x], zipMap, { domain: 'ai.onnx.ml', output: 'probabilities' });
    graph.output('label', 'int64', ['N']);
    graph.output('probabilities', 'float', ['N', 2]);
    return graph;
  };
  const card = {
    task: 'binary',
    inputs: ['a', 'b'].map((name) => ({ name, type: 'number', tensor: 'x' })),
    output: { tensor: 'probabilities', column: 1 },
  };

  it('is scored without it; its labels name the decisions, and every output can be had', async () => {
    const rows = [
      { a: 0.75, b: 0.25 },
      { a: 0, b: 1 },
    ];
    expect(await scored(zipMapped(), card, rows, { outputs: true })).toEqual([
      { score: 0.25, decision: 'stays', outputs: { label: 0, probabilities: [0.75, 0.25] } },
      { score: 1, decision: 'leaves', outputs: { label: 1, probabilities: [0, 1] } },
    ]);
  });

  it('keeps the labels of its card', async () => {
    expect(await scored(zipMapped(), { ...card, labels: ['no', 'yes'] }, [{ a: 0, b: 1 }])).toEqual([
      { score: 1, decision: 'yes' },
    ]);
  });
});

it('counts the texts that a model does not know, those that the card names or that its encoder has', async () => {
  const graph = new GraphBuilder('encoder');
  const encode = (name: string): string => {
    const encoder = {
      keys_strings: { strings: ['a', 'b'] },
      values_floats: { floats: [1, 2] },
      default_float: { float: 0 },
    };
    return graph.node('LabelEncoder', [graph.input(name, 'string', ['N', 1])], encoder, { domain: 'ai.onnx.ml' });
  };
  graph.node('Add', [encode('s'), encode('t')], {}, { output: 'y' });
  graph.output('y', 'float', ['N', 1]);
  const inputs = [
    { name: 's', type: 'string', optional: true },
    { name: 't', type: 'string', categories: ['a', 'b', 'c'] },
  ];
  const model = await loadModel(folder(graph, { ...regression(), inputs }));
  await model.score([{ s: 'a', t: 'c' }, { s: 'z', t: 'z' }, { s: 'z', t: 'a' }, { t: 'b' }]);
  expect(model.unknownCategories).toEqual(
    new Map([
      ['s', 2],
      ['t', 1],
    ]),
  );
  await model.close();
});

it('gives the reasons of the tensor that the card names, the strongest first, those that did nothing left out', async () => {
  const graph = new GraphBuilder('reasons');
  const x = graph.input('x', 'float', ['N', 3]);
  graph.node('Identity', [x], {}, { output: 'errors' });
  graph.node('ReduceSum', [x, graph.constant('int64', [1])], { keepdims: { int: 1 } }, { output: 'y' });
  graph.output('y', 'float', ['N', 1]);
  graph.output('errors', 'float', ['N', 3]);
  const card = {
    task: 'anomaly',
    inputs: ['a', 'b', 'c'].map((name) => ({ name, type: 'number', tensor: 'x' })),
    output: { tensor: 'y' },
    threshold: 2,
    reasons: { tensor: 'errors', names: ['load', 'drops', 'delay'] },
  };
  expect(await scored(graph, card, [{ a: 1, b: 0, c: 2 }], { reasons: true })).toEqual([
    {
      score: 3,
      decision: '1',
      reasons: [
        { name: 'delay', contribution: 2 },
        { name: 'load', contribution: 1 },
      ],
    },
  ]);
  await expect(loadModel(folder(graph, { ...card, reasons: { tensor: 'errors', names: ['one'] } }))).rejects.toThrow(
    'names 1 reasons, but the output "errors" has 3 columns',
  );
});

it('keeps nothing of the rows that it has scored', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const model = await loadModel(folder(identity('double'), regression()));
  const refs: WeakRef<object>[] = [];
  for (let x = 0; x < 3; x += 1) refs.push(new WeakRef((await model.score([{ x }]))[0] as object));
  await model.score([{ x: 3 }]);
  await setImmediate();
  collect();
  expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined, undefined]);
  await model.close();
});

it('refuses an operator that the runtime lacks, with a sentence that names it', async () => {
  const graph = new GraphBuilder('unknown');
  graph.node('Levitate', [graph.input('x', 'float', ['N', 1])], {}, { output: 'y' });
  graph.output('y', 'float', ['N', 1]);
  await expect(loadModel(folder(graph, regression()))).rejects.toMatchObject({
    code: 'model-invalid',
    message: expect.stringMatching(/cannot be loaded: .*Levitate/),
  });
});
