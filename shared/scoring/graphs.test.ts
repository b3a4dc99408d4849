import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { type ElementType, GraphBuilder } from '#shared/onnx';
import { loadModel } from './index.js';
import type { LoadOptions } from './load-model.js';

/** A model folder without hash and golden rows. */
function folder(graph: GraphBuilder, card: object): string {
  const path = mkdtempSync(join(tmpdir(), 'graph-'));
  writeFileSync(join(path, 'model.onnx'), graph.toBytes());
  writeFileSync(join(path, 'model.json'), JSON.stringify({ name: 'test', version: '1', ...card }));
  return path;
}

async function scored(graph: GraphBuilder, card: object, rows: object[], options: LoadOptions = {}) {
  const model = await loadModel(folder(graph, card), options);
  try {
    return (await model.score(rows)).map((row) => (row instanceof KitError ? row.message : row));
  } finally {
    await model.close();
  }
}

/** score = x, for one graph input of a type. */
function identity(type: ElementType, shape: (number | string)[] = ['N', 1]): GraphBuilder {
  const graph = new GraphBuilder('identity');
  const x = graph.input('x', type, shape);
  graph.node('Cast', [x], { to: { int: 11 } }, { output: 'y' });
  graph.output('y', 'double', shape);
  return graph;
}

const regression = (input: object = {}) => ({
  task: 'regression',
  inputs: [{ name: 'x', type: 'number', ...input }],
  output: { tensor: 'y' },
});
const value = (score: number) => ({ score, decision: null });

describe('a graph input', () => {
  it('of whole numbers takes them exactly, and refuses what it cannot hold', async () => {
    const rows = [7, 2n ** 53n, true, 1.5, Infinity, 2 ** 60, Number.NaN, '7'].map((x) => ({ x }));
    expect(await scored(identity('int64'), regression(), rows)).toEqual([
      value(7),
      value(2 ** 53),
      value(1),
      'The input "x" is 1.5; the model takes whole numbers of 64 bits.',
      'The input "x" is Infinity; the model takes whole numbers of 64 bits.',
      'The input "x" is 1152921504606847000; the model takes whole numbers of 64 bits.',
      'The required input "x" is missing.',
      'The input "x" is a string; the model takes a number.',
    ]);
    expect(await scored(identity('int32'), regression(), [{ x: 2 ** 31 - 1 }, { x: 2 ** 31 }])).toEqual([
      value(2 ** 31 - 1),
      'The input "x" is 2147483648; the model takes whole numbers of 32 bits.',
    ]);
    expect(await scored(identity('bool'), regression(), [{ x: true }, { x: 0 }, { x: 2 }])).toEqual([
      value(1),
      value(0),
      'The input "x" is 2; the model takes true, false, 1 or 0.',
    ]);
  });

  it.each<[ElementType, (number | string)[]]>([
    ['float', ['N']],
    ['double', ['N', 1]],
  ])('of %s and shape %j takes any number of rows', async (type, shape) => {
    const rows = Array.from({ length: 700 }, (_, x) => ({ x }));
    expect(await scored(identity(type, shape), regression(), rows)).toEqual(rows.map(({ x }) => value(x)));
  });

  it('that fixes the number of rows is given so many at a time', async () => {
    const rows = [1, 2, 3, 4].map((x) => ({ x }));
    expect(await scored(identity('float', [1, 1]), regression(), rows)).toEqual([1, 2, 3, 4].map(value));
    expect(await scored(identity('float', [3, 1]), regression(), rows)).toEqual([1, 2, 3, 4].map(value));
  });

  it.each(['constructor', 'toString'])('may have the name %s, which every object has inherited', async (name) => {
    const rows = [{}, { [name]: 3 }];
    const card = regression({ name, tensor: 'x' });
    expect(await scored(identity('double'), card, rows)).toMatchObject([
      `The required input "${name}" is missing.`,
      { score: 3 },
    ]);
    const graph = new GraphBuilder('missing');
    const missing = graph.node('IsNaN', [graph.input('x', 'double', ['N', 1])]);
    graph.node('Cast', [missing], { to: { int: 11 } }, { output: 'y' });
    graph.output('y', 'double', ['N', 1]);
    const optional = regression({ name, tensor: 'x', optional: true });
    expect(await scored(graph, optional, rows)).toMatchObject([{ score: 1 }, { score: 0 }]);
  });

  it('cannot have the name of the prototype', async () => {
    await expect(scored(identity('double'), regression({ name: '__proto__', tensor: 'x' }), [])).rejects.toThrow(
      'is wrong at "inputs[0].name": no field can be called __proto__',
    );
  });

  it('that is optional takes what is missing as NaN, or as the empty text', async () => {
    const graph = new GraphBuilder('missing');
    const x = graph.input('x', 'float', ['N', 1]);
    const s = graph.input('s', 'string', ['N', 1]);
    const encoder = {
      keys_strings: { strings: ['', 'a'] },
      values_floats: { floats: [10, 20] },
      default_float: { float: 40 },
    };
    const encoded = graph.node('LabelEncoder', [s], encoder, { domain: 'ai.onnx.ml' });
    const filled = graph.node('Where', [graph.node('IsNaN', [x]), graph.constant('float', [-1]), x]);
    graph.node('Add', [filled, encoded], {}, { output: 'y' });
    graph.output('y', 'float', ['N', 1]);
    const inputs = [
      { name: 'x', type: 'number', optional: true },
      { name: 's', type: 'string', optional: true },
    ];
    const rows = [{}, { x: null, s: null }, { x: 1, s: 'a' }, { x: 2, s: 'b' }, { s: 5 }];
    expect(await scored(graph, { ...regression(), inputs }, rows)).toEqual([
      value(9),
      value(9),
      value(21),
      value(42),
      'The input "s" is a number; the model takes a string.',
    ]);
  });

  it('of a shape takes nested arrays of just that shape', async () => {
    const graph = new GraphBuilder('sequence');
    const x = graph.input('x', 'float', ['N', 2, 3]);
    graph.node('ReduceSum', [x, graph.constant('int64', [1, 2])], { keepdims: { int: 0 } }, { output: 'y' });
    graph.output('y', 'float', ['N']);
    const rows = [
      {
        x: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
      { x: [[1, 2, 3]] },
      {
        x: [
          [1, 2],
          [4, 5, 6],
        ],
      },
      {
        x: [
          [1, 2, 3],
          [4, 5, null],
        ],
      },
      {
        x: [
          [1, 2, 3],
          [4, 5, 'six'],
        ],
      },
      {
        x: [
          [1, 2, 3],
          [4, 5, [6]],
        ],
      },
      { x: 'no array' },
      {},
    ];
    const shape = 'The input "x" must be an array of the shape [2, 3]; it has ';
    expect(await scored(graph, regression({ shape: [2, 3] }), rows)).toEqual([
      value(21),
      `${shape}an array of 1 where one of 2 is to be.`,
      `${shape}an array of 2 where one of 3 is to be.`,
      'The input "x" has a missing element.',
      'The input "x" is a string; the model takes a number.',
      'The input "x" must be an array of the shape [2, 3]; it is nested deeper.',
      `${shape}a string where an array of 2 is to be.`,
      'The required input "x" is missing.',
    ]);
    const [missing] = await scored(graph, regression({ shape: [2, 3], optional: true }), [{}]);
    expect(missing).toContain('gave no number');
    await expect(loadModel(folder(graph, regression({ shape: [3, 2] })))).rejects.toThrow('takes [2, 3] for each row');
    await expect(loadModel(folder(graph, regression()))).rejects.toThrow('says its "shape" in the card');
  });
});

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
