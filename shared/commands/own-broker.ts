import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddedPair } from './embedded-pair.js';

/** The most that a broker is away at once: EmbeddedPair. */
const LONGEST_MS = 60_000;

/** What those that are told that it goes have to say first, at most: it goes all the same. */
const SAID_WITHIN_MS = 2_000;

/** Told before the broker goes, for which demo and until when; what this gives is waited for. */
export type BrokerGoing = (by: string, until: number) => Promise<void>;

/** Told when the broker is there again: which demo asked for it, or undefined where its time was over. */
export type BrokerBack = (by: string | undefined) => void;

/**
 * The broker that a run started, which all its demos share: where one of them has it away, it is away for all, and each of
 * them can ask for how long.
 */
export class OwnBroker {
  readonly #pair: Pick<EmbeddedPair, 'suspendBroker' | 'resumeBroker'>;
  readonly #listeners = new Set<BrokerBack>();
  readonly #goingListeners = new Set<BrokerGoing>();
  #goingUntil = 0;
  #until: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(pair: Pick<EmbeddedPair, 'suspendBroker' | 'resumeBroker'>) {
    this.#pair = pair;
  }

  get isAway(): boolean {
    return this.#until !== undefined;
  }

  /** Whether it is away, or is to go in a moment. */
  get isGoing(): boolean {
    return this.isAway || Date.now() < this.#goingUntil;
  }

  /** Tells all that share it that a demo is to have it away; resolves when they have said so on their own topics, or cannot. */
  async announce(by: string, until: number): Promise<void> {
    this.#goingUntil = until;
    const said = Promise.allSettled([...this.#goingListeners].map((listener) => listener(by, until)));
    await Promise.race([said, delay(SAID_WITHIN_MS, undefined, { ref: false })]);
  }

  /** Tells each time that the broker is to go, until the function that this gives is called. */
  onGoing(listener: BrokerGoing): () => void {
    this.#goingListeners.add(listener);
    return () => this.#goingListeners.delete(listener);
  }

  /**
   * Has the broker away for so many milliseconds, 60,000 at most; it comes back with all it had. Where it is away already the
   * later end counts.
   */
  suspend(ms: number): void {
    const until = Date.now() + Math.min(ms, LONGEST_MS);
    if (this.#until !== undefined && this.#until >= until) return;
    this.#until = until;
    clearTimeout(this.#timer);
    this.#pair.suspendBroker(until - Date.now());
    this.#timer = setTimeout(() => this.#isBack(undefined), until - Date.now()).unref();
  }

  /** Has the broker back before its time, or not away where that is about to be; `by` is the demo that asks for it. */
  resume(by?: string): void {
    this.#pair.resumeBroker();
    this.#isBack(by);
  }

  /** Tells each time that the broker is there again, or is to stay, until the function that this gives is called. */
  onBack(listener: BrokerBack): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #isBack(by: string | undefined): void {
    this.#until = undefined;
    this.#goingUntil = 0;
    clearTimeout(this.#timer);
    for (const listener of this.#listeners) listener(by);
  }
}
