import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chunksAfter, fromChunks, toChunks } from './artifact.js';

const files = { graph: randomBytes(2_500_000), card: '{"name":"ü"}', golden: undefined };

describe('an artifact', () => {
  it('is cut into records that every broker takes, and put together again', () => {
    const chunks = toChunks(files);
    expect(chunks.map(({ length }) => length)).toEqual([expect.any(Number), 900_000, 900_000, 700_013]);
    expect(chunksAfter(chunks[0] as Buffer)).toBe(3);
    const whole = fromChunks(chunks, 'test 1');
    expect(whole.graph.equals(files.graph)).toBe(true);
    expect(whole).toMatchObject({ card: files.card, golden: undefined });
    expect(fromChunks(toChunks({ ...files, golden: '{}' }), 'test 1').golden).toBe('{}');
  });

  it('is refused where a chunk is missing, damaged or no manifest', () => {
    const [head, first, second, third] = toChunks(files) as [Buffer, Buffer, Buffer, Buffer];
    expect(() => fromChunks([head, first, second], 'test 1')).toThrow('The model test 1 on the topic is not whole');
    expect(() => fromChunks([head, second, first, third], 'test 1')).toThrow('The model.onnx of the model test 1');
    expect(() => fromChunks([Buffer.from('{'), first], 'test 1')).toThrow('is not whole');
    expect(() => fromChunks([], 'test 1')).toThrow('is not whole');
  });
});
