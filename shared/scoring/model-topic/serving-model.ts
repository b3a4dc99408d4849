import { KitError } from '#shared/errors';
import type { BatchScorer, ExchangeableScorer } from '#shared/streams';
import type { Model, ModelRow } from '../model.js';
import { settled } from '../settled.js';
import { type Comparison, Shadow } from './shadow.js';

/** A model, and how many tasks score with it. */
interface Held {
  readonly model: Model;
  publishedAt: number | undefined;
  leases: number;
}

/** What a task has acquired. */
interface Lease extends BatchScorer<object> {
  readonly held: Held;
}

/** Rows of the stream that are kept to try a new version on. */
const RECENT_ROWS = 64;

/**
 * The model that serves, exchanged between two transactions of a task: those that have the old one go on with it until they
 * commit, and when none has it any more it is closed.
 */
export class ServingModel implements ExchangeableScorer<object> {
  #held: Held;
  #shadow: Shadow | undefined;
  readonly #recent: object[] = [];
  #recentAt = 0;
  #closing: Promise<void> = Promise.resolve();

  /** `publishedAt`, milliseconds since the epoch; undefined for a model that nobody has published. */
  constructor(first: Model, publishedAt: number | undefined) {
    this.#held = { model: first, publishedAt, leases: 0 };
  }

  get current(): Model {
    return this.#held.model;
  }

  /** When what serves was published; undefined where nobody has. */
  get publishedAt(): number | undefined {
    return this.#held.publishedAt;
  }

  /** How the challenger compares with what serves; undefined where there is none. */
  get comparison(): Comparison | undefined {
    return this.#shadow?.comparison;
  }

  /** Rows that were scored lately. */
  get recent(): readonly object[] {
    return this.#recent;
  }

  acquire(): Lease {
    const held = this.#held;
    held.leases += 1;
    const { model } = held;
    return { held, name: model.name, version: model.version, score: (rows) => this.#score(model, rows) };
  }

  release(scorer: BatchScorer<object>): void {
    // Whatever acquired it got a lease.
    const { held } = scorer as Lease;
    held.leases -= 1;
    this.#closeIfLeft(held);
  }

  /** From now on this one is acquired. */
  exchange(next: Model, publishedAt: number | undefined): void {
    const old = this.#held;
    this.#held = { model: next, publishedAt, leases: 0 };
    // It was compared with the old one.
    this.#shadow?.reset(next.card.labels);
    this.#closeIfLeft(old);
  }

  /** What serves was published anew. */
  republished(publishedAt: number): void {
    this.#held.publishedAt = publishedAt;
  }

  /** Scores beside what serves, for comparison alone; undefined ends that. */
  challenge(challenger: Model | undefined): void {
    const old = this.#shadow;
    this.#shadow = challenger && new Shadow(challenger, this.current.card.labels);
    if (old !== undefined) this.#closeLater(old.close());
  }

  async close(): Promise<void> {
    this.challenge(undefined);
    this.#closeLater(this.#held.model.close());
    await this.#closing;
  }

  async #score(model: Model, rows: readonly object[]): Promise<(ModelRow | KitError)[]> {
    const scored = await model.score(rows);
    for (const [index, row] of rows.slice(0, RECENT_ROWS).entries()) {
      if (scored[index] instanceof KitError) continue;
      this.#recent[this.#recentAt] = row;
      this.#recentAt = (this.#recentAt + 1) % RECENT_ROWS;
    }
    this.#shadow?.score(rows, scored);
    return scored;
  }

  #closeIfLeft(held: Held): void {
    if (held === this.#held || held.leases > 0) return;
    this.#closeLater(held.model.close());
  }

  #closeLater(closing: Promise<void>): void {
    this.#closing = settled(this.#closing, closing);
  }
}
