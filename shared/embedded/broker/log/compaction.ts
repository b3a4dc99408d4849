import { setImmediate } from 'node:timers/promises';
import { attribute, type BatchHeader, type LogRecord, readBatchHeader, readRecords, rebuildBatch } from '#shared/wire';
import { type PlacedBatch, Segment } from './segment.js';

/** For each key the offset of its newest record; keys as Latin-1 text, which has a letter for every byte. */
export type NewestOffsets = ReadonlyMap<string, number>;

/** What a log knows of the transactions in it. */
export interface TransactionFacts {
  /** Nothing from here on is compacted: a transaction is open there. */
  readonly lastStableOffset: number;
  readonly isAborted: (producerId: number, offset: number) => boolean;
}

/**
 * Finds the newest record of every key, with a breath after each segment, so that clients need not wait. What was aborted
 * supersedes nothing.
 */
export async function newestOffsets(segments: readonly Segment[], facts: TransactionFacts): Promise<NewestOffsets> {
  const newest = new Map<string, number>();
  for (const segment of segments) {
    for (const { bytes } of segment.placed()) {
      const header = readBatchHeader(bytes);
      if (header.baseOffset >= facts.lastStableOffset) return newest;
      if (isControl(header) || isAborted(header, facts)) continue;
      for (const { key, offset } of opened(bytes) ?? []) if (key !== null) newest.set(key.toString('latin1'), offset);
    }
    await setImmediate();
  }
  return newest;
}

/** When tombstones and markers may go: those of batches cleaned before, once their time is over; others get a time first. */
export interface TombstoneRule {
  readonly now: number;
  readonly deleteRetentionMs: number;
}

/** Once through a log, from its beginning on. */
export class CompactionPass {
  /** The producers of which a transaction has left records so far: its marker is needed as long as these are there. */
  readonly #withRecords = new Set<number>();

  constructor(
    readonly newest: NewestOffsets,
    readonly rule: TombstoneRule,
    readonly facts: TransactionFacts,
  ) {}

  /**
   * What is left of the next batches when every record goes that was aborted, has a newer one of the same key, or has no
   * key, as those have that were written before the topic was compacted.
   */
  compact(batches: readonly PlacedBatch[]): PlacedBatch[] {
    return batches.flatMap((batch) => {
      const bytes = this.#compactBatch(batch.bytes);
      if (bytes === undefined) return [];
      return [{ ...batch, bytes, maxTimestamp: readBatchHeader(bytes).maxTimestamp }];
    });
  }

  #compactBatch(bytes: Buffer): Buffer | undefined {
    const header = readBatchHeader(bytes);
    if (header.baseOffset >= this.facts.lastStableOffset) return bytes;
    if (isControl(header)) return this.#compactMarker(bytes, header);
    if (isAborted(header, this.facts)) return undefined;
    const records = opened(bytes);
    // What can't be opened, because a client has compressed it wrongly, stays whole: it only costs room.
    const kept = records === undefined ? bytes : this.#compactRecords(bytes, header, records);
    if (kept !== undefined && (header.attributes & attribute.transactional) !== 0) {
      this.#withRecords.add(header.producerId);
    }
    return kept;
  }

  #compactRecords(bytes: Buffer, header: BatchHeader, records: readonly LogRecord[]): Buffer | undefined {
    const isPastHorizon = this.#isPastHorizon(header);
    const isKept = ({ key, value, offset }: LogRecord) =>
      key !== null && this.newest.get(key.toString('latin1')) === offset && !(value === null && isPastHorizon);
    const kept = records.filter(isKept);
    if (kept.length === 0) return undefined;
    const needsHorizon = !hasHorizon(header) && kept.some(({ value }) => value === null);
    if (kept.length === header.recordCount && !needsHorizon) return bytes;
    return rebuildBatch(bytes, kept, needsHorizon ? this.#horizon : undefined);
  }

  /** A marker goes when nothing of its transaction is left, and readers have had the time of a tombstone to see it. */
  #compactMarker(bytes: Buffer, header: BatchHeader): Buffer | undefined {
    if (this.#withRecords.delete(header.producerId)) return bytes;
    if (hasHorizon(header)) return this.#isPastHorizon(header) ? undefined : bytes;
    return rebuildBatch(bytes, [...readRecords(bytes)], this.#horizon);
  }

  get #horizon(): number {
    return this.rule.now + this.rule.deleteRetentionMs;
  }

  #isPastHorizon(header: BatchHeader): boolean {
    return hasHorizon(header) && header.baseTimestamp <= this.rule.now;
  }
}

const isControl = ({ attributes }: BatchHeader) => (attributes & attribute.control) !== 0;
const hasHorizon = ({ attributes }: BatchHeader) => (attributes & attribute.deleteHorizon) !== 0;
const isAborted = ({ attributes, producerId, baseOffset }: BatchHeader, facts: TransactionFacts) =>
  (attributes & attribute.transactional) !== 0 && facts.isAborted(producerId, baseOffset);

/** The records of a batch; undefined where it can't be opened. */
function opened(bytes: Buffer): LogRecord[] | undefined {
  try {
    return [...readRecords(bytes)];
  } catch {
    // Its checksum was right when it came: the client has sent it so, and it is the readers' to complain of.
    return undefined;
  }
}

/** Joins neighbours that are small together; compaction leaves many of those. The last segment stays as it is. */
export function joinSmall(segments: readonly Segment[], maxBytes: number): Segment[] {
  const joined: Segment[] = [];
  let run: Segment[] = [];
  let runBytes = 0;
  const endRun = () => {
    const [only] = run;
    if (run.length === 1 && only !== undefined) joined.push(only);
    else if (run.length > 1) joined.push(Segment.of(run.flatMap((segment) => segment.placed())));
    run = [];
    runBytes = 0;
  };
  for (const segment of segments.slice(0, -1)) {
    if (runBytes + segment.lengthBytes > maxBytes) endRun();
    run.push(segment);
    runBytes += segment.lengthBytes;
  }
  endRun();
  return [...joined, ...segments.slice(-1)];
}
