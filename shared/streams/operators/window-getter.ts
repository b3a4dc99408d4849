import type { Windowed } from '../record.js';
import type { SessionStore, TimestampedWindowStore } from '../stores/state-store.js';
import type { ValueGetterSupplier } from './value-getter.js';

/** Reads a windowed aggregate by windowed key. */
export function windowGetter(store: string): ValueGetterSupplier<unknown, unknown> {
  return {
    stores: () => [store],
    open(context) {
      const opened = context.store<TimestampedWindowStore<unknown, unknown>>(store);
      return (windowed) => {
        // The keys of a windowed table are windowed.
        const { key, window } = windowed as Windowed<unknown>;
        return opened.get(key, window.start);
      };
    },
  };
}

/** Reads an aggregate of sessions by windowed key; its time is the session's end. */
export function sessionGetter(store: string): ValueGetterSupplier<unknown, unknown> {
  return {
    stores: () => [store],
    open(context) {
      const opened = context.store<SessionStore<unknown, unknown>>(store);
      return (windowed) => {
        const { key, window } = windowed as Windowed<unknown>;
        const value = opened.get(key, window);
        return value === undefined ? undefined : { value, timestamp: window.end };
      };
    },
  };
}
