import type { Change, StreamRecord, Window, Windowed } from '../record.js';
import type { TimestampedWindowStore } from '../stores/state-store.js';
import type { Operator } from '../topology/graph.js';
import type { TimeWindows } from '../windows.js';
import { apart } from './aggregation.js';
import { type EmitStrategy, FinalResults } from './final-results.js';
import type { AggregateOptions } from './stream-aggregate.js';

export interface WindowAggregateOptions<K, V, VA> extends AggregateOptions<K, V, VA> {
  readonly emit: EmitStrategy;
}

/** An aggregate for each key and window of a fixed size, tumbling or hopping. Null keys are dropped, and windows that are closed. */
export function timeWindowAggregate<K, V, VA>(
  windows: TimeWindows,
  options: WindowAggregateOptions<K, V, VA>,
): Operator<K, V, Windowed<K>, Change<VA>> {
  const { initial, add } = options.aggregation;
  return (next, context) => {
    const store = context.store<TimestampedWindowStore<K, VA>>(options.store);
    const sendsOldValues = options.sendsOldValues();
    const results = new FinalResults(context, store);

    const emitFinal = (record: StreamRecord<K, V>, closeTime: number): void => {
      if (!results.isDue(closeTime)) return;
      const to = closeTime - windows.sizeMs;
      if (to < 0) return;
      const last = results.lastCloseTime;
      const from = last === undefined ? 0 : Math.max(0, last - windows.sizeMs) + 1;
      if (last !== undefined && sameWindows(windows.windowsFor(to), windows.windowsFor(from - 1))) return;
      for (const { key, start, value, timestamp } of store.fetchAll(from, to)) {
        const windowed = { key, window: { start, end: start + windows.sizeMs } };
        next({ key: windowed, value: { newValue: value, oldValue: null }, timestamp, headers: record.headers });
      }
      results.emitted(closeTime);
    };

    return (record) => {
      const { key, value, timestamp, headers } = record;
      if (key === null) return context.drop('null');
      results.observe(timestamp);
      const closeTime = results.observedStreamTime - windows.graceMs;
      for (const window of windows.windowsFor(timestamp)) {
        if (window.end <= closeTime) {
          context.drop('expired');
          continue;
        }
        const stored = store.get(key, window.start);
        const oldAggregate = stored === undefined ? initial() : stored.value;
        const oldValue = sendsOldValues
          ? apart(oldAggregate, () =>
              stored === undefined ? initial() : (store.get(key, window.start)?.value ?? null),
            )
          : null;
        const newTimestamp = stored === undefined ? timestamp : Math.max(timestamp, stored.timestamp);
        const newAggregate = add(key, value, oldAggregate);
        store.put(key, newAggregate, newTimestamp, window.start);
        if (options.emit === 'onWindowUpdate') {
          const change = { newValue: newAggregate, oldValue };
          next({ key: { key, window }, value: change, timestamp: newTimestamp, headers });
        }
      }
      if (options.emit === 'onWindowClose') emitFinal(record, closeTime);
    };
  };
}

function sameWindows(a: readonly Window[], b: readonly Window[]): boolean {
  return a.length === b.length && a.every(({ start }, index) => start === b[index]?.start);
}
