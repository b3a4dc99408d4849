/** What the server tells an open tab of records: the topics that may be looked into. Plain JSON, complete each time. */
export interface RecordsState {
  /** In the order to show them. */
  readonly topics: readonly PeekTopic[];
  /** Why they are not known, or no longer; null while they are. */
  readonly problem: string | null;
  /** The dead letters that were sent again, the newest first. */
  readonly replays: readonly ReplayNote[];
}

/** A dead letter that was sent again. */
export interface ReplayNote {
  /** Where it lies on the topic of dead letters. */
  readonly letter: { readonly partition: number; readonly offset: number };
  /** Milliseconds since 1970; null where that is not known any more. */
  readonly replayedAt: number | null;
  /** Where it lies now; null where that is not known. */
  readonly to: { readonly topic: string; readonly partition: number; readonly offset: number | null } | null;
  /** What became of it; null where nothing was seen yet. */
  readonly became: ReplayBecame | null;
}

export type ReplayBecame =
  | {
      readonly kind: 'scored';
      readonly id: string;
      readonly score: number;
      readonly decision: string | null;
      readonly partition: number;
      readonly offset: number;
    }
  /** It failed again: another letter. */
  | { readonly kind: 'dead-letter'; readonly code: string; readonly partition: number; readonly offset: number };

/** What a topic is to the demo. */
export type TopicKind =
  | 'input'
  | 'side-input'
  | 'outcomes'
  | 'predictions'
  | 'output'
  | 'dead-letters'
  | 'replays'
  | 'features'
  | 'status'
  | 'control'
  | 'models'
  | 'monitoring'
  | 'changelog'
  | 'repartition'
  | 'other';

export interface PeekTopic {
  /** Its name on the cluster. */
  readonly name: string;
  readonly kind: TopicKind;
  /** The first offset that is still there, of each partition. */
  readonly begins: readonly number[];
  /** The next offset of each partition, for whoever reads committed records. */
  readonly ends: readonly number[];
  /** Offsets by which the ends move in a second, the marks of transactions among them; null where that is not known yet. */
  readonly perSecond: number | null;
}

/** What `GET records` answers. */
export interface PeekedRecords {
  readonly topic: string;
  readonly order: 'newest first' | 'oldest first';
  readonly records: readonly PeekedRecord[];
  /** What `from` must be to go on where these end; null where there is nothing beyond. */
  readonly next: string | null;
  /** Why there may be more than was found; null where all was read that was asked for. */
  readonly incomplete: string | null;
}

export interface PeekedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970; -1 where it has none. */
  readonly timestamp: number;
  readonly key: PeekedPart;
  readonly value: PeekedPart;
  readonly headers: readonly { readonly name: string; readonly value: PeekedPart }[];
  /** The bytes of its value in hexadecimal, where the whole record was asked for: as many as are shown. */
  readonly raw: string | null;
}

/** A key, a value or a header as far as it could be made out; `size` is in bytes as it lies on the topic. */
export type PeekedPart =
  | { readonly kind: 'null' }
  | {
      readonly kind: 'text' | 'json';
      readonly text: string;
      readonly size: number;
      /** Whether the text goes on beyond what is given. */
      readonly cut: boolean;
      /** What it was written with; null where it is no Avro. */
      readonly schema: WrittenWith | null;
    }
  | {
      readonly kind: 'bytes';
      /** In hexadecimal. */
      readonly hex: string;
      readonly size: number;
      readonly cut: boolean;
      /** Why it is not decoded. */
      readonly reason: string;
      readonly schema: WrittenWith | null;
    };

/** The schema that a value names. */
export interface WrittenWith {
  readonly id: number;
  readonly name: string | null;
}

/** One record followed: what became of it, from step to step. */
export interface FollowedRecord {
  readonly id: string;
  readonly steps: readonly FollowStep[];
}

export interface FollowStep {
  readonly kind: 'input' | 'dead-letter' | 'features' | 'prediction' | 'outcome';
  /** As it lies on its topic; null where there is none. */
  readonly record: PeekedRecord | null;
  /** Why there is none; null where there is one. */
  readonly missing: string | null;
  /** How many further inputs the unit was made of. */
  readonly further: number;
  /** JSON: what the model got. */
  readonly value: string | null;
  /** All that moved the score, the strongest first, in the unit of the model's explanation. */
  readonly reasons: readonly { readonly name: string; readonly contribution: number }[];
  readonly said: {
    readonly score: number;
    readonly decision: string | null;
    /** Its name and version. */
    readonly model: string;
    /** Milliseconds since 1970. */
    readonly scoredAt: number;
  } | null;
  readonly cameTrue: {
    readonly text: string;
    /** Whether the decision was right; null where nothing was decided. */
    readonly right: boolean | null;
  } | null;
}
