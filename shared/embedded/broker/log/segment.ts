/** A batch in its place in the log. */
export interface PlacedBatch {
  readonly bytes: Buffer;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
}

/** A stretch of a partition's log: batches one after another in one buffer, with an index entry for each. */
export class Segment {
  readonly #bytes: Buffer;
  #lengthBytes = 0;
  #batches = 0;
  readonly #positions: number[] = [];
  readonly #lastOffsets: number[] = [];
  readonly #maxTimestamps: number[] = [];
  #highestTimestamp = Number.NEGATIVE_INFINITY;

  constructor(capacityBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** A segment of these batches, just large enough. */
  static of(batches: readonly PlacedBatch[]): Segment {
    const segment = new Segment(batches.reduce((sum, { bytes }) => sum + bytes.length, 0));
    for (const { bytes, lastOffset, maxTimestamp } of batches) segment.append(bytes, lastOffset, maxTimestamp);
    return segment;
  }

  get batches(): number {
    return this.#batches;
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  get capacityBytes(): number {
    return this.#bytes.length;
  }

  hasRoom(sizeBytes: number): boolean {
    return this.#lengthBytes + sizeBytes <= this.#bytes.length;
  }

  /** Copies a batch in. */
  append(batch: Buffer, lastOffset: number, maxTimestamp: number): void {
    batch.copy(this.#bytes, this.#lengthBytes);
    this.#positions.push(this.#lengthBytes);
    this.#lastOffsets.push(lastOffset);
    this.#maxTimestamps.push(maxTimestamp);
    this.#highestTimestamp = Math.max(this.#highestTimestamp, maxTimestamp);
    this.#lengthBytes += batch.length;
    this.#batches += 1;
  }

  /** Where batch `index` begins; the end of the segment for the index after the last. */
  positionOf(index: number): number {
    return this.#positions[index] ?? this.#lengthBytes;
  }

  lastOffsetOf(index: number): number {
    return this.#lastOffsets[index] ?? -1;
  }

  maxTimestampOf(index: number): number {
    return this.#maxTimestamps[index] ?? -1;
  }

  /** The highest time of all that was ever in the segment. */
  get highestTimestamp(): number {
    return this.#highestTimestamp;
  }

  /** The last offset of the segment, or -1 while it is empty. */
  get lastOffset(): number {
    return this.lastOffsetOf(this.#batches - 1);
  }

  /** The first batch that reaches up to the offset. */
  batchOf(offset: number): number {
    return firstWhere(this.#batches, (index) => this.lastOffsetOf(index) >= offset);
  }

  /** The first batch that does not end within `maxBytes` bytes after the beginning of batch `from`. */
  batchBeyond(from: number, maxBytes: number): number {
    const limit = this.positionOf(from) + maxBytes;
    return firstWhere(this.#batches, (index) => index >= from && this.positionOf(index + 1) > limit);
  }

  /** The batches from the given one on. */
  placed(from = 0): PlacedBatch[] {
    return Array.from({ length: this.#batches - from }, (_, i) => ({
      bytes: this.view(from + i, from + i + 1),
      lastOffset: this.lastOffsetOf(from + i),
      maxTimestamp: this.maxTimestampOf(from + i),
    }));
  }

  /** A view of batches `from` up to, not including, `to`. */
  view(from: number, to: number): Buffer {
    return this.#bytes.subarray(this.positionOf(from), this.positionOf(to));
  }
}

/** The lowest index that satisfies a condition which, once true, stays true; `count` where none does. */
export function firstWhere(count: number, isTrueAt: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrueAt(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
