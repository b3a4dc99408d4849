import { KitError } from '#shared/errors';
import type { Change, StreamRecord, Windowed } from '../record.js';
import type { SuppressBuffer } from '../stores/suppress-buffer.js';
import type { Operator } from '../topology/graph.js';
import type { ValueGetterSupplier } from './value-getter.js';

/** When updates that are held back are let go, and what happens when there are too many of them. */
export interface SuppressOptions {
  /** 'window-end': a window's end decides; 'record': the time of a key's first update. */
  readonly time: 'window-end' | 'record';
  /** How long after that, in stream time. */
  readonly waitMs: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly whenFull: 'emit' | 'shut-down';
  /** Windows that were never handed on need no tombstone. */
  readonly dropsTombstones: boolean;
}

const STREAM_TIME = 'observedStreamTime';

/** Holds back the updates of a table. Its stream time is that of the updates that reach it. */
export function suppress<K, V>(
  store: string,
  name: string,
  { time, waitMs, maxRecords, maxBytes, whenFull, dropsTombstones }: SuppressOptions,
): Operator<K, Change<V>, K, Change<V>> {
  return (next, context) => {
    const buffer = context.store<SuppressBuffer<K, V>>(store);
    let observed = buffer.metadata(STREAM_TIME) ?? -1;
    const letGo: Parameters<typeof buffer.evictWhile>[1] = ({ key, change, timestamp, headers, context: origin }) => {
      if (change.newValue === null && dropsTombstones) return;
      context.withRecordContext(origin, () => next({ key, value: change, timestamp, headers }));
    };
    const isFull = (): boolean => buffer.size > maxRecords || buffer.bytes > maxBytes;
    return (record: StreamRecord<K, Change<V>>) => {
      const { key, value: change, timestamp, headers } = record;
      if (timestamp > observed) {
        observed = timestamp;
        buffer.setMetadata(STREAM_TIME, observed);
      }
      // Windows alone can be waited for till they close: the builder has seen to it.
      const bufferTime = time === 'window-end' ? (key as Windowed<unknown>).window.end : timestamp;
      buffer.put(bufferTime, {
        key,
        change,
        timestamp,
        headers,
        context: context.recordContext(),
      });
      buffer.evictWhile((due) => due <= observed - waitMs, letGo);
      if (!isFull()) return;
      if (whenFull === 'emit') buffer.evictWhile(isFull, letGo);
      else {
        throw new KitError(
          'run-failed',
          `The buffer of ${name} is full: it holds ${buffer.size} updates in ${buffer.bytes} bytes, of ${maxRecords} and ${maxBytes} at most. ` +
            "Give it more room, or let it emit early with whenFull: 'emit'.",
        );
      }
    };
  };
}

/** Reads a suppressed table: what it held before the updates that are still held back. */
export function suppressGetter<K, V>(store: string, parent: ValueGetterSupplier<K, V>): ValueGetterSupplier<K, V> {
  return {
    stores: () => [store, ...parent.stores()],
    open(context) {
      const buffer = context.store<SuppressBuffer<K, V>>(store);
      const get = parent.open(context);
      return (key) => {
        const prior = buffer.prior(key);
        return prior === undefined ? get(key) : prior.value;
      };
    },
  };
}
