import { KitError } from '#shared/errors';
import {
  attribute,
  type BatchHeader,
  batchHeaderBytes,
  type Compression,
  compressionOf,
  decompress,
  readBatchHeader,
} from '#shared/wire';
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

/** Every so many records it is remembered where they lie, for whoever goes back. */
const RECORDS_PER_MARK = 256;

/** Records of a batch that follow each other. */
export interface BatchPart {
  readonly batch: FetchedBatch;
  /** The place of the first one in the batch. */
  readonly first: number;
  readonly count: number;
}

/**
 * Looks through what a fetch brought, and gives the offset behind it: that of the first record that it did not bring, whether
 * what lies before is shown or not. Control batches and aborted records are not. Records are decoded when they are asked for.
 * #shared/wire reads records as a log keeps them; this reads as many as a client has to.
 * @throws KitError 'protocol' where a batch is damaged.
 */
export function readFetched(fetched: Fetched): { readonly parts: readonly BatchPart[]; readonly next: number } {
  const { bytes, from } = fetched;
  const pending = fetched.aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const abortedProducers = new Set<number>();
  const parts: BatchPart[] = [];
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
      const { attributes, producerId, recordCount } = header;
      if ((attributes & attribute.control) !== 0) {
        // It ends the producer's transaction; a later one of its that was aborted is in the list by itself.
        abortedProducers.delete(producerId);
      } else if ((attributes & attribute.transactional) === 0 || !abortedProducers.has(producerId)) {
        const batch = new FetchedBatch(fetched, start, header);
        const first = batch.placeOf(from);
        if (first < recordCount) parts.push({ batch, first, count: recordCount - first });
      }
      next = lastOffset + 1;
    }
    start += sizeBytes;
  }
  return { parts, next };
}

/** A record batch whose records are decoded one by one: quick where they are asked for in their order. */
class FetchedBatch {
  readonly #fetched: Fetched;
  readonly #header: BatchHeader;
  readonly #codec: Compression;
  readonly #content: Buffer;
  #cursor: Cursor | undefined;
  /** The place of the record that the cursor is before. */
  #place = 0;
  /** Where the records 0, 256, 512 … begin, as far as it is known. */
  readonly #marks: number[] = [0];

  constructor(fetched: Fetched, start: number, header: BatchHeader) {
    const { topic, partition, bytes } = fetched;
    const codec = compressionOf(header.attributes);
    if (codec === undefined) {
      const at = `${topic} ${partition} at ${header.baseOffset}`;
      throw new KitError('protocol', `Reading ${at}: its compression is not known.`);
    }
    this.#fetched = fetched;
    this.#header = header;
    this.#codec = codec;
    this.#content = bytes.subarray(start + batchHeaderBytes, start + header.sizeBytes);
  }

  /** @throws KitError 'protocol' where the record is damaged. */
  at(place: number): ConsumedRecord {
    const cursor = this.#before(place);
    const { topic, partition } = this.#fetched;
    const { attributes, baseOffset, baseTimestamp, maxTimestamp } = this.#header;
    const end = cursor.varint() + cursor.at;
    cursor.at += 1;
    const timestamp = baseTimestamp + cursor.varint();
    const offset = baseOffset + cursor.varint();
    const key = cursor.sized();
    const value = cursor.sized();
    const headerCount = cursor.varint();
    const headers = headerCount === 0 ? NO_HEADERS : readHeaders(cursor, headerCount);
    this.#passed(end, place);
    const isStamped = (attributes & attribute.logAppendTime) !== 0;
    return { topic, partition, offset, timestamp: isStamped ? maxTimestamp : timestamp, key, value, headers };
  }

  /**
   * The values of so many records, as `LazyChunk.values` has it.
   * @throws KitError 'protocol' where a record is damaged.
   */
  *values(first: number, count: number, prefixBytes?: number): Iterable<Buffer | null> {
    let latest: Buffer | null = null;
    for (let place = first; place < first + count; place += 1) {
      const cursor = this.#before(place);
      const end = cursor.varint() + cursor.at;
      cursor.at += 1;
      cursor.varint();
      cursor.varint();
      const keyBytes = cursor.varint();
      if (keyBytes > 0) cursor.at += keyBytes;
      const isAlike = prefixBytes !== undefined && latest !== null && cursor.isNextLike(latest, prefixBytes);
      if (!isAlike) latest = cursor.sized();
      this.#passed(end, place);
      if (!isAlike) yield latest;
    }
  }

  offsetAt(place: number): number {
    const { baseOffset } = this.#header;
    if (this.#hasAllOffsets) return baseOffset + place;
    const cursor = this.#before(place);
    const start = cursor.at;
    cursor.varint();
    cursor.at += 1;
    cursor.varint();
    const offset = baseOffset + cursor.varint();
    cursor.at = start;
    return offset;
  }

  /** The place of the first record whose offset is not below this one. */
  placeOf(offset: number): number {
    const { baseOffset, recordCount } = this.#header;
    if (offset <= baseOffset) return 0;
    if (this.#hasAllOffsets) return Math.min(recordCount, offset - baseOffset);
    let place = 0;
    while (place < recordCount && this.offsetAt(place) < offset) place += 1;
    return place;
  }

  /** Compaction leaves gaps. */
  get #hasAllOffsets(): boolean {
    return this.#header.lastOffsetDelta + 1 === this.#header.recordCount;
  }

  #before(place: number): Cursor {
    this.#cursor ??= new Cursor(this.#codec === 'none' ? this.#content : decompress(this.#codec, this.#content));
    const cursor = this.#cursor;
    const mark = Math.min(Math.floor(place / RECORDS_PER_MARK), this.#marks.length - 1);
    if (place < this.#place || mark * RECORDS_PER_MARK > this.#place) {
      cursor.at = this.#marks[mark] ?? 0;
      this.#place = mark * RECORDS_PER_MARK;
    }
    while (this.#place < place) this.#passed(cursor.varint() + cursor.at, this.#place);
    return cursor;
  }

  #passed(end: number, place: number): void {
    const cursor = this.#cursor;
    if (cursor === undefined) return;
    if (end > cursor.bytes.length || end < cursor.at) {
      const { topic, partition } = this.#fetched;
      const { baseOffset } = this.#header;
      throw new KitError(
        'protocol',
        `Reading ${topic} ${partition}: record ${place} of the batch at ${baseOffset} is cut off.`,
      );
    }
    cursor.at = end;
    this.#place = place + 1;
    if (this.#place === this.#marks.length * RECORDS_PER_MARK) this.#marks.push(end);
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

  /** Whether what `sized` would give begins with the same so many bytes as other bytes do. */
  isNextLike(other: Buffer, count: number): boolean {
    const start = this.at;
    const length = this.varint();
    const from = this.at;
    this.at = start;
    if (length < count || other.length < count) return false;
    for (let at = 0; at < count; at += 1) if (this.bytes[from + at] !== other[at]) return false;
    return true;
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
