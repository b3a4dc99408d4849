import type { BatchPart } from './fetched-records.js';
import type { ConsumedRecord, LazyChunk, RecordList } from './records.js';

/** What was fetched of one partition, decoded when it is asked for: until then a record is no more than its bytes. */
export class FetchedChunk implements LazyChunk {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly lazyRecords: RecordList;
  readonly #parts: readonly BatchPart[];
  #records: readonly ConsumedRecord[] | undefined;

  constructor(topic: string, partition: number, parts: readonly BatchPart[], nextOffset: number) {
    this.topic = topic;
    this.partition = partition;
    this.nextOffset = nextOffset;
    this.#parts = parts;
    this.lazyRecords = new PartsList(parts);
  }

  get records(): readonly ConsumedRecord[] {
    this.#records ??= [...this.lazyRecords];
    return this.#records;
  }

  *values(prefixBytes?: number): Iterable<Buffer | null> {
    for (const { batch, first, count } of this.#parts) yield* batch.values(first, count, prefixBytes);
  }
}

class PartsList implements RecordList {
  readonly length: number;
  readonly #parts: readonly BatchPart[];
  /** The part that was last asked, and how many records lie before it. */
  #part = 0;
  #before = 0;
  #latest: ConsumedRecord | undefined;
  #latestIndex = -1;

  constructor(parts: readonly BatchPart[]) {
    this.#parts = parts;
    this.length = parts.reduce((sum, { count }) => sum + count, 0);
  }

  at(index: number): ConsumedRecord | undefined {
    if (index === this.#latestIndex) return this.#latest;
    if (index < this.#before) {
      this.#part = 0;
      this.#before = 0;
    }
    let part = this.#parts[this.#part];
    while (part !== undefined && index >= this.#before + part.count) {
      this.#before += part.count;
      this.#part += 1;
      part = this.#parts[this.#part];
    }
    this.#latest = part?.batch.at(part.first + index - this.#before);
    this.#latestIndex = index;
    return this.#latest;
  }

  *[Symbol.iterator](): Iterator<ConsumedRecord> {
    for (const { batch, first, count } of this.#parts) {
      for (let place = first; place < first + count; place += 1) yield batch.at(place);
    }
  }
}
