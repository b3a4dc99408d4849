/** What is to be ended when a run is over. */
export class Closing {
  readonly #steps: (() => Promise<void>)[] = [];
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(close: () => Promise<void>): void {
    this.#steps.push(close);
  }

  /** Adds several that end together, each in its own order. */
  addSeveral(count: number): Closing[] {
    const several = Array.from({ length: count }, () => new Closing(this.#onError));
    this.add(async () => {
      await Promise.all(several.map((each) => each.close()));
    });
    return several;
  }

  /** Ends what was added, the last first. What cannot be ended in good order must not keep the rest from ending. */
  async close(): Promise<void> {
    for (const close of this.#steps.splice(0).reverse()) await close().catch(this.#onError);
  }
}
