import type { ValueAndTimestamp } from '../record.js';
import type { OperatorContext } from '../runtime/operator-context.js';
import type { TimestampedKeyValueStore } from '../stores/state-store.js';

/** Reads what a table holds for a key now; undefined where it holds nothing. */
type ValueGetter<K, V> = (key: K) => ValueAndTimestamp<V> | undefined;

/** How a join reads a table: by its store, or by computing from the stores of the tables that it is made of. */
export interface ValueGetterSupplier<K, V> {
  /** The stores that it reads. */
  readonly stores: () => readonly string[];
  readonly open: (context: OperatorContext) => ValueGetter<K, V>;
}

export function storeGetter<K, V>(store: () => string): ValueGetterSupplier<K, V> {
  return {
    stores: () => [store()],
    open(context) {
      const opened = context.store<TimestampedKeyValueStore<K, V>>(store());
      return (key) => opened.get(key);
    },
  };
}
