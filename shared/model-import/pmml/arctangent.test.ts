import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/onnx';
import { arccosine, arcsine, arctangent } from './arctangent.js';
import { Ops } from './ops.js';

/** What the graph of a function gives for numbers. */
async function values(write: (ops: Ops, x: string) => string, x: readonly number[]): Promise<number[]> {
  const ops = new Ops(new GraphBuilder('function'));
  ops.input('x', 'double');
  ops.builder.node('Identity', [write(ops, 'x')], {}, { output: 'y' });
  ops.builder.output('y', 'double', ['N', 1]);
  const session = await InferenceSession.create(ops.builder.toBytes());
  const { y } = await session.run({ x: new Tensor('float64', Float64Array.from(x), [x.length, 1]) });
  await session.release();
  return Array.from(y?.data ?? [], Number);
}

const closeTo = (expected: readonly number[]): unknown[] => expected.map((each) => expect.closeTo(each, 13));

describe('in double precision', () => {
  it('the arctangent of small numbers and large', async () => {
    const x = [0, 1e-9, 0.1, 0.999, 1, 1.001, 3, 1e4, 1e15, Number.POSITIVE_INFINITY].flatMap((each) => [each, -each]);
    expect(await values(arctangent, x)).toEqual(closeTo(x.map(Math.atan)));
  });

  it('the arcsine and the arccosine, and NaN where there is none', async () => {
    const x = [0, 1e-9, 0.1, 0.7, 0.999, 1].flatMap((each) => [each, -each]);
    expect(await values(arcsine, x)).toEqual(closeTo(x.map(Math.asin)));
    expect(await values(arccosine, x)).toEqual(closeTo(x.map(Math.acos)));
    expect(await values(arcsine, [1.5, Number.NaN])).toEqual([Number.NaN, Number.NaN]);
  });
});
