import { type Key, type KeyValueStore, keyValueStore, type Processor, type ProcessorContext } from '#shared/streams';
import type { Known, Landing } from './features.js';
import type { Outcome } from './topics.js';

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

/** Joins a flight, and what else is known, with the last landing of its aircraft; null where none is known. */
export const withLanding = (): Processor<Key, Omit<Known, 'landing'>, Key, Known> => {
  let context: ProcessorContext<Key, Known>;
  let landings: KeyValueStore<string, Landing>;
  return {
    init(given) {
      context = given;
      landings = context.getStateStore(LAST_LANDINGS);
    },
    process({ key, value, timestamp }) {
      const { tailnum } = value.flight;
      const landing = tailnum === null ? null : landings.get(keyOf(key, tailnum));
      context.forward({ key, value: { ...value, landing }, timestamp });
    },
  };
};
