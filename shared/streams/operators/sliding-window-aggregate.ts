import type { Change, StreamRecord, Windowed } from '../record.js';
import type { OperatorContext } from '../runtime/operator-context.js';
import type { TimestampedWindowStore } from '../stores/state-store.js';
import type { Operator, Step } from '../topology/graph.js';
import type { SlidingWindows } from '../windows.js';
import { apart } from './aggregation.js';
import { FinalResults } from './final-results.js';
import type { WindowAggregateOptions } from './time-window-aggregate.js';

/** An aggregate for each key and each distinct set of records within a time of each other. Null keys and null values are dropped. */
export function slidingWindowAggregate<K, V, VA>(
  windows: SlidingWindows,
  options: WindowAggregateOptions<K, V, VA>,
): Operator<K, V, Windowed<K>, Change<VA>> {
  return (next, context) => {
    const aggregate = new SlidingAggregate(windows, options, context, next);
    return (record) => {
      // Its method is told that the key is there.
      if (record.key === null || record.value === null) context.drop('null');
      else aggregate.process(record);
    };
  };
}

/** What is found of the windows around a record. An aggregate that a reducer has not begun yet has no value. */
interface Neighbours<VA> {
  readonly starts: Set<number>;
  /** Of the latest window that ends before the record: it holds what the record's own window begins with. */
  left: Aggregate<VA> | undefined;
  /** Of the latest window that the record is in and that goes on after it. */
  right: Aggregate<VA> | undefined;
  leftExists: boolean;
  rightExists: boolean;
  /** The time of the latest record before this one. */
  previous: number | undefined;
}

interface Aggregate<VA> {
  readonly value: VA | null;
  readonly timestamp: number;
  /** Of the window in the store that it was found in; absent where it is new. */
  readonly start?: number;
}

class SlidingAggregate<K, V, VA> {
  readonly #windows: SlidingWindows;
  readonly #options: WindowAggregateOptions<K, V, VA>;
  readonly #context: OperatorContext;
  readonly #next: Step<Windowed<K>, Change<VA>>;
  readonly #store: TimestampedWindowStore<K, VA>;
  readonly #results: FinalResults;
  readonly #sendsOldValues: boolean;

  constructor(
    windows: SlidingWindows,
    options: WindowAggregateOptions<K, V, VA>,
    context: OperatorContext,
    next: Step<Windowed<K>, Change<VA>>,
  ) {
    this.#windows = windows;
    this.#options = options;
    this.#context = context;
    this.#next = next;
    this.#store = context.store(options.store);
    this.#results = new FinalResults(context, this.#store);
    this.#sendsOldValues = options.sendsOldValues();
  }

  process(record: StreamRecord<K, V>): void {
    const { timestamp } = record;
    const { differenceMs, graceMs } = this.#windows;
    this.#results.observe(timestamp);
    const closeTime = this.#results.observedStreamTime - graceMs;
    if (timestamp + differenceMs < closeTime) {
      this.#context.drop('expired');
      return;
    }
    if (timestamp < differenceMs) {
      this.#processEarly(record, closeTime);
      return;
    }
    this.#processLater(record, closeTime);
    if (this.#options.emit === 'onWindowClose') this.#emitFinal(record, closeTime);
  }

  #processLater(record: StreamRecord<K, V>, closeTime: number): void {
    const { key, timestamp } = record;
    const { differenceMs } = this.#windows;
    const found = neighbours<VA>();
    const stored = this.#store.fetch(key, Math.max(0, timestamp - 2 * differenceMs), timestamp + 1);
    for (const window of stored.toReversed()) {
      const { start } = window;
      const end = start + differenceMs;
      found.starts.add(start);
      if (start === timestamp + 1) {
        found.rightExists = true;
      } else if (end > timestamp) {
        found.right ??= window;
        this.#update(start, end, window, record, closeTime);
      } else if (end === timestamp) {
        found.leftExists = true;
        this.#update(start, end, window, record, closeTime);
        // A record of the same time was here before: its windows are all there.
        if (window.timestamp >= timestamp) return;
        found.previous = window.timestamp;
      } else {
        found.left = window;
        found.previous = window.timestamp;
        break;
      }
    }
    this.#createWindows(record, closeTime, found);
  }

