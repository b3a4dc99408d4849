import { describe, expect, it } from 'vitest';
import { type ElementType, GraphBuilder } from '#shared/onnx';
import { loadModel } from './index.js';
import { folder, identity, regression, scored, value } from './test-graphs.js';

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
