import { KitError } from '#shared/errors';
import {
  attribute,
  type BatchHeader,
  batchHeaderBytes,
  compressionOf,
  errorCode,
  hasValidCrc,
  readBatchHeader,
  readMagic,
  readRecords,
} from '#shared/wire';

/** Why a batch is not taken. */
export interface Refusal {
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** What a topic asks of the batches in it. */
export interface BatchRules {
  readonly maxMessageBytes: number;
  /** Compacted topics take no record without a key. */
  readonly needsKeys: boolean;
  /** The earliest and the latest time that a record may have, in milliseconds since 1970. */
  readonly earliestTimestamp: number;
  readonly latestTimestamp: number;
}

const refuse = (code: number, errorMessage: string): Refusal => ({ errorCode: code, errorMessage });

/** Checks what a producer sent for one partition: exactly one whole, undamaged batch that the topic's rules allow. */
export function checkBatch(bytes: Buffer, rules: BatchRules): BatchHeader | Refusal {
  if (bytes.length < batchHeaderBytes) {
    // A message set of before 0.11 may be this short too; its format says so.
    if (bytes.length > 16 && readMagic(bytes) < 2) return oldFormat;
    return refuse(errorCode.corruptMessage, `${bytes.length} bytes are less than the header of a record batch`);
  }
  const magic = readMagic(bytes);
  if (magic === 0 || magic === 1) return oldFormat;
  if (magic !== 2) return refuse(errorCode.corruptMessage, `A record batch of format ${magic}; 2 is right`);
  const declaredBytes = bytes.readInt32BE(8) + 12;
  if (declaredBytes < batchHeaderBytes || declaredBytes > bytes.length) {
    return refuse(errorCode.corruptMessage, `A record batch of ${declaredBytes} bytes in ${bytes.length} bytes`);
  }
  if (declaredBytes < bytes.length) {
    return refuse(errorCode.invalidRecord, 'More than one record batch for one partition in one request');
  }
  if (bytes.length > rules.maxMessageBytes) {
    return refuse(
      errorCode.messageTooLarge,
      `A record batch of ${bytes.length} bytes; max.message.bytes of the topic is ${rules.maxMessageBytes}`,
    );
  }
  if (!hasValidCrc(bytes, 0, bytes.length)) {
    return refuse(errorCode.corruptMessage, 'The checksum of the record batch is not that of its bytes');
  }
  const header = readBatchHeader(bytes);
  // Only what the rules ask for opens the batch: all others pass unopened.
  const needsRecords = rules.needsKeys || rules.earliestTimestamp > 0;
  return checkHeader(header, rules) ?? (needsRecords ? checkRecords(bytes, rules) : undefined) ?? header;
}

const oldFormat = refuse(
  errorCode.invalidRecord,
  'Message sets of before Kafka 0.11 are not taken; send record batches (Produce version 3 or later)',
);

function checkHeader(header: BatchHeader, { latestTimestamp }: BatchRules): Refusal | undefined {
  if (header.maxTimestamp > latestTimestamp) {
    return refuse(
      errorCode.invalidTimestamp,
      `A record of ${header.maxTimestamp}; ${latestTimestamp} is the latest time here`,
    );
  }
  if (header.recordCount < 1 || header.lastOffsetDelta !== header.recordCount - 1) {
    return refuse(
      errorCode.invalidRecord,
      `A record batch of ${header.recordCount} records whose last offset is ${header.lastOffsetDelta} after its first`,
    );
  }
  if (compressionOf(header.attributes) === undefined) {
    return refuse(errorCode.corruptMessage, 'The record batch names a compression that does not exist');
  }
  if ((header.attributes & attribute.control) !== 0) {
    return refuse(errorCode.invalidRecord, 'Clients may not write control batches');
  }
  if ((header.attributes & attribute.transactional) !== 0 && header.producerId < 0) {
    return refuse(errorCode.invalidRecord, 'A transactional batch without a producer id');
  }
  if (header.producerId >= 0 && (header.producerEpoch < 0 || header.baseSequence < 0)) {
    return refuse(errorCode.invalidRecord, 'An idempotent batch without epoch or sequence');
  }
  return undefined;
}

function checkRecords(bytes: Buffer, { needsKeys, earliestTimestamp }: BatchRules): Refusal | undefined {
  try {
    for (const { key, timestamp } of readRecords(bytes)) {
      if (needsKeys && key === null) {
        return refuse(errorCode.invalidRecord, 'A record without a key in a compacted topic');
      }
      if (timestamp >= 0 && timestamp < earliestTimestamp) {
        return refuse(
          errorCode.invalidTimestamp,
          `A record of ${timestamp}; ${earliestTimestamp} is the earliest time here`,
        );
      }
    }
  } catch (reason) {
    return refuse(errorCode.corruptMessage, KitError.from(reason).message);
  }
  return undefined;
}
