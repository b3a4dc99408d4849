import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/onnx';
import { type ExplainedScores, explainedScores, logOdds, sumOf } from './explained-scores.js';

const ML = { domain: 'ai.onnx.ml' } as const;
const numbers = (...names: string[]) => names.map((name) => ({ name, type: 'number' }));
const card = (task: string, inputs: object[], column?: number) => ({ task, inputs, output: { tensor: 'y', column } });

/** score = sigmoid(-1 + plan's 0, 0.5 or 2 + 0.02 · minutes - 0.3 · calls), from raw fields. */
function churn(): GraphBuilder {
  const graph = new GraphBuilder('churn');
  const plan = graph.input('plan', 'string', ['N', 1]);
  const minutes = graph.input('minutes', 'double', ['N', 1]);
  const calls = graph.input('calls', 'double', ['N', 1]);
  const encoder = {
    keys_strings: { strings: ['basic', 'plus', 'gold'] },
    values_floats: { floats: [0, 0.5, 2] },
    default_float: { float: 0 },
  };
  const effect = graph.node('Cast', [graph.node('LabelEncoder', [plan], encoder, ML)], { to: { int: 11 } });
  const columns = graph.node('Concat', [minutes, calls], { axis: { int: 1 } });
  const product = graph.node('MatMul', [columns, graph.constant('double', [0.02, -0.3], [2, 1])]);
  const sum = graph.node('Sum', [product, effect, graph.constant('double', [-1])]);
  graph.node('Sigmoid', [sum], {}, { output: 'y' });
  graph.output('y', 'double', ['N', 1]);
  return graph;
}
const churnCard = card('binary', [{ name: 'plan', type: 'string' }, ...numbers('minutes', 'calls')]);
const churnRow = { plan: 'gold', minutes: 100, calls: 5 };

/** Of every row, bias + contributions is the score before its link. */
function expectSums(found: ExplainedScores, bias: number, before: (score: number) => number): void {
  expect(found.notices).toEqual([]);
  for (const [row, score] of found.scores.entries()) {
    const raw = before(score);
    expect(Math.abs(bias + sumOf(found.reasons[row]) - raw)).toBeLessThan(1e-6 * Math.max(1, Math.abs(raw)));
  }
}

