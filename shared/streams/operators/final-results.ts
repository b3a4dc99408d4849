import type { OperatorContext } from '../runtime/operator-context.js';
import type { StateStore } from '../stores/state-store.js';

/** When a windowed aggregate is handed on: with each update, or once, when its window is closed. */
export type EmitStrategy = 'onWindowUpdate' | 'onWindowClose';

const LAST_CLOSE_TIME = 'lastEmitWindowCloseTime';
const STREAM_TIME = 'observedStreamTime';

/**
 * The stream time of a windowed aggregate, and when it emits final results: not before the window-close time has moved, and
 * not more often than the emit interval lets it. Kept with the store, so that a restart changes nothing.
 */
export class FinalResults {
  readonly #context: OperatorContext;
  readonly #store: StateStore;
  #observed: number;
  #nextEmission = 0;

  constructor(context: OperatorContext, store: StateStore) {
    this.#context = context;
    this.#store = store;
    this.#observed = store.metadata(STREAM_TIME) ?? -1;
  }

  /** Milliseconds since the epoch; -1 before the first record. */
  get observedStreamTime(): number {
    return this.#observed;
  }

  observe(timestamp: number): void {
    if (timestamp <= this.#observed) return;
    this.#observed = timestamp;
    this.#store.setMetadata(STREAM_TIME, timestamp);
  }

  /** The window-close time of the last emission; undefined before the first. */
  get lastCloseTime(): number | undefined {
    return this.#store.metadata(LAST_CLOSE_TIME);
  }

  /** Whether it is time to look for windows that are closed now. */
  isDue(closeTime: number): boolean {
    const now = this.#context.now();
    if (now < this.#nextEmission) return false;
    this.#nextEmission = now + this.#context.emitIntervalMs;
    const last = this.lastCloseTime;
    return last === undefined || last < closeTime;
  }

  emitted(closeTime: number): void {
    this.#store.setMetadata(LAST_CLOSE_TIME, closeTime);
  }
}
