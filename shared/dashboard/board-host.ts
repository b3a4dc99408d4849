import { KitError } from '#shared/errors';
import type { Board, BoardDefinition, Listener, Moment } from './definition.js';

/**
 * Keeps a demo's own part of the page. A fault in its code costs what it was told just then, never the run: the page
 * says what went wrong.
 */
export class BoardHost<P, O> {
  readonly #board: Board<P, O>;
  /** How to take the records of the topics that the board listens to. */
  readonly listens: readonly Listener[];
  #fault: string | null = null;

  constructor(definition: BoardDefinition<P, O>, tell: (moment: Moment) => void) {
    this.#board = definition.create(tell);
    this.listens = (this.#board.listens ?? []).map(({ topic, take }) => ({
      topic,
      take: (value, eventTime) => this.#guarded(() => take(value, eventTime)),
    }));
  }

  /** What went wrong last; null while nothing has. */
  get fault(): string | null {
    return this.#fault;
  }

  prediction(prediction: P): void {
    this.#guarded(() => this.#board.prediction?.(prediction));
  }

  outcome(outcome: O): void {
    this.#guarded(() => this.#board.outcome?.(outcome));
  }

  /** What the board draws; null where it cannot say. */
  snapshot(): unknown {
    return this.#guarded(() => this.#board.snapshot()) ?? null;
  }

  #guarded<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      this.#fault = KitError.from(error, 'internal', "The board's own code failed; all else goes on").message;
      return undefined;
    }
  }
}
