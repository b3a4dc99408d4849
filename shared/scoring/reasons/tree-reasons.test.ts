import { describe, expect, it } from 'vitest';
import { type Attributes, GraphBuilder } from '#shared/onnx';
import { explainedScores, logOdds, sumOf } from './explained-scores.js';

const ML = { domain: 'ai.onnx.ml' } as const;
const inputsOf = (...names: string[]) => names.map((name) => ({ name, type: 'number', tensor: 'x', optional: true }));
const card = (task: string, inputs: object[], column?: number) => ({ task, inputs, output: { tensor: 'y', column } });

/** A leaf's weights by target, or a split: where `mode` holds the first child comes next. */
type Tree =
  | readonly number[]
  | {
      readonly feature: number;
      readonly mode?: string;
      readonly at: number;
      readonly children: readonly [Tree, Tree];
      readonly missingFirst?: boolean;
      readonly rows?: number;
    };

/** The attributes of a tree operator, which has one list for each property of a node. */
function attributesOf(prefix: 'target' | 'class', trees: readonly Tree[], isDouble = false): Attributes {
  const ints: Record<string, number[]> = {};
  const put = (name: string, value: number): void => {
    const list = ints[name];
    if (list === undefined) ints[name] = [value];
    else list.push(value);
  };
  const [modes, values, weights, rates]: [string[], number[], number[], number[]] = [[], [], [], []];
  const add = (tree: Tree, treeId: number, next: { id: number }): number => {
    const id = next.id++;
    const at = modes.length;
    const isLeaf = Array.isArray(tree);
    const split = isLeaf ? undefined : (tree as Exclude<Tree, readonly number[]>);
    modes.push(split === undefined ? 'LEAF' : (split.mode ?? 'BRANCH_LEQ'));
    values.push(split?.at ?? 0);
    rates.push(split?.rows ?? 1);
    for (const name of ['nodes_truenodeids', 'nodes_falsenodeids']) put(name, 0);
    put('nodes_treeids', treeId);
    put('nodes_nodeids', id);
    put('nodes_featureids', split?.feature ?? 0);
    put('nodes_missing_value_tracks_true', split?.missingFirst === true ? 1 : 0);
    if (split === undefined) {
      for (const [target, weight] of (tree as readonly number[]).entries()) {
        put(`${prefix}_treeids`, treeId);
        put(`${prefix}_nodeids`, id);
        put(`${prefix}_ids`, target);
        weights.push(weight);
      }
      return id;
    }
    const [yes, no] = split.children.map((child) => add(child, treeId, next));
    (ints.nodes_truenodeids ?? [])[at] = yes ?? 0;
    (ints.nodes_falsenodeids ?? [])[at] = no ?? 0;
    return id;
  };
  for (const [treeId, tree] of trees.entries()) add(tree, treeId, { id: 0 });
  const numbers = (name: string, list: number[]): Attributes =>
    isDouble
      ? { [`${name}_as_tensor`]: { tensor: { type: 'double', shape: [list.length], values: list } } }
      : { [name]: { floats: list } };
  return {
    ...Object.fromEntries(Object.entries(ints).map(([name, list]) => [name, { ints: list }])),
    nodes_modes: { strings: modes },
    ...numbers('nodes_values', values),
    ...numbers(`${prefix}_weights`, weights),
    ...(rates.some((rate) => rate !== 1) && numbers('nodes_hitrates', rates)),
  };
}

function regressor(trees: readonly Tree[], more: Attributes = {}, isDouble = false): GraphBuilder {
  const graph = new GraphBuilder('trees');
  const x = graph.input('x', isDouble ? 'double' : 'float', ['N', 'columns']);
  const attributes = { ...attributesOf('target', trees, isDouble), n_targets: { int: 1 }, ...more };
  graph.node('TreeEnsembleRegressor', [x], attributes, { ...ML, output: 'y' });
  graph.output('y', 'float', ['N', 1]);
  return graph;
}