describe('a linear score', () => {
  it('is explained by each input field: weight times encoded value', async () => {
    const found = await explainedScores(churn(), churnCard, [churnRow, { plan: 'other', minutes: 0, calls: 2 }]);
    expect(found.reasons[0]).toEqual({ plan: 2, minutes: 2, calls: -1.5 });
    expect(found.reasons[1]).toEqual({ calls: -0.6 });
    expectSums(found, -1, logOdds);
    expect(found.explainedBy).toBe(
      'exact shares of the score before its Sigmoid, each its weight times its encoded value',
    );
  });

  it('is explained against the mean of the golden rows, where there are enough', async () => {
    const usual = Array.from({ length: 300 }, (_, row) => ({
      plan: row % 2 === 0 ? 'basic' : 'gold',
      minutes: 50 + (row % 3) * 50,
      calls: 4,
    }));
    const found = await explainedScores(churn(), churnCard, [churnRow], usual);
    // The minutes are as many as usual.
    expect(found.reasons[0]).toEqual({ plan: 1, calls: expect.closeTo(-0.3, 12) });
    expectSums(found, -1 + 1 + 2 - 1.2, logOdds);
    expect(found.explainedBy).toContain('against the mean of 300 golden rows');
  });

  it('shares what two inputs do together equally, and takes what comes from one input as that one’s', async () => {
    const graph = new GraphBuilder('interaction');
    const [a, b] = ['a', 'b'].map((name) => graph.input(name, 'double', ['N', 1])) as [string, string];
    const square = graph.node('Mul', [a, a]);
    const columns = graph.node('Concat', [square, graph.node('Mul', [a, b]), b], { axis: { int: 1 } });
    const weights = graph.constant('double', [0.5, 3, -1], [1, 3]);
    graph.node('Gemm', [columns, weights, graph.constant('double', [7])], { transB: { int: 1 } }, { output: 'y' });
    graph.output('y', 'double', ['N', 1]);
    const found = await explainedScores(graph, card('regression', numbers('a', 'b')), [{ a: 2, b: 5 }]);
    expect(found.scores).toEqual([2 + 30 - 5 + 7]);
    expect(found.reasons).toEqual([{ a: 2 + 15, b: 15 - 5 }]);
    expect(found.explainedBy).toContain('exact shares of the score,');
  });

  it('is followed through layers without a link between them, missing values filled in, scaled columns', async () => {
    const graph = new GraphBuilder('layers');
    const x = graph.input('x', 'float', ['N', 3]);
    const filled = graph.node(
      'Imputer',
      [x],
      { imputed_value_floats: { floats: [1, 2, 3] }, replaced_value_float: { float: Number.NaN } },
      ML,
    );
    const scale = { offset: { floats: [1, 1, 1] }, scale: { floats: [2, 2, 2] } };
    const scaled = graph.node('Scaler', [filled], scale, ML);
    let layer = graph.node('MatMul', [scaled, graph.constant('float', [1, 0, 0, 1, 1, 0, 0, 1, 1], [3, 3])]);
    // Walked path by path, thirty layers of three would be 3^30 steps.
    const swap = graph.constant('float', [0.5, 0.5, 0, 0, 0.5, 0.5, 0.5, 0, 0.5], [3, 3]);
    for (let depth = 0; depth < 30; depth += 1) layer = graph.node('MatMul', [layer, swap]);
    graph.node('ReduceSum', [layer, graph.constant('int64', [1])], { keepdims: { int: 1 } }, { output: 'y' });
    graph.output('y', 'float', ['N', 1]);
    const inputs = ['a', 'b', 'c'].map((name) => ({ name, type: 'number', tensor: 'x', optional: true }));
    const found = await explainedScores(graph, card('regression', inputs), [{ a: 5, b: -2 }, { c: 0.25 }]);
    expect(found.reasons[0]).toEqual({ a: expect.closeTo(8, 5), b: expect.closeTo(-12, 5), c: expect.closeTo(8, 5) });
    expectSums(found, 0, (score) => score);
  });

  it('is followed through columns that are cut, picked and joined', async () => {
    const graph = new GraphBuilder('columns');
    const x = graph.input('x', 'float', ['N', 4]);
    const axis = { axis: { int: 1 } };
    graph.nodes('Split', [x, graph.constant('int64', [3, 1])], axis, { outputs: ['abc', 'd'] });
    const middle = graph.node('Slice', [x, ...[[1], [-1], [1]].map((each) => graph.constant('int64', each))]);
    const picked = graph.node('Gather', [middle, graph.constant('int64', [-1, 0])], axis);
    const extracted = graph.node('ArrayFeatureExtractor', ['abc', graph.constant('int64', [0])], {}, ML);
    const sizes = { inputdimensions: { ints: [2, 1, 1] } };
    const joined = graph.node('FeatureVectorizer', [picked, extracted, 'd'], sizes, ML);
    // Of c, b, a, d.
    graph.node('MatMul', [joined, graph.constant('float', [1, 10, 100, 1_000], [4, 1])], {}, { output: 'y' });
    graph.output('y', 'float', ['N', 1]);
    const inputs = ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'number', tensor: 'x' }));
    const found = await explainedScores(graph, card('regression', inputs), [{ a: 2, b: 3, c: 4, d: 5 }]);
    expect(found.notices).toEqual([]);
    expect(found.reasons).toEqual([{ a: 200, b: 30, c: 4, d: 5_000 }]);
  });

  it('of LinearClassifier is explained for the column that the card reads', async () => {
    const classifier = (coefficients: number[], intercepts: number[], postTransform: string): GraphBuilder => {
      const graph = new GraphBuilder('classifier');
      const cats = { cats_strings: { strings: ['north', 'south'] }, zeros: { int: 1 } };
      const oneHot = graph.node('OneHotEncoder', [graph.input('area', 'string', ['N', 1])], cats, ML);
      const flat = graph.node('Reshape', [oneHot, graph.constant('int64', [-1, 2])]);
      const columns = graph.node('Concat', [flat, graph.input('x', 'float', ['N', 1])], { axis: { int: -1 } });
      const attributes = {
        coefficients: { floats: coefficients },
        intercepts: { floats: intercepts },
        classlabels_strings: { strings: ['stays', 'leaves'] },
        post_transform: { string: postTransform },
      };
      graph.nodes('LinearClassifier', [columns], attributes, { ...ML, outputs: ['label', 'scores'] });
      const zipMap = { classlabels_strings: { strings: ['stays', 'leaves'] } };
      graph.node('ZipMap', ['scores'], zipMap, { ...ML, output: 'y' });
      graph.output('y', 'float', ['N', 2]);
      return graph;
    };
    const inputs = [{ name: 'area', type: 'string' }, ...numbers('x')];
    const row = { area: 'south', x: 2 };
    const one = classifier([1, -2, 0.5], [0.25], 'LOGISTIC');
    const found = await explainedScores(one, card('binary', inputs, 1), [row]);
    expect(found.reasons).toEqual([{ area: -2, x: 1 }]);
    expectSums(found, 0.25, logOdds);
    const other = await explainedScores(one, card('binary', inputs, 0), [row]);
    expect(other.reasons).toEqual([{ area: 2, x: -1 }]);
    expectSums(other, -0.25, logOdds);
    const two = classifier([-1, 2, -0.5, 1, -2, 0.5], [-0.25, 0.25], 'SOFTMAX');
    const softmax = await explainedScores(two, card('binary', inputs, 1), [row]);
    expect(softmax.reasons).toEqual([{ area: -4, x: 2 }]);
    expectSums(softmax, 0.5, logOdds);
    const plain = await explainedScores(classifier([1, -2, 0.5], [0.25], 'NONE'), card('binary', inputs, 0), [row]);
    expect(plain.reasons).toEqual([{ area: 2, x: -1 }]);
    expectSums(plain, 0.75, (score) => score);
  });

  it('of several classes is explained for the winner', async () => {
    const graph = new GraphBuilder('classes');
    const weights = graph.constant('double', [1, 0, -1, 0, 2, 1], [2, 3]);
    const sums = graph.node('MatMul', [graph.input('x', 'double', ['N', 2]), weights]);
    graph.node('Softmax', [sums], { axis: { int: 1 } }, { output: 'y' });
    graph.output('y', 'double', ['N', 3]);
    const inputs = numbers('a', 'b').map((input) => ({ ...input, tensor: 'x' }));
    const rows = [
      { a: 3, b: 1 },
      { a: -3, b: 1 },
      { a: 1, b: 2 },
    ];
    const found = await explainedScores(graph, card('multiclass', inputs), rows);
    expect(found.reasons).toEqual([{ a: 3 }, { a: 3, b: 1 }, { b: 4 }]);
    expect(found.notices).toEqual([]);
  });
});

