import { defined, type StreamRecord, withValue, withValueAt } from '../record.js';
import type { OperatorContext } from '../runtime/operator-context.js';
import type { JoinSide, OuterJoinStore } from '../stores/outer-join-store.js';
import type { StateStore, TimestampedWindowStore } from '../stores/state-store.js';
import type { Operator, Step } from '../topology/graph.js';
import type { JoinWindows } from '../windows.js';
import type { AnyJoiner } from './table-table-join.js';

/** Keeps the records of one side of a join for the other side to meet. */
export function joinWindow<K, V>(store: string): Operator<K, V, K, V> {
  return (next, context) => {
    const window = context.store<TimestampedWindowStore<K, V>>(store);
    return (record) => {
      const { key, value, timestamp } = record;
      // It still goes on to what the other side has kept. A null is the join's to count.
      if (key !== null && !window.put(key, value, timestamp, timestamp) && value !== null) context.drop('expired');
      next(record);
    };
  };
}

export interface StreamJoinSide {
  /** Names the join within a task. */
  readonly join: string;
  readonly side: JoinSide;
  readonly windows: JoinWindows;
  /** Store of the other side's records. */
  readonly otherStore: string;
  /** Whether a record of this side goes out alone where it meets none. */
  readonly outer: boolean;
  /** Where records wait for a partner; absent in an inner join. */
  readonly waitingStore: string | undefined;
}

const STREAM_TIME = 'observedStreamTime';

/** The stream time of a join, which both of its sides advance, and what they know of the records that wait. */
class JoinTime {
  minTime = Number.POSITIVE_INFINITY;
  nextEmission = 0;
  #streamTime: number;
  readonly #store: StateStore | undefined;

  constructor(store: StateStore | undefined) {
    this.#store = store;
    this.#streamTime = store?.metadata(STREAM_TIME) ?? -1;
    // After a restart whatever waits is looked at once.
    if (this.#streamTime >= 0) this.minTime = 0;
  }

  get streamTime(): number {
    return this.#streamTime;
  }

  advance(timestamp: number): void {
    if (timestamp <= this.#streamTime) return;
    this.#streamTime = timestamp;
    this.#store?.setMetadata(STREAM_TIME, timestamp);
  }
}

/** Joins the records of one side with those that the other side has kept, each pair once. */
export function streamStreamJoin<K, VO>(
  joiner: AnyJoiner<K, VO>,
  options: StreamJoinSide,
): Operator<K, unknown, K, VO> {
  return (next, context) => {
    const side = new StreamStreamJoinSide(joiner, options, context, next);
    return (record) => side.process(record);
  };
}

class StreamStreamJoinSide<K, VO> {
  readonly #joiner: AnyJoiner<K, VO>;
  readonly #options: StreamJoinSide;
  readonly #context: OperatorContext;
  readonly #next: Step<K, VO>;
  readonly #other: TimestampedWindowStore<K, unknown>;
  readonly #waiting: OuterJoinStore<K> | undefined;
  readonly #time: JoinTime;
  readonly #beforeMs: number;
  readonly #afterMs: number;

  constructor(joiner: AnyJoiner<K, VO>, options: StreamJoinSide, context: OperatorContext, next: Step<K, VO>) {
    this.#joiner = joiner;
    this.#options = options;
    this.#context = context;
    this.#next = next;
    this.#other = context.store(options.otherStore);
    this.#waiting = options.waitingStore === undefined ? undefined : context.store(options.waitingStore);
    this.#time = context.shared(`join ${options.join}`, () => new JoinTime(this.#waiting));
    // Seen from the other side, what is before is after.
    const { beforeMs, afterMs } = options.windows;
    [this.#beforeMs, this.#afterMs] = options.side === 'left' ? [beforeMs, afterMs] : [afterMs, beforeMs];
  }

  process(record: StreamRecord<K, unknown>): void {
    const { key, value, timestamp } = record;
    this.#time.advance(timestamp);
    if (this.#options.outer && key === null && value !== null) {
      this.#next(withValue(record, this.#join(value, null, key)));
      return;
    }
    if (key === null || value === null) {
      this.#context.drop('null');
      return;
    }
    if (timestamp === this.#time.streamTime) this.#emitUnjoined(record);
    const to = Math.max(0, timestamp + this.#afterMs);
    const met = this.#other.fetch(key, Math.max(0, timestamp - this.#beforeMs), to);
    const otherSide = this.#options.side === 'left' ? 'right' : 'left';
    for (const other of met) {
      this.#waiting?.remove(otherSide, key, other.start);
      this.#next(withValueAt(record, this.#join(value, other.value, key), Math.max(timestamp, other.start)));
    }
    if (met.length > 0 || !this.#options.outer) return;
    if (this.#waiting === undefined || to < this.#time.streamTime) {
      this.#next(withValue(record, this.#join(value, null, key)));
    } else {
      this.#time.minTime = Math.min(this.#time.minTime, timestamp);
      this.#waiting.add(this.#options.side, key, timestamp, value);
    }
  }

  /** Hands on alone what can meet no partner any more. */
  #emitUnjoined({ headers }: StreamRecord<K, unknown>): void {
    const time = this.#time;
    const { windows } = this.#options;
    if (this.#waiting === undefined) return;
    const closesMs = this.#afterMs + windows.graceMs;
    // Kafka Streams takes "none waits" for the largest number: a sum with it overflows, and the vain look counts as one.
    const isVain = time.minTime === Number.POSITIVE_INFINITY && closesMs > 0;
    if (!isVain && time.minTime + closesMs >= time.streamTime) return;
    const now = this.#context.now();
    if (now < time.nextEmission) return;
    time.nextEmission = now + this.#context.emitIntervalMs;
    time.minTime = Number.POSITIVE_INFINITY;
    const isOpen = { left: false, right: false };
    for (const { side, key, timestamp, values } of this.#waiting.all()) {
      time.minTime = timestamp;
      if (isOpen.left && isOpen.right) break;
      const lookBackMs = side === 'left' ? windows.afterMs : windows.beforeMs;
      if (timestamp + lookBackMs + windows.graceMs >= time.streamTime) {
        isOpen[side] = true;
        // Kafka Streams looks at each value by itself: the look ends at the second one of the row that is open, too.
        if (isOpen.left && isOpen.right && values.length > 1) break;
        continue;
      }
      for (const value of values) {
        const joined = side === 'left' ? this.#joiner(value, null, key) : this.#joiner(null, value, key);
        this.#next({ key, value: defined(joined), timestamp, headers });
      }
      this.#waiting.remove(side, key, timestamp);
    }
  }

  #join(own: unknown, other: unknown, key: K): VO {
    return defined(this.#options.side === 'left' ? this.#joiner(own, other, key) : this.#joiner(other, own, key));
  }
}