function classifier(trees: readonly Tree[], classes: number, more: Attributes): GraphBuilder {
  const graph = new GraphBuilder('classes');
  const x = graph.input('x', 'float', ['N', 'columns']);
  const labels = { classlabels_int64s: { ints: Array.from({ length: classes }, (_, label) => label) } };
  const attributes = { ...attributesOf('class', trees), ...labels, ...more };
  graph.nodes('TreeEnsembleClassifier', [x], attributes, { ...ML, outputs: ['label', 'y'] });
  graph.output('y', 'float', ['N', classes]);
  return graph;
}

/** a ≤ 1: 10; otherwise b ≤ 5: 20, otherwise 40. */
const small: Tree = { feature: 0, at: 1, children: [[10], { feature: 1, at: 5, children: [[20], [40]] }] };

describe('a tree is explained by the path of a row', () => {
  it('each step changes the mean of what may still come: both ways equally likely where nothing tells', async () => {
    const rows = [
      { a: 2, b: 9 },
      { a: 2, b: 0 },
      { a: 0, b: 9 },
    ];
    const found = await explainedScores(regressor([small]), card('regression', inputsOf('a', 'b')), rows);
    expect(found.scores).toEqual([40, 20, 10]);
    // The root's mean is (10 + (20 + 40) / 2) / 2 = 20.
    expect(found.reasons).toEqual([{ a: 10, b: 10 }, { a: 10, b: -10 }, { a: -10 }]);
    expect(found.explainedBy).toBe(
      'path contributions in one tree of the score, both ways of a split taken as equally likely',
    );
  });

  it('the means are those of the golden rows that came to a node', async () => {
    const usual = Array.from({ length: 40 }, (_, row) => ({ a: row < 30 ? 0 : 2, b: row % 10 === 0 ? 9 : 0 }));
    const found = await explainedScores(
      regressor([small]),
      card('regression', inputsOf('a', 'b')),
      [{ a: 2, b: 9 }],
      usual,
    );
    // Of ten rows with a > 1, nine have 20 and one 40: 22. Of all: (30 · 10 + 10 · 22) / 40 = 13.
    expect(found.reasons).toEqual([{ a: 9, b: 18 }]);
    expect(found.explainedBy).toContain('against the mean of 40 golden rows');
  });

  it('or of the training rows, where the file has them', async () => {
    const told: Tree = { ...small, rows: 4, children: [[10], { feature: 1, at: 5, children: [[20], [40]], rows: 2 }] };
    // Leaves have one row each here, so the root has three: four do not add up, and are not believed.
    const wrong = await explainedScores(regressor([told]), card('regression', inputsOf('a', 'b')), [{ a: 2, b: 9 }]);
    expect(wrong.explainedBy).toContain('equally likely');
    const right = { ...told, rows: 3 };
    const found = await explainedScores(regressor([right]), card('regression', inputsOf('a', 'b')), [{ a: 2, b: 9 }]);
    expect(found.reasons[0]?.a).toBeCloseTo(30 - 70 / 3, 12);
    expect(found.explainedBy).toContain('against the mean of the rows of training');
  });
});

