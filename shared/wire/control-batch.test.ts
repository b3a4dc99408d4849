import { describe, expect, it } from 'vitest';
import { buildMarkerBatch, readMarkerBatch } from './control-batch.js';
import { attribute, hasValidCrc, readBatchHeader } from './record-batch.js';
import { buildBatch, readRecords } from './records.js';

describe('the batch that ends a transaction', () => {
  it.each([true, false])('says whose it is and whether it commits (%s)', (commits) => {
    const marker = { producerId: 4_294_967_299, producerEpoch: 7, commits };
    const batch = buildMarkerBatch(marker, 1_000, 3);
    expect(readMarkerBatch(batch)).toEqual(marker);
    expect(hasValidCrc(batch, 0, batch.length)).toBe(true);
    expect(readBatchHeader(batch)).toMatchObject({
      attributes: attribute.control | attribute.transactional,
      baseSequence: -1,
      recordCount: 1,
      maxTimestamp: 1_000,
    });
  });

  it('has a key of version and type, and a value of version and the epoch of the coordinator', () => {
    const [record] = readRecords(buildMarkerBatch({ producerId: 1, producerEpoch: 0, commits: true }, 0, 258));
    expect(record?.key).toEqual(Buffer.from([0, 0, 0, 1]));
    expect(record?.value).toEqual(Buffer.from([0, 0, 0, 0, 1, 2]));
  });

  it('is not read from what has no such key', () => {
    expect(() => readMarkerBatch(buildBatch([{ timestamp: 0, key: Buffer.from([0]) }]))).toThrow('4 are right');
  });

  it('is not read from another kind of control batch', () => {
    const leaderChange = buildBatch([{ timestamp: 0, key: Buffer.from([0, 0, 0, 2]) }]);
    expect(readMarkerBatch(leaderChange)).toBeUndefined();
  });
});
