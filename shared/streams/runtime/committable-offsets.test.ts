import { describe, expect, it } from 'vitest';
import { CommittableOffsets } from './committable-offsets.js';

const chunk = (partition: number, nextOffset: number) => ({ topic: 'topic', partition, nextOffset, records: [] });

describe('committable offsets', () => {
  it('are the latest of each partition, once', () => {
    const committable = new CommittableOffsets();
    committable.done(chunk(0, 5), committable.generation);
    committable.done(chunk(1, 7), committable.generation);
    committable.done(chunk(0, 9), committable.generation);
    expect(committable.take()).toEqual(new Map([['topic', [9, 7]]]));
    expect(committable.take()).toEqual(new Map());
  });

  it('end with the assignment, also those of work that was begun in it and comes back later', () => {
    const committable = new CommittableOffsets();
    const { generation } = committable;
    committable.done(chunk(0, 5), generation);
    committable.reassigned();
    committable.done(chunk(1, 7), generation);
    expect(committable.take()).toEqual(new Map());
    committable.done(chunk(0, 3), committable.generation);
    expect(committable.take()).toEqual(new Map([['topic', [3]]]));
  });
});
