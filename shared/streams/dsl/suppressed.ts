import { KitError } from '#shared/errors';

/** How a table's updates are held back; made by `Suppressed`. */
export interface Suppression {
  readonly until: { readonly type: 'window-closes' } | { readonly type: 'time-limit'; readonly ms: number };
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly whenFull: 'emit' | 'shut-down';
  readonly logging: boolean;
}

/** How much may be held back; without limits where absent. */
export interface BufferOptions {
  readonly maxRecords?: number;
  /** Of keys and values as they are serialized. */
  readonly maxBytes?: number;
  /** Whether changes go to a changelog topic, which the buffer is restored from; true where absent. */
  readonly logging?: boolean;
}

/** What `KTable.suppress` waits for. */
export const Suppressed = {
  /** Only the final result of each window, once it is closed. A buffer that is full ends the application: there is no other way to keep the promise. */
  untilWindowCloses(options: BufferOptions = {}): Suppression {
    return { until: { type: 'window-closes' }, whenFull: 'shut-down', ...limits(options) };
  },

  /**
   * The last update of each key, a time after its first one. A buffer that is full emits early unless it is to shut down.
   * @throws KitError 'topology' for a time below 0.
   */
  untilTimeLimit(ms: number, options: BufferOptions & { readonly whenFull?: 'emit' | 'shut-down' } = {}): Suppression {
    if (!Number.isInteger(ms) || ms < 0) {
      throw new KitError(
        'topology',
        `The time limit of suppress is ${ms}; it must be a whole number of milliseconds, 0 or more.`,
      );
    }
    return { until: { type: 'time-limit', ms }, whenFull: options.whenFull ?? 'emit', ...limits(options) };
  },
} as const;

function limits({
  maxRecords = Number.POSITIVE_INFINITY,
  maxBytes = Number.POSITIVE_INFINITY,
  logging = true,
}: BufferOptions) {
  return { maxRecords, maxBytes, logging };
}
