import type { Change, StreamRecord, Window, Windowed } from '../record.js';
import type { SessionStore } from '../stores/state-store.js';
import type { Operator } from '../topology/graph.js';
import type { SessionWindows } from '../windows.js';
import { apart } from './aggregation.js';
import { FinalResults } from './final-results.js';
import type { WindowAggregateOptions } from './time-window-aggregate.js';

export interface SessionAggregateOptions<K, V, VA> extends WindowAggregateOptions<K, V, VA> {
  readonly merge: (key: K, one: VA | null, two: VA | null) => VA | null;
}

/** An aggregate for each key and session. Null keys are dropped, and records whose session would be closed already. */
export function sessionWindowAggregate<K, V, VA>(
  windows: SessionWindows,
  options: SessionAggregateOptions<K, V, VA>,
): Operator<K, V, Windowed<K>, Change<VA>> {
  const { initial, add } = options.aggregation;
  return (next, context) => {
    const store = context.store<SessionStore<K, VA>>(options.store);
    const sendsOldValues = options.sendsOldValues();
    const results = new FinalResults(context, store);
    const isFinal = options.emit === 'onWindowClose';

    const forward = (record: StreamRecord<K, V>, window: Window, oldValue: VA | null, newValue: VA | null): void => {
      if (isFinal) return;
      const change = { newValue, oldValue: sendsOldValues ? oldValue : null };
      next({ key: { key: record.key, window }, value: change, timestamp: window.end, headers: record.headers });
    };

    const emitFinal = ({ headers }: StreamRecord<K, V>, closeTime: number): void => {
      if (!results.isDue(closeTime)) return;
      const to = closeTime - 1;
      const from = Math.max(0, results.lastCloseTime ?? 0);
      if (to < 0 || to < from) return;
      for (const { key, window, value } of store.findSessionsEnding(from, to)) {
        next({ key: { key, window }, value: { newValue: value, oldValue: null }, timestamp: window.end, headers });
      }
      results.emitted(closeTime);
    };

    const process = (record: StreamRecord<K, V>, closeTime: number): void => {
      const { key, value, timestamp } = record;
      const found = store.findSessions(key, timestamp - windows.gapMs, timestamp + windows.gapMs);
      let aggregate = initial();
      let [start, end] = [timestamp, timestamp];
      // A merger may change what it is given.
      const oldValues = found.map(({ window, value: old }) =>
        sendsOldValues ? apart<VA | null>(old, () => store.get(key, window) ?? null) : null,
      );
      for (const session of found) {
        aggregate = options.merge(key, aggregate, session.value);
        start = Math.min(start, session.window.start);
        end = Math.max(end, session.window.end);
      }
      if (end < closeTime) {
        context.drop('expired');
        return;
      }
      if (start !== timestamp || end !== timestamp) {
        for (const [index, { window }] of found.entries()) {
          store.remove(key, window);
          forward(record, window, oldValues[index] ?? null, null);
        }
      }
      aggregate = add(key, value, aggregate);
      const window = { start, end };
      if (aggregate === null) store.remove(key, window);
      else store.put(key, window, aggregate);
      forward(record, window, null, aggregate);
    };

    return (record) => {
      if (record.key === null) return context.drop('null');
      results.observe(record.timestamp);
      const closeTime = results.observedStreamTime - windows.graceMs - windows.gapMs;
      process(record, closeTime);
      if (isFinal) emitFinal(record, closeTime);
    };
  };
}
