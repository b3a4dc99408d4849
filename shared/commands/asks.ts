import type { AskReply } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import type { RecordHeaders } from '#shared/kafka';

/** Marks a record that a page's form asked for; travels on to its prediction or dead letter, by which the reply is known. */
export const ASK_HEADER = 'ask';

/** What was asked and waits for its reply, which is read from the topics like everything else. */
export class Asks {
  readonly #waiting = new Map<string, (reply: AskReply) => void>();
  readonly #sending = new Set<Promise<void>>();
  #isClosed = false;

  /**
   * Sends a record, which must bear the id as its `ask` header, and waits for the reply until the signal says that it is
   * too late: then undefined.
   * @throws KitError of the sending; 'run-failed' where the run takes in nothing more.
   */
  async ask(id: string, send: () => Promise<void>, signal: AbortSignal): Promise<AskReply | undefined> {
    if (this.#isClosed) throw new KitError('run-failed', 'The run is ending: nothing more is taken in.');
    const reply = new Promise<AskReply | undefined>((resolve) => {
      this.#waiting.set(id, resolve);
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    try {
      // A send that hangs is too late as well.
      await Promise.race([this.#tracked(send()), reply]);
      return await reply;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Told of each prediction and dead letter; most were asked by nobody. */
  answered(headers: RecordHeaders, reply: () => AskReply): void {
    if (this.#waiting.size === 0) return;
    this.#waiting.get(headers[ASK_HEADER]?.toString() ?? '')?.(reply());
  }

  /** Takes in nothing more; resolves when what was taken in is on the topic, and so is counted with the run. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#sending);
  }

  async #tracked(sending: Promise<void>): Promise<void> {
    this.#sending.add(sending);
    try {
      await sending;
    } finally {
      this.#sending.delete(sending);
    }
  }
}
