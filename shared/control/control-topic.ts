import { NEWEST } from '#shared/monitoring';
import { projectFile } from '#shared/project-file';
import { defineTopic, type Topic } from '#shared/schema';

/** That a fault is to be on, or off again. Key: `fault/<name>`. */
export interface FaultOrder {
  readonly on: boolean;
  /** By it a part says that it has taken the order up. */
  readonly id: string;
  /** By the clock of who wrote it, milliseconds since 1970. */
  readonly issuedAt: number;
  /** When it ends by itself, by the same clock; null: after the time that such a fault lasts. */
  readonly until: number | null;
  /** The one instance that is meant; null: all that obey such a fault. */
  readonly target: string | null;
  /** Who switched it: page, command, … */
  readonly by: string;
}

/** How fast the producers of a demo are to go. Key: `pace`. */
export interface PaceOrder {
  readonly id: string;
  readonly issuedAt: number;
  readonly paused: boolean;
  /** 1 is the pace that a run was started with; from a quarter to sixteen times as fast. */
  readonly speed: number;
  /** Counts up: single records that were asked for. */
  readonly steps: number;
  /** The event time to hurry to, milliseconds since 1970; null: no such order. */
  readonly jumpTo: number | null;
}

/** That a demo is to begin anew, on empty topics. Key: `reset`. */
export interface ResetOrder {
  readonly id: string;
  readonly issuedAt: number;
}

/** What a supervisor says to an order to begin anew. */
export interface ResetAnswer {
  /** Of the order. */
  readonly id: string;
  /** Why it is refused, in a sentence; null: it is taken up. */
  readonly why: string | null;
}

/** What a part that has no heartbeat of its own says about itself, every two seconds and when something changes. Key: `part/<role>/<instance>`. */
export interface PartReport {
  readonly role: 'producer' | 'supervisor';
  readonly instance: string;
  /** By the part's clock, milliseconds since 1970. */
  readonly heardAt: number;
  /** The ids of the orders that are in effect here. */
  readonly obeys: readonly string[];
  /** Names of the faults that this part obeys. */
  readonly faults: readonly string[];
  /** Event time of the record that was sent last, milliseconds since 1970. */
  readonly eventTime: number | null;
  readonly lap: number | null;
  /** Main records sent. */
  readonly sent: number;
  /** Records that a fault holds back now. */
  readonly held: number;
  /** Records that faults made or changed. */
  readonly injected: number;
  /** What a supervisor has said last to an order to begin anew. */
  readonly answer?: ResetAnswer | null;
}

/** A record of the control topic: by its key one of the four is there. */
export interface ControlRecord {
  readonly fault: FaultOrder | null;
  readonly pace: PaceOrder | null;
  readonly reset: ResetOrder | null;
  readonly part: PartReport | null;
}

/** `<demo>.control`, compacted: what the parts of a demo are to do, and what producers and supervisor do. */
export function controlTopic(demo: string): Topic<ControlRecord> {
  return defineTopic<ControlRecord>({
    name: `${demo}.control`,
    partitions: 1,
    cleanupPolicy: 'compact',
    config: NEWEST,
    schema: projectFile('shared/control/control.avsc'),
  });
}