  #createWindows(record: StreamRecord<K, V>, closeTime: number, found: Neighbours<VA>): void {
    const { timestamp } = record;
    const { differenceMs } = this.#windows;
    const { previous, left } = found;
    if (previous !== undefined && !found.starts.has(previous + 1) && previous + 1 + differenceMs >= timestamp) {
      this.#update(previous + 1, previous + 1 + differenceMs, this.#fresh(timestamp), record, closeTime);
    }
    if (!found.leftExists) {
      const begunWith = previous !== undefined && timestamp - differenceMs <= previous && left !== undefined;
      const aggregate = begunWith ? { ...left, timestamp } : this.#fresh(timestamp);
      this.#update(timestamp - differenceMs, timestamp, aggregate, record, closeTime);
    }
    if (!found.rightExists) this.#createRight(record, found.right);
  }

  /** Records before the first full window share one window from 0 on. */
  #processEarly(record: StreamRecord<K, V>, closeTime: number): void {
    const { key, timestamp } = record;
    const { differenceMs } = this.#windows;
    const found = neighbours<VA>();
    let combined: Aggregate<VA> | undefined;
    for (const window of this.#store.fetch(key, 0, timestamp + 1)) {
      const { start } = window;
      found.starts.add(start);
      if (start === 0) {
        combined = window;
        if (window.timestamp < timestamp) found.previous = window.timestamp;
      } else if (start <= timestamp) {
        found.right = window;
        this.#update(start, start + differenceMs, window, record, closeTime);
      } else {
        found.rightExists = true;
      }
    }
    if (found.right === undefined && combined !== undefined && combined.timestamp > timestamp) found.right = combined;
    if (!found.rightExists) this.#createRight(record, found.right);
    const { previous } = found;
    if (previous !== undefined && !found.starts.has(previous + 1)) {
      this.#update(previous + 1, previous + 1 + differenceMs, this.#fresh(timestamp), record, closeTime);
    }
    this.#update(0, differenceMs, combined ?? this.#fresh(timestamp), record, closeTime);
  }

  /** The window right after the record, where later records fall into it. */
  #createRight(record: StreamRecord<K, V>, right: Aggregate<VA> | undefined): void {
    const { key, timestamp } = record;
    if (right === undefined || right.timestamp <= timestamp) return;
    const start = timestamp + 1;
    this.#store.put(key, right.value, right.timestamp, start);
    this.#forward(record, start, start + this.#windows.differenceMs, null, right.value, right.timestamp);
  }

  #update(start: number, end: number, stored: Aggregate<VA>, record: StreamRecord<K, V>, closeTime: number): void {
    if (end < closeTime) {
      this.#context.drop('expired');
      return;
    }
    const { key, value, timestamp } = record;
    const oldAggregate = stored.value;
    // What was found goes on to be read: an aggregator that changes its argument gets one of its own.
    const newAggregate = this.#options.aggregation.add(
      key,
      value,
      apart(oldAggregate, () => this.#again(key, stored.start)),
    );
    const newTimestamp = oldAggregate === null ? timestamp : Math.max(timestamp, stored.timestamp);
    this.#store.put(key, newAggregate, newTimestamp, start);
    this.#forward(record, start, end, oldAggregate, newAggregate, newTimestamp);
  }

  #forward(
    { key, headers }: StreamRecord<K, V>,
    start: number,
    end: number,
    oldValue: VA | null,
    newValue: VA | null,
    timestamp: number,
  ): void {
    if (this.#options.emit === 'onWindowClose') return;
    const change = { newValue, oldValue: this.#sendsOldValues ? oldValue : null };
    this.#next({ key: { key, window: { start, end } }, value: change, timestamp, headers });
  }

  #emitFinal({ headers }: StreamRecord<K, V>, closeTime: number): void {
    const { differenceMs } = this.#windows;
    if (!this.#results.isDue(closeTime)) return;
    const to = closeTime - differenceMs - 1;
    if (to < 0) return;
    const last = this.#results.lastCloseTime;
    const from = last === undefined ? 0 : Math.max(0, last - differenceMs);
    for (const { key, start, value, timestamp } of this.#store.fetchAll(from, to)) {
      const windowed = { key, window: { start, end: start + differenceMs } };
      this.#next({ key: windowed, value: { newValue: value, oldValue: null }, timestamp, headers });
    }
    this.#results.emitted(closeTime);
  }

  #fresh(timestamp: number): Aggregate<VA> {
    return { value: this.#options.aggregation.initial(), timestamp };
  }

  #again(key: K, start: number | undefined): VA | null {
    if (start === undefined) return this.#options.aggregation.initial();
    return this.#store.get(key, start)?.value ?? null;
  }
}

function neighbours<VA>(): Neighbours<VA> {
  return {
    starts: new Set(),
    left: undefined,
    right: undefined,
    leftExists: false,
    rightExists: false,
    previous: undefined,
  };
}
