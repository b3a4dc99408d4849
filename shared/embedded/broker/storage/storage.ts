/** A committed offset in the journal: topic, partition, offset, leader epoch, metadata. */
export type JournaledOffset = readonly [string, number, number, number, string | null];

/** One change of what a broker keeps beside the records themselves. Later entries overrule earlier ones. */
export type JournalEntry =
  | { readonly is: 'cluster'; readonly id: string }
  | {
      readonly is: 'topic';
      readonly name: string;
      readonly id: string;
      readonly partitions: number;
      readonly config: Readonly<Record<string, string>>;
    }
  | { readonly is: 'topic-deleted'; readonly name: string }
  | { readonly is: 'log-start'; readonly topic: string; readonly partition: number; readonly offset: number }
  | { readonly is: 'offsets'; readonly group: string; readonly offsets: readonly JournaledOffset[] }
  | { readonly is: 'offset-deleted'; readonly group: string; readonly topic: string; readonly partition: number }
  | { readonly is: 'group-deleted'; readonly group: string }
  | { readonly is: 'producer-ids'; readonly next: number }
  | {
      readonly is: 'transaction';
      readonly id: string;
      readonly producerId: number;
      readonly producerEpoch: number;
      readonly timeoutMs: number;
      readonly state: 'Empty' | 'Ongoing' | 'CompleteCommit' | 'CompleteAbort';
    }
  | {
      /** How a transaction ends is decided; what is still to be done for it follows from this. */
      readonly is: 'transaction-ending';
      readonly id: string;
      readonly producerId: number;
      readonly producerEpoch: number;
      readonly timeoutMs: number;
      readonly commits: boolean;
      readonly partitions: readonly (readonly [topic: string, partition: number])[];
      readonly offsets: readonly (readonly [group: string, offsets: readonly JournaledOffset[]])[];
    }
  | { readonly is: 'transactional-id-forgotten'; readonly id: string };

/** Where the batches of one partition are kept beside memory. */
export interface LogStore {
  /** The batches of an earlier run, oldest first; read once, before the first append. */
  restored(): Iterable<Buffer>;
  /** Keeps a batch as it stands in the log; returns when the operating system has it, throws when it can't be kept. */
  append(batch: Buffer): void;
  /** Told that only this much, the newest, is still wanted; may give back the room of the rest. */
  trim(liveBytes: number, live: () => Iterable<Buffer>): void;
  /** Gives the room back: the partition is no more. */
  delete(): void;
}

/** What a broker keeps between runs, and where. */
export interface Storage {
  /** What earlier runs recorded, in order; read once, at the start. */
  restored(): Iterable<JournalEntry>;
  /** From now on records may be made; `snapshot` says everything in as few entries as it takes. */
  begin(snapshot: () => Iterable<JournalEntry>): void;
  record(entry: JournalEntry): void;
  logStore(topic: { readonly name: string; readonly id: string }, partition: number): LogStore;
  close(): void;
}

const nothing: LogStore = {
  restored: () => [],
  append: () => {},
  trim: () => {},
  delete: () => {},
};

/** Keeps nothing: everything ends with the process. */
export const inMemory: Storage = {
  restored: () => [],
  begin: () => {},
  record: () => {},
  logStore: () => nothing,
  close: () => {},
};
