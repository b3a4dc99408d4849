import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { GraphBuilder } from '#shared/onnx';
import { arctangent } from './activation.js';
import { Ops } from './ops.js';

it('computes the arctangent in double precision, of small numbers and large', async () => {
  const ops = new Ops(new GraphBuilder('arctangent'));
  ops.input('x', 'double');
  ops.builder.node('Identity', [arctangent(ops, 'x')], {}, { output: 'y' });
  ops.builder.output('y', 'double', ['N', 1]);
  const session = await InferenceSession.create(ops.builder.toBytes());
  const x = [0, 1e-9, 0.1, 0.999, 1, 1.001, 3, 1e4, 1e15].flatMap((each) => [each, -each]);
  const { y } = await session.run({ x: new Tensor('float64', Float64Array.from(x), [x.length, 1]) });
  await session.release();
  expect([...(y?.data ?? [])]).toEqual(x.map((each) => expect.closeTo(Math.atan(each), 13)));
});
