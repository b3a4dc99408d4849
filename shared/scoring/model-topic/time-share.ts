/** A share of the time for work beside something else: what it does not use it may use later, up to a bound. */
export class TimeShare {
  readonly #share: number;
  readonly #mostMs: number;
  #leftMs: number;
  #at = performance.now();

  /** `share` of the time, from 0 to 1; at most `mostMs` are saved up. */
  constructor(share: number, mostMs: number) {
    this.#share = share;
    this.#mostMs = mostMs;
    this.#leftMs = mostMs;
  }

  /** Whether it has used all that it had. */
  get isUsedUp(): boolean {
    const now = performance.now();
    this.#leftMs = Math.min(this.#mostMs, this.#leftMs + (now - this.#at) * this.#share);
    this.#at = now;
    return this.#leftMs <= 0;
  }

  use(ms: number): void {
    this.#leftMs -= ms;
  }
}
