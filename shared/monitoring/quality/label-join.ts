import {
  type Key,
  type KeyValueStore,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  type StreamRecord,
} from '#shared/streams';
import type { KnownOutcome, Said, Side } from './labelled.js';
import { versionKey } from './positive-labels.js';
import type { LabelledBy } from './quality-reporter.js';

/** A side that waits for the other one. */
type Waiting = Side & {
  /** Ascending in the order in which they came. */
  readonly turn: number;
  /** Milliseconds since 1970, event time. */
  readonly at: number;
};

export const WAITING = 'waiting';

/** By the unit's id. */
export const waitingStore = keyValueStore<string, Waiting>({ name: WAITING });

/**
 * Meets what was said of a unit with what became of it, whichever comes first, each unit once. Units wait by their number,
 * not by event time as in a window: of a demo that plays as fast as it can one side may be weeks ahead of the other, and a
 * window would close before they meet. Of more than `limit` the one that has waited longest is given up.
 */
export class LabelJoin implements Processor<Key, Side, Key, LabelledBy> {
  readonly #limit: number;
  /** Turns by id, the oldest first. */
  readonly #turns = new Map<string, number>();
  #next = 0;
  #context: ProcessorContext<Key, LabelledBy> | undefined;
  #store: KeyValueStore<string, Waiting> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  init(context: ProcessorContext<Key, LabelledBy>): void {
    this.#context = context;
    this.#store = context.getStateStore<KeyValueStore<string, Waiting>>(WAITING);
    const kept = Array.from(this.#store.all(), ([id, { turn }]) => [id, turn] as const);
    for (const [id, turn] of kept.toSorted(([, one], [, other]) => one - other)) {
      this.#turns.set(id, turn);
      this.#next = turn + 1;
    }
  }

  process({ key: id, value: side, timestamp }: StreamRecord<Key, Side>): void {
    if (id === null) return;
    const waiting = this.#store?.get(id) ?? null;
    // The same side again, as of a prediction that was written twice: the first one goes on waiting.
    if (waiting !== null && 'said' in waiting === 'said' in side) return;
    if (waiting === null) {
      this.#wait(id, { ...side, turn: this.#next++, at: timestamp });
      return;
    }
    this.#forget(id);
    const [said, known] = [saidOf(side) ?? saidOf(waiting), knownOf(side) ?? knownOf(waiting)];
    if (said === undefined || known === undefined || !known.counts) return;
    const [champion] = said;
    for (const each of said) {
      const { modelName, modelVersion } = champion ?? each;
      const inWordsOf = versionKey(modelName, modelVersion);
      const labelled = { ...each, inWordsOf, wasPositive: known.positive, firstLap: known.firstLap };
      this.#context?.forward({ key: id, value: labelled, timestamp: Math.max(timestamp, waiting.at) });
    }
  }

  #wait(id: string, waiting: Waiting): void {
    this.#turns.set(id, waiting.turn);
    this.#store?.put(id, waiting);
    if (this.#turns.size <= this.#limit) return;
    const [oldest] = this.#turns.keys();
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(id: string): void {
    this.#turns.delete(id);
    this.#store?.delete(id);
  }
}

const saidOf = (side: Side): readonly Said[] | undefined => ('said' in side ? side.said : undefined);
const knownOf = (side: Side): KnownOutcome | undefined => ('known' in side ? side.known : undefined);