/** Numbers that are the same on every run. */
function* numbersFrom(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

describe('trees are walked as ONNX Runtime walks them', () => {
  const modes = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];

  function randomTree(random: () => number, depth: number, targets: number, chosen: readonly string[]): Tree {
    if (depth === 0 || random() < 0.1) return Array.from({ length: targets }, () => random() * 4 - 2);
    const child = (): Tree => randomTree(random, depth - 1, targets, chosen);
    return {
      feature: Math.floor(random() * 4),
      mode: chosen[Math.floor(random() * chosen.length)] ?? '',
      // Tenths are none in float32: a comparison in doubles would go another way.
      at: Math.floor(random() * 10) / 10,
      missingFirst: random() < 0.5,
      children: [child(), child()],
    };
  }

  const rowsFrom = (random: () => number): object[] =>
    Array.from({ length: 300 }, () =>
      Object.fromEntries(
        ['a', 'b', 'c', 'd'].map((name) => [name, random() < 0.15 ? null : Math.floor(random() * 10) / 10]),
      ),
    );

  it.each([['all modes', modes] as const, ...modes.map((mode) => [mode, [mode]] as const)])(
    '%s, missing values on either side: bias and contributions add up to what it gives',
    async (_, chosen) => {
      const numbers = numbersFrom(chosen.length + (chosen[0]?.length ?? 0));
      const random = (): number => Number(numbers.next().value);
      const trees = Array.from({ length: 20 }, () => randomTree(random, 5, 1, chosen));
      const inputs = inputsOf('a', 'b', 'c', 'd');
      for (const isDouble of [false, true]) {
        const more: Attributes = isDouble
          ? { base_values_as_tensor: { tensor: { type: 'double', shape: [1], values: [0.7] } } }
          : { base_values: { floats: [0.7] }, aggregate_function: { string: 'AVERAGE' } };
        const graph = regressor(trees, more, isDouble);
        const { scores, reasons, notices } = await explainedScores(graph, card('regression', inputs), rowsFrom(random));
        expect(notices).toEqual([]);
        const biases = scores.map((score, row) => score - sumOf(reasons[row]));
        for (const bias of biases) expect(Math.abs(bias - (biases[0] ?? 0))).toBeLessThan(1e-4);
      }
    },
  );

  it('of several classes, each for its own: of the row’s winner', async () => {
    const numbers = numbersFrom(7);
    const random = (): number => Number(numbers.next().value);
    const trees = Array.from({ length: 12 }, () => randomTree(random, 4, 3, ['BRANCH_LT']));
    const base = { base_values: { floats: [0.1, -0.2, 0.3] } };
    for (const postTransform of ['NONE', 'SOFTMAX', 'LOGISTIC']) {
      const graph = classifier(trees, 3, { ...base, post_transform: { string: postTransform } });
      const multiclass = card('multiclass', inputsOf('a', 'b', 'c', 'd'));
      const { reasons, notices } = await explainedScores(graph, multiclass, rowsFrom(random));
      expect(notices).toEqual([]);
      expect(reasons.every((each) => Object.keys(each).length > 0)).toBe(true);
    }
  });

  it.each([
    ['LOGISTIC', 1, logOdds],
    ['LOGISTIC', 0, logOdds],
    ['NONE', 1, (score: number) => score],
    ['NONE', 0, (score: number) => score],
  ] as const)('one sum for two classes, %s, column %i', async (postTransform, column, before) => {
    const graph = classifier([small], 2, { post_transform: { string: postTransform } });
    const scale = { 1: 1, 0: -1 }[column];
    const weak: Tree = { feature: 0, at: 1, children: [[-0.5], { feature: 1, at: 5, children: [[0.25], [1.5]] }] };
    const both = [graph, classifier([weak], 2, { post_transform: { string: postTransform } })];
    const found = await Promise.all(
      both.map((each) => explainedScores(each, card('binary', inputsOf('a', 'b'), column), [{ a: 2, b: 9 }])),
    );
    if (postTransform === 'NONE') expect(found[0]?.reasons).toEqual([{ a: scale * 10, b: scale * 10 }]);
    expect(found[1]?.reasons).toEqual([{ a: scale * 0.6875, b: scale * 0.625 }]);
    expect(before(found[1]?.scores[0] ?? 0)).toBeCloseTo(scale * 1.5, 5);
    expect(found.flatMap(({ notices }) => notices)).toEqual([]);
  });
});

