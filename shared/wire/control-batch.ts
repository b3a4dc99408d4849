import { KitError } from '#shared/errors';
import { attribute, readBatchHeader, sealBatch, writeBatchHeader } from './record-batch.js';
import { buildBatch, readRecords } from './records.js';

/** How a transaction ended, as a control batch says it in the log (KIP-98). */
export interface TransactionMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly commits: boolean;
}

const abortType = 0;
const commitType = 1;
const version = 0;

/** Builds the batch that ends a producer's transaction in one partition: one record, which clients read and do not show. */
export function buildMarkerBatch(marker: TransactionMarker, timestamp: number, coordinatorEpoch: number): Buffer {
  const key = Buffer.alloc(4);
  key.writeInt16BE(version, 0);
  key.writeInt16BE(marker.commits ? commitType : abortType, 2);
  const value = Buffer.alloc(6);
  value.writeInt16BE(version, 0);
  value.writeInt32BE(coordinatorEpoch, 2);
  const { producerId, producerEpoch } = marker;
  const batch = buildBatch([{ timestamp, key, value }], { producerId, producerEpoch, transactional: true });
  const header = readBatchHeader(batch);
  writeBatchHeader(batch, { ...header, attributes: header.attributes | attribute.control });
  sealBatch(batch, 0, batch.length);
  return batch;
}

/** Reads what a control batch says; undefined for one that ends no transaction. */
export function readMarkerBatch(batch: Buffer): TransactionMarker | undefined {
  const { producerId, producerEpoch } = readBatchHeader(batch);
  const [record] = readRecords(batch);
  const key = record?.key;
  if (!key || key.length < 4) {
    throw new KitError('protocol', `Reading a control batch: its key is ${key?.length ?? 0} bytes long; 4 are right`);
  }
  const type = key.readInt16BE(2);
  if (type !== abortType && type !== commitType) return undefined;
  return { producerId, producerEpoch, commits: type === commitType };
}
