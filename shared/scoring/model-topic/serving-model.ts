import { KitError } from '#shared/errors';
import type { BatchScorer, ExchangeableScorer, ScoredRow } from '#shared/streams';
import type { Model } from '../model.js';
import { settled } from '../settled.js';
import { CallDelay } from './call-delay.js';
import { type Comparison, ComparisonCount } from './comparison.js';
import { Shadow } from './shadow.js';
import { votesOf, withVotes } from './vote.js';

/** A model, and how many tasks score with it. */
interface Held {
  readonly model: Model;
  leases: number;
}

interface Champion extends Held {
  publishedAt: number | undefined;
}

/** A challenger that votes, and how it compares with the champion. */
interface Voter extends Held {
  readonly count: ComparisonCount;
}

/** What a task has acquired: champion and voter stay the same until it releases them. */
interface Lease extends BatchScorer<object> {
  readonly held: Held;
  readonly voter: Voter | undefined;
}

/** Rows of the stream that are kept to try a new version on. */
const RECENT_ROWS = 64;

/**
 * The model that serves, exchanged between two transactions of a task: those that have the old one go on with it until they
 * commit, and when none has it any more it is closed.
 */
export class ServingModel implements ExchangeableScorer<object> {
  #held: Champion;
  #voter: Voter | undefined;
  #shadow: Shadow | undefined;
  readonly #recent: object[] = [];
  #recentAt = 0;
  readonly #onCall: Model['onCall'];
  readonly #delay = new CallDelay();
  #closing: Promise<void> = Promise.resolve();

  /** `publishedAt`, milliseconds since the epoch; undefined for a model that nobody has published. */
  constructor(first: Model, publishedAt: number | undefined, onCall?: Model['onCall']) {
    this.#onCall = onCall;
    this.#attend(first);
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
    return this.#voter?.count.comparison ?? this.#shadow?.comparison;
  }

  /** Rows that were scored lately. */
  get recent(): readonly object[] {
    return this.#recent;
  }

  acquire(): Lease {
    const held = this.#held;
    const voter = this.#voter;
    held.leases += 1;
    if (voter) voter.leases += 1;
    const { name, version } = held.model;
    return { held, voter, name, version, score: (rows) => this.#score(held, voter, rows) };
  }

  release(scorer: BatchScorer<object>): void {
    // Whatever acquired it got a lease.
    const { held, voter } = scorer as Lease;
    for (const each of voter ? [held, voter] : [held]) {
      each.leases -= 1;
      this.#closeIfLeft(each);
    }
  }

  /** From now on this one is acquired. */
  exchange(next: Model, publishedAt: number | undefined): void {
    const old = this.#held;
    this.#attend(next);
    this.#held = { model: next, publishedAt, leases: 0 };
    // It was compared with the old one.
    this.#shadow?.reset(next.card.labels);
    this.#voter?.count.reset();
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

  /** Has it vote on each row from the next lease on, in place of whoever did; undefined ends that. */
  elect(challenger: Model | undefined): void {
    const old = this.#voter;
    this.#voter = challenger && {
      model: challenger,
      leases: 0,
      count: new ComparisonCount(challenger),
    };
    if (old !== undefined) this.#closeIfLeft(old);
  }

  /** Has each call of what serves, whichever model that is, take so much longer; 0 ends it at once. */
  slowDown(ms: number): void {
    this.#delay.set(ms);
  }

  async close(): Promise<void> {
    this.slowDown(0);
    this.challenge(undefined);
    for (const each of this.#voter ? [this.#held, this.#voter] : [this.#held]) this.#closeLater(each.model.close());
    await this.#closing;
  }

  #attend(model: Model): void {
    model.onCall = this.#onCall;
    model.beforeCall = this.#delay.wait;
  }

  async #score(held: Held, voter: Voter | undefined, rows: readonly object[]): Promise<(ScoredRow | KitError)[]> {
    const voting = voter && votesOf(voter.model, held.model.card.labels, rows);
    const scored = await held.model.score(rows);
    for (const [index, row] of rows.slice(0, RECENT_ROWS).entries()) {
      if (scored[index] instanceof KitError) continue;
      this.#recent[this.#recentAt] = row;
      this.#recentAt = (this.#recentAt + 1) % RECENT_ROWS;
    }
    this.#shadow?.score(rows, scored);
    if (voter === undefined || voting === undefined) return scored;
    const votes = await voting;
    // What an older champion says is not what the voter is compared with.
    if (held === this.#held) voter.count.add(scored, votes);
    return withVotes(scored, votes);
  }

  #closeIfLeft(held: Held): void {
    if (held === this.#held || held === this.#voter || held.leases > 0) return;
    this.#closeLater(held.model.close());
  }

  #closeLater(closing: Promise<void>): void {
    this.#closing = settled(this.#closing, closing);
  }
}
