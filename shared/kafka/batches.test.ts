import { describe, expect, it } from 'vitest';
import { readBatchHeader } from '#shared/wire';
import { batchOf, Sequences } from './batches.js';

const identity = { transactionalId: 'id', producerId: 7, producerEpoch: 3 };
const record = { topic: 't', key: 'key', value: null, timestamp: 0 };

describe('Sequences', () => {
  it('counts the records of each partition, and begins again where 31 bits end', () => {
    const sequences = new Sequences();
    const written = { topic: 't', partition: 1, bytes: Buffer.alloc(0) };
    expect(sequences.next(written)).toBe(0);
    sequences.advance({ ...written, count: 5 });
    expect(sequences.next(written)).toBe(5);
    expect(sequences.next({ topic: 't', partition: 2 })).toBe(0);
    sequences.advance({ ...written, count: 2 ** 31 - 7 });
    expect(sequences.next(written)).toBe(2 ** 31 - 2);
    sequences.advance({ ...written, count: 3 });
    expect(sequences.next(written)).toBe(1);
  });
});

describe('batchOf', () => {
  it('says who writes, within a transaction, and with which number it begins', () => {
    const { bytes, count } = batchOf('t', 0, [record, record], identity, 42);
    expect(count).toBe(2);
    expect(readBatchHeader(bytes)).toMatchObject({
      producerId: 7,
      producerEpoch: 3,
      baseSequence: 42,
      attributes: 0b10000,
      recordCount: 2,
    });
  });
});