describe('the link of a score', () => {
  const linked = (link: (graph: GraphBuilder, sum: string, one: string) => string): GraphBuilder => {
    const graph = new GraphBuilder('link');
    const x = graph.input('x', 'double', ['N', 2]);
    const sum = graph.node('MatMul', [x, graph.constant('double', [0.5, -0.25], [2, 1])]);
    graph.node('Identity', [link(graph, sum, graph.constant('double', [1]))], {}, { output: 'y' });
    graph.output('y', 'double', ['N', 1]);
    return graph;
  };
  const inputs = numbers('a', 'b').map((input) => ({ ...input, tensor: 'x' }));

  it.each<[string, (graph: GraphBuilder, sum: string, one: string) => string, number, (score: number) => number]>([
    ['exp', (graph, sum) => graph.node('Exp', [sum]), 1, Math.log],
    ['two sigmoid', (graph, sum, one) => graph.node('Mul', [graph.node('Sigmoid', [sum]), one]), 1, logOdds],
    ['1 - p', (graph, sum, one) => graph.node('Sub', [one, graph.node('Sigmoid', [sum])]), -1, logOdds],
    [
      'complementary log-log',
      (graph, sum, one) => {
        const survival = graph.node('Exp', [graph.node('Neg', [graph.node('Exp', [sum])])]);
        return graph.node('Sub', [one, survival]);
      },
      1,
      (score) => Math.log(-Math.log(1 - score)),
    ],
    ['inverse', (graph, sum, one) => graph.node('Div', [one, sum]), -1, (score) => -1 / score],
    [
      'a guard that makes a row NaN',
      (graph, sum) => {
        const isWrong = graph.node('Less', [sum, graph.constant('double', [-1e6])]);
        const guard = graph.node('Where', [
          isWrong,
          graph.constant('double', [Number.NaN]),
          graph.constant('double', [0]),
        ]);
        return graph.node('Add', [graph.node('Exp', [sum]), guard]);
      },
      1,
      Math.log,
    ],
  ])('%s: reasons are for the sum before it, and rise with the score', async (_, link, direction, before) => {
    const found = await explainedScores(linked(link), card('regression', inputs), [{ a: 1, b: -3 }]);
    expect(found.reasons).toEqual([{ a: direction * 0.5, b: direction * 0.75 }]);
    expectSums(found, 0, before);
  });

  it('of a pair 1 - p, p is found in either column', async () => {
    const pair = (): GraphBuilder => {
      const graph = linked((inner, sum) => inner.node('Sigmoid', [sum]));
      const one = graph.constant('double', [1]);
      graph.node('Concat', [graph.node('Sub', [one, 'y']), 'y'], { axis: { int: 1 } }, { output: 'pair' });
      graph.output('pair', 'double', ['N', 2]);
      return graph;
    };
    const ofColumn = (column: number) => ({ ...card('binary', inputs), output: { tensor: 'pair', column } });
    expect((await explainedScores(pair(), ofColumn(1), [{ a: 1, b: 2 }])).reasons).toEqual([{ a: 0.5, b: -0.5 }]);
    expect((await explainedScores(pair(), ofColumn(0), [{ a: 1, b: 2 }])).reasons).toEqual([{ a: -0.5, b: 0.5 }]);
  });
});

