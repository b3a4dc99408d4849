import type { ConsumedRecord, PartitionReader, TopicPartition } from '#shared/kafka';

/** Where reading of a partition begins, and where the partition ended when that was decided. */
export interface Stretch extends TopicPartition {
  readonly offset: number;
  readonly end: number;
}

interface Lane extends Stretch {
  records: ConsumedRecord[];
  /** Of `records`, the next one. */
  at: number;
  hasCaughtUp: boolean;
  isPaused: boolean;
}

/** A partition of which so many records wait for those of others is not read further for the time being. */
const MOST_WAITING = 2_000;

/**
 * Reads partitions as one stream: each in the order of its offsets, and what was there at the beginning by time across all of
 * them. What comes later is given as it comes.
 */
export class MergedReader {
  readonly #reader: PartitionReader;
  readonly #lanes: readonly Lane[];

  constructor(reader: PartitionReader, stretches: readonly Stretch[]) {
    this.#reader = reader;
    this.#lanes = stretches.map((stretch) => ({
      ...stretch,
      records: [],
      at: 0,
      hasCaughtUp: stretch.offset >= stretch.end,
      isPaused: false,
    }));
    reader.seek(stretches);
  }

  /** The next records, none where none came within `maxWaitMs`. Throws what PartitionReader.poll does. */
  async poll(maxWaitMs: number): Promise<ConsumedRecord[]> {
    // Before the poll: what has been fetched by now is given by it.
    const reached = this.#lanes.map((lane) => (this.#reader.position(lane) ?? 0) >= lane.end);
    for (const { topic, partition, records } of await this.#reader.poll(maxWaitMs)) {
      const lane = this.#lanes.find((each) => each.topic === topic && each.partition === partition);
      if (lane !== undefined) lane.records = [...lane.records.slice(lane.at), ...records];
      if (lane !== undefined) lane.at = 0;
    }
    this.#lanes.forEach((lane, index) => {
      lane.hasCaughtUp ||= reached[index] === true;
    });
    const merged = this.#takeMerged();
    this.#resumeOrPause();
    return merged;
  }

  #takeMerged(): ConsumedRecord[] {
    const taken: ConsumedRecord[] = [];
    for (;;) {
      let earliest: { lane: Lane; record: ConsumedRecord } | undefined;
      for (const lane of this.#lanes) {
        const record = lane.records[lane.at];
        // It may have an earlier one than all others.
        if (record === undefined && !lane.hasCaughtUp) return taken;
        if (record !== undefined && (earliest === undefined || record.timestamp < earliest.record.timestamp)) {
          earliest = { lane, record };
        }
      }
      if (earliest === undefined) return taken;
      earliest.lane.at += 1;
      taken.push(earliest.record);
    }
  }

  #resumeOrPause(): void {
    for (const lane of this.#lanes) {
      const waiting = lane.records.length - lane.at;
      if (!lane.isPaused && waiting > MOST_WAITING) {
        lane.isPaused = true;
        this.#reader.pause([lane]);
      } else if (lane.isPaused && waiting <= MOST_WAITING / 2) {
        lane.isPaused = false;
        this.#reader.resume([lane]);
      }
    }
  }
}