it('a child that two nodes share, as a test for one of several categories has it, is reached either way', async () => {
  // a is 1 or a is 3: then b ≤ 5: 10, else 20. Otherwise 0.
  const graph = new GraphBuilder('shared');
  const attributes: Attributes = {
    n_targets: { int: 1 },
    nodes_treeids: { ints: [0, 0, 0, 0, 0, 0] },
    nodes_nodeids: { ints: [0, 1, 2, 3, 4, 5] },
    nodes_featureids: { ints: [0, 0, 1, 0, 0, 0] },
    nodes_modes: { strings: ['BRANCH_EQ', 'BRANCH_EQ', 'BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF'] },
    nodes_values: { floats: [1, 3, 5, 0, 0, 0] },
    nodes_truenodeids: { ints: [2, 2, 3, 0, 0, 0] },
    nodes_falsenodeids: { ints: [1, 5, 4, 0, 0, 0] },
    target_treeids: { ints: [0, 0, 0] },
    target_nodeids: { ints: [3, 4, 5] },
    target_ids: { ints: [0, 0, 0] },
    target_weights: { floats: [10, 20, 0] },
  };
  graph.node('TreeEnsembleRegressor', [graph.input('x', 'float', ['N', 2])], attributes, { ...ML, output: 'y' });
  graph.output('y', 'float', ['N', 1]);
  const rows = [
    { a: 1, b: 9 },
    { a: 3, b: 9 },
    { a: 2, b: 9 },
  ];
  const found = await explainedScores(graph, card('regression', inputsOf('a', 'b')), rows);
  expect(found.scores).toEqual([20, 20, 0]);
  // The mean is (15 + (15 + 0) / 2) / 2 = 11.25.
  expect(found.reasons).toEqual([{ a: 3.75, b: 5 }, { a: 3.75, b: 5 }, { a: -11.25 }]);
});

describe('what stands around trees', () => {
  it('a feature made of two inputs is shared, one that is made of one is its own; weighted ensembles are added', async () => {
    const graph = new GraphBuilder('around');
    const [a, b] = ['a', 'b'].map((name) => graph.input(name, 'float', ['N', 1])) as [string, string];
    const features = graph.node('Concat', [graph.node('Sub', [a, b]), graph.node('Abs', [b])], { axis: { int: 1 } });
    const ensemble = (tree: Tree): string =>
      graph.node('TreeEnsembleRegressor', [features], { ...attributesOf('target', [tree]), n_targets: { int: 1 } }, ML);
    const doubled = graph.node('Mul', [ensemble(small), graph.constant('float', [2])]);
    const linear = graph.node('Mul', [a, graph.constant('float', [0.5])]);
    const sum = graph.node('Sum', [doubled, ensemble([3]), linear]);
    graph.node('Identity', [sum], {}, { output: 'y' });
    graph.output('y', 'float', ['N', 1]);
    const inputs = ['a', 'b'].map((name) => ({ name, type: 'number' }));
    const found = await explainedScores(graph, card('regression', inputs), [{ a: 10, b: 7 }]);
    expect(found.scores).toEqual([80 + 3 + 5]);
    expect(found.reasons).toEqual([{ a: 10 + 5, b: 10 + 20 }]);
    expect(found.explainedBy).toContain('path contributions in 2 trees and exact shares of the score');
  });

  it.each<[string, Attributes]>([
    ['takes the MAX of its trees', { aggregate_function: { string: 'MAX' } }],
    ['has the post transform PROBIT', { post_transform: { string: 'PROBIT' } }],
  ])('no reasons where the ensemble %s', async (sentence, attributes) => {
    const graph = regressor([{ feature: 0, at: 1, children: [[0.25], [0.5]] }], attributes);
    const found = await explainedScores(graph, card('regression', inputsOf('a', 'b')), [{ a: 1, b: 1 }]);
    expect(found.notices).toEqual([expect.stringContaining(sentence)]);
    expect(found.reasons).toEqual([{}]);
  });

  it('no reasons, said once, where the sum is not what the graph gives', async () => {
    // ONNX Runtime adds only the second base value here, and takes the first class for its opposite.
    const graph = classifier(
      [
        {
          feature: 0,
          at: 0,
          children: [
            [-0.2, 0.7],
            {
              feature: 1,
              at: 0,
              children: [
                [0.1, 0.3],
                [0.4, 0.5],
              ],
            },
          ],
        },
      ],
      2,
      { base_values: { floats: [1, 2] }, post_transform: { string: 'NONE' } },
    );
    const rows = [
      { a: 0, b: 0 },
      { a: 1, b: 1 },
    ];
    const found = await explainedScores(graph, card('binary', inputsOf('a', 'b'), 1), rows);
    expect(found.reasons).toEqual([{}, {}]);
    expect(found.notices).toEqual([expect.stringContaining('which is not what the graph gives')]);
  });
});
