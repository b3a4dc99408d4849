import { addStyle, byId, setHidden, setText } from './dom.js';
import type { Snapshot } from './snapshot.js';

/** What a demo's `page/board.ts` exports. */
interface BoardModule {
  /** Builds the board, once; what it gives back draws a state of it. */
  readonly mount: (root: HTMLElement) => (state: unknown) => void;
}

/** The demo's own part of the page: its script and its style are fetched once, then it draws each state. */
export class BoardPanel {
  readonly #root = byId('board');
  #loading = false;
  #draw: ((state: unknown) => void) | undefined;
  #newest: Snapshot | undefined;
  #staleSince: number | null = null;

  /** `staleSince`: when the last news came, where none can come now; milliseconds since 1970. */
  update(snapshot: Snapshot, staleSince: number | null = null): void {
    const stale = byId('board-stale');
    setHidden(stale, staleSince === null);
    if (staleSince !== null) {
      const at = new Date(staleSince).toLocaleTimeString('en-GB');
      setText(stale, `No news since ${at}: this is how it was then.`);
    }
    byId('board-panel').toggleAttribute('data-stale', staleSince !== null);
    this.#newest = snapshot;
    this.#staleSince = staleSince;
    setHidden(byId('board-panel'), !snapshot.about.hasBoard);
    if (!snapshot.about.hasBoard) return;
    if (!this.#loading) {
      this.#loading = true;
      this.#load().catch((error: unknown) => this.#fail(error));
    }
    if (snapshot.boardFault !== null) this.#say(snapshot.boardFault);
    if (this.#draw === undefined || snapshot.board === null) return;
    try {
      this.#draw(snapshot.board);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #load(): Promise<void> {
    const at = (file: string): string => new URL(`board/${file}`, document.baseURI).href;
    const [{ mount }] = await Promise.all([
      // The demo's own file, compiled against the same parts: this is the one thing that it must export.
      import(at('board.js')) as Promise<BoardModule>,
      addStyle(at('board.css')),
    ]);
    this.#draw = mount(this.#root);
    setHidden(byId('board-waiting'), true);
    if (this.#newest !== undefined) this.update(this.#newest, this.#staleSince);
  }

  /** A board that fails is not drawn any more, and what it drew half is taken away; the rest of the page goes on. */
  #fail(error: unknown): void {
    this.#draw = undefined;
    this.#root.replaceChildren();
    setHidden(byId('board-waiting'), true);
    this.#say(
      `The board cannot be drawn: ${error instanceof Error ? error.message : String(error)}. Reload the page to try again.`,
    );
  }

  #say(sentence: string): void {
    const fault = byId('board-fault');
    setText(fault, sentence);
    setHidden(fault, false);
  }
}
