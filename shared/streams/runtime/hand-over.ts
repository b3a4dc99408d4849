/**
 * What a member does before it joins its group anew: everything that was processed is committed, and nothing more is
 * processed until the group has shared its partitions, so that nobody does it again.
 */
export class HandOver {
  #waiting: (() => void)[] = [];
  #isDone = false;

  /** Whether somebody waits for the commit. */
  get isWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether everything is committed, and the group is about to share its partitions. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Resolves when everything is committed, or nobody waits for it any more. */
  begin(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Everything is committed. */
  done(): void {
    this.#isDone = this.isWanted;
    this.#release();
  }

  /** The group has shared its partitions, with or without the commit; or the member ends. */
  over(): void {
    this.#isDone = false;
    this.#release();
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
