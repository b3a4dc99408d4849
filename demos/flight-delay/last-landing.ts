import { type Key, type KeyValueStore, keyValueStore, type Processor, type ProcessorContext } from '#shared/streams';
import type { Outcome } from './topics.js';

/** How an aircraft last landed, of its flights out of one airport. */
export interface Landing {
  readonly landedAt: number;
  readonly arrivalDelay: number;
}

/** Name of the store: the last landing of each aircraft, by airport and tail number. */
export const LAST_LANDINGS = 'last-landings';
export const lastLandings = keyValueStore<string, Landing>({ name: LAST_LANDINGS });

// A task may have several airports, or one: what it knows of an aircraft must not depend on that.
const keyOf = (airport: Key, tailnum: string): string => `${airport} ${tailnum}`;

/** Keeps the landing that an outcome tells of. */
export const keepLanding = (): Processor<Key, Outcome, never, never> => {
  let landings: KeyValueStore<string, Landing>;
  return {
    init(context) {
      landings = context.getStateStore(LAST_LANDINGS);
    },
    process({ key, value: { tailnum, landedAt, arrivalDelay } }) {
      if (tailnum !== null) landings.put(keyOf(key, tailnum), { landedAt, arrivalDelay });
    },
  };
};

/** Joins each record with the last landing of its aircraft; null where none is known. */
export function withLanding<V, VR>(
  aircraft: (value: V) => string | null,
  joiner: (value: V, landing: Landing | null) => VR,
): () => Processor<Key, V, Key, VR> {
  return () => {
    let context: ProcessorContext<Key, VR>;
    let landings: KeyValueStore<string, Landing>;
    return {
      init(given) {
        context = given;
        landings = context.getStateStore(LAST_LANDINGS);
      },
      process({ key, value, timestamp }) {
        const tailnum = aircraft(value);
        const landing = tailnum === null ? null : landings.get(keyOf(key, tailnum));
        context.forward({ key, value: joiner(value, landing), timestamp });
      },
    };
  };
}
