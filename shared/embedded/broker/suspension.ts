/** Clients give a broker up that is away for longer. */
const longestMs = 60_000;

/** Whether the broker is away. That always ends by itself: nobody who is cut off could ask for it. */
export class Suspension {
  #timer: NodeJS.Timeout | undefined;

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  begin(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), Math.min(ms, longestMs)).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
