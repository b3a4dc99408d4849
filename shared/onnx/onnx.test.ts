import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { GraphBuilder, OnnxFile } from './index.js';

/** y = sigmoid(w · x + b), and labels with a ZipMap as scikit-learn's converter puts it there. */
function graph(): GraphBuilder {
  const builder = new GraphBuilder('test');
  const x = builder.input('x', 'double', ['N', 2]);
  const product = builder.node('MatMul', [x, builder.constant('double', [0.1, -2], [2, 1])]);
  const y = builder.node(
    'Sigmoid',
    [builder.node('Add', [product, builder.constant('double', [0.3])])],
    {},
    { output: 'y' },
  );
  builder.output(y, 'double', ['N', 1]);
  return builder;
}

const run = async (bytes: Uint8Array, values: number[]) => {
  const session = await InferenceSession.create(bytes);
  return session.run({ x: new Tensor('float64', values, [values.length / 2, 2]) });
};

describe('GraphBuilder', () => {
  it('writes a graph that ONNX Runtime computes in doubles', async () => {
    const { y } = await run(graph().toBytes(), [1, 0.5, 3, 4]);
    expect(Array.from((y as Tensor).data as Float64Array)).toEqual(
      [1 / (1 + Math.exp(0.6)), 1 / (1 + Math.exp(7.4))].map((p) => expect.closeTo(p, 14)),
    );
  });

  it('stores equal constants once, and tells 0 from -0 and infinities from NaN', () => {
    const builder = new GraphBuilder('test');
    expect(builder.constant('float', [0])).toBe(builder.constant('float', [0]));
    const names = [0, -0, Number.NaN, Infinity, -Infinity].map((value) => builder.constant('double', [value]));
    expect(new Set(names).size).toBe(5);
    expect(builder.constant('string', ['1'])).not.toBe(builder.constant('string', ['1'], [1, 1]));
  });

  it('refuses a constant whose values do not fill its shape', () => {
    expect(() => new GraphBuilder('test').constant('float', [1, 2], [3])).toThrow('shape [3] got 2 values');
  });
});

describe('OnnxFile', () => {
  it('reads nodes, constants and names', () => {
    const file = OnnxFile.parse(graph().toBytes());
    expect(file.inputs).toEqual(['x']);
    expect(file.outputs).toEqual(['y']);
    expect(file.nodes.map(({ op }) => op)).toEqual(['MatMul', 'Add', 'Sigmoid']);
    const weights = file.producerOf(file.nodes[0]?.outputs[0] ?? '')?.inputs[1] ?? '';
    expect(file.constant(weights)).toEqual({ type: 'double', shape: [2, 1], values: [0.1, -2] });
    expect(file.constant('x')).toBeUndefined();
  });

  it('makes a value in the middle an output whose type the runtime finds', async () => {
    const file = OnnxFile.parse(graph().toBytes());
    const sum = file.producerOf('y')?.inputs[0] ?? '';
    file.expose(sum);
    const outputs = await run(file.toBytes(), [1, 0.5]);
    expect(((outputs[sum] as Tensor).data as Float64Array)[0]).toBeCloseTo(-0.6, 14);
  });

  it('takes off a ZipMap and keeps its name and labels', async () => {
    const builder = graph();
    const both = builder.node('Concat', ['y', 'y'], { axis: { int: 1 } });
    const float = builder.node('Cast', [both], { to: { int: 1 } });
    builder.node(
      'ZipMap',
      [float],
      { classlabels_strings: { strings: ['no', 'yes'] } },
      { domain: 'ai.onnx.ml', output: 'p' },
    );
    builder.output('p', 'float', ['N', 2]);
    const file = OnnxFile.parse(builder.toBytes());
    expect(file.removeZipMaps()).toEqual(new Map([['p', ['no', 'yes']]]));
    const { p } = await run(file.toBytes(), [1, 0.5]);
    expect(p?.dims).toEqual([1, 2]);
  });

  it('puts an operator behind an output, and leaves the value that others read', async () => {
    const file = OnnxFile.parse(graph().toBytes());
    const [before] = ((await run(file.toBytes(), [1, 0.5])).y as Tensor).data as Float64Array;
    const turned = file.putBehind('y', 'Sub', { type: 'double', shape: [], values: [1] });
    const again = file.putBehind(turned, 'Sub', { type: 'double', shape: [], values: [3] });
    expect(file.outputs).toEqual([again]);
    expect(file.describeOutputs()).toEqual([{ name: again, type: 'double', shape: ['N', 1] }]);
    file.expose('y');
    const outputs = await run(file.toBytes(), [1, 0.5]);
    expect((outputs[again] as Tensor).data).toEqual(Float64Array.of(2 + (before ?? Number.NaN)));
    expect((outputs.y as Tensor).data).toEqual(Float64Array.of(before ?? Number.NaN));
    expect(() => file.putBehind('z', 'Neg', { type: 'double', shape: [], values: [0] })).toThrow('no output "z"');
  });

  it('reads a file of another tool and writes it again so that it computes the same', async () => {
    const bytes = await readFile(projectFile('demos/flight-delay/model/model.onnx'));
    const file = OnnxFile.parse(bytes);
    const trees = file.nodes.find(({ op }) => op.startsWith('TreeEnsemble'));
    expect(trees?.ints('nodes_treeids').length).toBe(trees?.floats('nodes_values').length);
    expect((await InferenceSession.create(file.toBytes())).outputNames).toEqual(file.outputs);
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['zeros', new Uint8Array(1_000)],
    ['text', Buffer.from('<html>no such file</html>')],
  ])('refuses %s', (_, bytes) => {
    expect(() => OnnxFile.parse(bytes)).toThrow('The file is no ONNX graph');
  });
});