describe('there are no reasons, and a sentence says why, where', () => {
  const inputs = numbers('a', 'b').map((input) => ({ ...input, tensor: 'x' }));
  const network = (hidden: string): GraphBuilder => {
    const graph = new GraphBuilder('network');
    const x = graph.input('x', 'float', ['N', 2]);
    const layer = graph.node(hidden, [graph.node('MatMul', [x, graph.constant('float', [1, -1, 2, 1], [2, 2])])]);
    graph.node(
      'Sigmoid',
      [graph.node('MatMul', [layer, graph.constant('float', [1, 1], [2, 1])])],
      {},
      { output: 'y' },
    );
    graph.output('y', 'float', ['N', 1]);
    return graph;
  };

  it.each(['Relu', 'Tanh'])('a hidden layer has a %s', async (hidden) => {
    const found = await explainedScores(network(hidden), card('binary', inputs), [{ a: 1, b: 2 }]);
    expect(found.reasons).toEqual([{}]);
    expect(found.notices).toEqual([
      `The scores of test come without reasons: the graph has a ${hidden} between the inputs and the score, over what a MatMul mixes from several inputs; linear models and trees are explained.`,
    ]);
  });

  it('one input makes all of the score', async () => {
    const graph = new GraphBuilder('one');
    graph.node('Sigmoid', [graph.input('x', 'float', ['N', 1])], {}, { output: 'y' });
    graph.output('y', 'float', ['N', 1]);
    const found = await explainedScores(graph, card('binary', numbers('x')), [{ x: 0 }]);
    expect(found.notices).toEqual([expect.stringContaining('comes from its one input, "x"')]);
  });

  it('more than four inputs act at once', async () => {
    const graph = new GraphBuilder('product');
    const names = ['a', 'b', 'c', 'd', 'e'];
    const values = names.map((name) => graph.input(name, 'float', ['N', 1]));
    const product = values.reduce((sofar, value) => graph.node('Mul', [sofar, value]));
    graph.node('Add', [product, values[0] ?? ''], {}, { output: 'y' });
    graph.output('y', 'float', ['N', 1]);
    const row = Object.fromEntries(names.map((name) => [name, 1]));
    const found = await explainedScores(graph, card('regression', numbers(...names)), [row]);
    expect(found.scores).toEqual([2]);
    expect(found.notices).toEqual([
      expect.stringContaining('a Mul between the inputs and the score, over more than 4'),
    ]);
  });
});
