import { KitError } from '#shared/errors';

/** Figures as one event of a stream: made once for all who see them, and compared with what they were. */
export class StreamedFigures {
  readonly #event: string;
  readonly #failedEvent: string;
  readonly #figures: () => unknown;
  #message = '';
  /** The message as it is sent, once somebody has asked for it. */
  #bytes: Buffer | undefined;
  #isNew = false;

  /** `failedEvent` is sent in the event's place, with a sentence, where `figures` throws. */
  constructor(event: string, failedEvent: string, figures: () => unknown) {
    this.#event = event;
    this.#failedEvent = failedEvent;
    this.#figures = figures;
  }

  /** The event as the last refresh made it: encoded once, however many it is sent to. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.#message);
    return this.#bytes;
  }

  /** Whether the last refresh made another event than the one before it. */
  get isNew(): boolean {
    return this.#isNew;
  }

  /** Makes the event for all who see it. */
  refresh(): void {
    const message = this.make();
    this.#isNew = message !== this.#message;
    if (!this.#isNew) return;
    this.#message = message;
    this.#bytes = undefined;
  }

  /** Nobody sees it any more: whatever is made next is new. */
  forget(): void {
    this.#message = '';
    this.#bytes = undefined;
    this.#isNew = false;
  }

  /** The event of now, for one who has just come. */
  make(): string {
    try {
      return `event: ${this.#event}\ndata: ${JSON.stringify(this.#figures())}\n\n`;
    } catch (error) {
      // A fault in a demo's own columns must not end the run: the page says it instead of figures.
      const { message } = KitError.from(error, 'internal', "making the live page's figures");
      return `event: ${this.#failedEvent}\ndata: ${JSON.stringify({ message })}\n\n`;
    }
  }
}
