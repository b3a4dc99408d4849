/** Records that could not be read, for they were gone: reading went on from `from` at `to`, a lower one where the topic was made anew. */
export interface OffsetReset extends TopicPartition {
  readonly from: number;
  readonly to: number;
}

/** A header's value; null where a record has the header without one, as Kafka allows. */
type HeaderValue = Buffer | string | null;

/** Header values as Kafka keeps them: bytes or null, or several where a key occurs more than once. */
export type RecordHeaders = Readonly<Record<string, HeaderValue | HeaderValue[] | undefined>>;

/** A record as it lies on a topic: nothing decoded. */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  /** Exact up to 2^53. */
  readonly offset: number;
  /** Milliseconds since the epoch: the event time of our topics. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/** Records one after the other, such as an array of them. To ask for them in their order is quick. */
export interface RecordList extends Iterable<ConsumedRecord> {
  readonly length: number;
  /** @throws KitError 'protocol' where the record is damaged. */
  at(index: number): ConsumedRecord | undefined;
}

/** Records of one partition in offset order: at least one. */
export interface Chunk {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ConsumedRecord[];
  /** The offset at which reading goes on after this chunk: what is committed once it is done. */
  readonly nextOffset: number;
}

/** What was fetched of one partition. */
export interface LazyChunk extends Chunk {
  /** @throws KitError 'protocol' where one is damaged. */
  readonly records: readonly ConsumedRecord[];
  /**
   * The records, each decoded whenever it is asked for: for whoever takes them one by one and keeps none. Thousands that
   * wait are no work for the garbage collector then.
   */
  readonly lazyRecords: RecordList;
  /**
   * The records' values alone, decoded whenever they are asked for. Whoever looks no further than `prefixBytes` gets of those
   * that follow each other and begin with the same bytes the first one only.
   */
  values(prefixBytes?: number): Iterable<Buffer | null>;
}

/** A record to be written. Without `partition` the key decides, as in the Java client (murmur2). */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers?: RecordHeaders | undefined;
  readonly partition?: number | undefined;
}

/** A record of which it is settled where it will be written. */
export interface PlacedRecord extends OutgoingRecord {
  readonly partition: number;
}

/** Offsets by topic, index = partition. */
export type TopicOffsets = ReadonlyMap<string, readonly number[]>;

/** Offsets of some partitions by topic, index = partition; undefined where there is none. */
export type PartialOffsets = ReadonlyMap<string, readonly (number | undefined)[]>;

/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
