import { describe, expect, it } from 'vitest';
import { Sequences } from './batches.js';

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
