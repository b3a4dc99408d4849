import { KitError } from '#shared/errors';
import { attribute, batchHeaderBytes, compressionOf, decompress, readBatchHeader } from '#shared/wire';
import type { ConsumedRecord, RecordHeaders } from './records.js';

/** What a fetch brought of a partition. */
export interface Fetched {
  readonly topic: string;
  readonly partition: number;
  /** The offset that was asked for: a batch may begin before it. */
  readonly from: number;
  /** Record batches; the last one may be cut off. */
  readonly bytes: Buffer;
  /** The transactions whose records are to be left out, by the offset at which they began. */
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[];
}

/** The bytes of a batch before its own length begins to count. */
const BATCH_OVERHEAD = 12;
const NO_HEADERS: RecordHeaders = Object.freeze({});

/**
 * Decodes what a fetch brought, and gives the offset behind it: that of the first record that it did not bring, whether
 * what lies before is shown or not. Control batches and aborted records are not.
 * #shared/wire reads records as a log keeps them; this reads as many as a client has to.
 */
export function readFetched(fetched: Fetched, add: (record: ConsumedRecord) => void): number {
  const { bytes, from } = fetched;
  const pending = fetched.aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const abortedProducers = new Set<number>();
  let next = from;
  for (let start = 0; bytes.length - start >= batchHeaderBytes; ) {
    const sizeBytes = BATCH_OVERHEAD + bytes.readInt32BE(start + 8);
    if (bytes.length - start < sizeBytes) break;
    const header = readBatchHeader(bytes, start);
    const lastOffset = header.baseOffset + header.lastOffsetDelta;
    if (lastOffset >= from) {
      while ((pending[0]?.firstOffset ?? Number.POSITIVE_INFINITY) <= lastOffset) {
        abortedProducers.add(pending.shift()?.producerId ?? -1);
      }
      const { attributes, producerId } = header;
      if ((attributes & attribute.control) !== 0) {
        // It ends the producer's transaction; a later one of its that was aborted is in the list by itself.
        abortedProducers.delete(producerId);
      } else if ((attributes & attribute.transactional) === 0 || !abortedProducers.has(producerId)) {
        readBatch(fetched, start, header, add);
      }
      next = lastOffset + 1;
    }
    start += sizeBytes;
  }
  return next;
}

function readBatch(
  { topic, partition, from, bytes }: Fetched,
  start: number,
  header: ReturnType<typeof readBatchHeader>,
  add: (record: ConsumedRecord) => void,
): void {
  const { attributes, baseOffset, baseTimestamp, maxTimestamp, recordCount, sizeBytes } = header;
  const codec = compressionOf(attributes);
  if (codec === undefined) {
    throw new KitError('protocol', `Reading ${topic} ${partition} at ${baseOffset}: its compression is not known.`);
  }
  const content = bytes.subarray(start + batchHeaderBytes, start + sizeBytes);
  const cursor = new Cursor(codec === 'none' ? content : decompress(codec, content));
  const isStamped = (attributes & attribute.logAppendTime) !== 0;
  for (let i = 0; i < recordCount; i += 1) {
    const end = cursor.varint() + cursor.at;
    cursor.at += 1;
    const timestamp = baseTimestamp + cursor.varint();
    const offset = baseOffset + cursor.varint();
    if (offset >= from) {
      const key = cursor.sized();
      const value = cursor.sized();
      const headerCount = cursor.varint();
      const headers = headerCount === 0 ? NO_HEADERS : readHeaders(cursor, headerCount);
      add({ topic, partition, offset, timestamp: isStamped ? maxTimestamp : timestamp, key, value, headers });
    }
    cursor.at = end;
    if (end > cursor.bytes.length) {
      throw new KitError('protocol', `Reading ${topic} ${partition}: the record at offset ${offset} is cut off.`);
    }
  }
}

/** As kafkajs gives them: the values of a key that occurs more than once are a list. */
function readHeaders(cursor: Cursor, count: number): RecordHeaders {
  const headers: Record<string, RecordHeaders[string]> = {};
  for (let i = 0; i < count; i += 1) {
    const name = cursor.sized()?.toString() ?? '';
    const value = cursor.sized();
    if (!Object.hasOwn(headers, name)) {
      headers[name] = value;
      continue;
    }
    const others = headers[name];
    if (Array.isArray(others)) others.push(value);
    else headers[name] = [others ?? null, value];
  }
  return headers;
}

/** Reads the varints of a record and what they measure; numbers are exact to 2^53. */
class Cursor {
  at = 0;

  constructor(readonly bytes: Buffer) {}

  /** A zigzag varint of up to 64 bits. */
  varint(): number {
    const { bytes } = this;
    let at = this.at;
    let byte = bytes[at++] ?? 0;
    let value = byte & 0x7f;
    if (byte >= 0x80) {
      byte = bytes[at++] ?? 0;
      value |= (byte & 0x7f) << 7;
      if (byte >= 0x80) {
        byte = bytes[at++] ?? 0;
        value |= (byte & 0x7f) << 14;
        for (let scale = 2 ** 21; byte >= 0x80; scale *= 128) {
          byte = bytes[at++] ?? 0;
          value += (byte & 0x7f) * scale;
        }
      }
    }
    this.at = at;
    if (value <= 0x7fffffff) return (value >>> 1) ^ -(value & 1);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Bytes with their length before them, as a view; null where that is negative. */
  sized(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at = start + length;
    return this.bytes.subarray(start, start + length);
  }
}
