import { setImmediate } from 'node:timers/promises';
import { attribute, canOpen, type LogRecord, readBatchHeader, readRecords, rebuildBatch } from '#shared/wire';
import { type PlacedBatch, Segment } from './segment.js';

/** For each key the offset of its newest record; keys as Latin-1 text, which has a letter for every byte. */
export type NewestOffsets = ReadonlyMap<string, number>;

/** Finds the newest record of every key, with a breath after each segment, so that clients need not wait. */
export async function newestOffsets(segments: readonly Segment[]): Promise<NewestOffsets> {
  const newest = new Map<string, number>();
  for (const segment of segments) {
    for (const { bytes } of segment.placed()) {
      if (!isOpenable(bytes)) continue;
      for (const { key, offset } of readRecords(bytes)) if (key !== null) newest.set(key.toString('latin1'), offset);
    }
    await setImmediate();
  }
  return newest;
}

/** When tombstones may go: those of batches cleaned before, once their time is over; others are given a time first. */
export interface TombstoneRule {
  readonly now: number;
  readonly deleteRetentionMs: number;
}

/** What is left of batches when every record goes that has a newer one of the same key. */
export function compactBatches(
  batches: readonly PlacedBatch[],
  newest: NewestOffsets,
  rule: TombstoneRule,
): PlacedBatch[] {
  return batches.flatMap((batch) => {
    const bytes = compactBatch(batch.bytes, newest, rule);
    return bytes === undefined ? [] : [{ ...batch, bytes }];
  });
}

function compactBatch(bytes: Buffer, newest: NewestOffsets, rule: TombstoneRule): Buffer | undefined {
  // What can't be opened (snappy, lz4, zstd) stays whole: it only costs room.
  if (!isOpenable(bytes)) return bytes;
  const { attributes, baseTimestamp, recordCount } = readBatchHeader(bytes);
  const hasHorizon = (attributes & attribute.deleteHorizon) !== 0;
  const isPastHorizon = hasHorizon && baseTimestamp <= rule.now;
  const isKept = ({ key, value, offset }: LogRecord) =>
    key === null || (newest.get(key.toString('latin1')) === offset && !(value === null && isPastHorizon));
  const kept = [...readRecords(bytes)].filter(isKept);
  if (kept.length === 0) return undefined;
  const needsHorizon = !hasHorizon && kept.some(({ value }) => value === null);
  if (kept.length === recordCount && !needsHorizon) return bytes;
  return rebuildBatch(bytes, kept, needsHorizon ? rule.now + rule.deleteRetentionMs : undefined);
}

function isOpenable(bytes: Buffer): boolean {
  const { attributes } = readBatchHeader(bytes);
  return canOpen(attributes) && (attributes & attribute.control) === 0;
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
