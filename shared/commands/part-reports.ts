import type { ControlWriter, PartReport } from '#shared/control';

const REPORT_MS = 2_000;

/** What a part of a demo says of itself on the control topic: every two seconds, and when it is told to; one after the other. */
export class PartReports {
  readonly #writer: ControlWriter;
  readonly #current: () => PartReport;
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> | undefined;
  /** Whether there is something new since that one was begun. */
  #isStale = false;

  constructor(writer: ControlWriter, current: () => PartReport) {
    this.#writer = writer;
    this.#current = current;
    this.#timer = setInterval(() => this.report(), REPORT_MS);
    this.report();
  }

  report(): void {
    if (this.#writing !== undefined) {
      this.#isStale = true;
      return;
    }
    this.#isStale = false;
    // What cannot be written is seen as silence; that the cluster is gone is said by whoever sends the demo's records.
    this.#writing = this.#writer
      .report(this.#current())
      .catch(() => undefined)
      .then(() => {
        this.#writing = undefined;
        if (this.#isStale) this.report();
      });
  }

  /** The same; resolves when that is written, or cannot be. */
  async reported(): Promise<void> {
    this.report();
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Ends with the part taken from the list of those that are there. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isStale = false;
    const { role, instance } = this.#current();
    const leaving = this.#writer.leave(role, instance).catch(() => undefined);
    // A writer waits for what is on its way for a moment, and no longer.
    await this.#writer.close();
    await Promise.race([leaving, this.#writing]);
  }
}
