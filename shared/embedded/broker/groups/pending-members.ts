/** Members that were told their id and have not joined with it yet; a generation waits for them, but not for ever. */
export class PendingMembers {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(readonly onGone: () => void) {}

  get isEmpty(): boolean {
    return this.#timers.size === 0;
  }

  get size(): number {
    return this.#timers.size;
  }

  add(memberId: string, timeoutMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(memberId);
      this.onGone();
    }, timeoutMs);
    timer.unref();
    this.#timers.set(memberId, timer);
  }

  /** False where nobody was told that id. */
  delete(memberId: string): boolean {
    clearTimeout(this.#timers.get(memberId));
    return this.#timers.delete(memberId);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
