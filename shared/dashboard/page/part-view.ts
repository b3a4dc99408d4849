import { addStyle, byId, make, setHidden, setText } from './dom.js';
import type { PageState, PartName } from './snapshot.js';

/** What a part's module, `<part>-tab.ts`, makes of its place in the page. */
export interface ViewTab<State> {
  /** Draws a state of the part, which is complete each time; `page` is what the page as a whole knows. */
  draw(state: State, page: PageState): void;
}

interface PartModule {
  /** Builds the view, once. */
  readonly mount: (root: HTMLElement) => ViewTab<unknown>;
}

/**
 * A view that is a part of its own: its script and its style are fetched when it is first looked at. Until there is something to draw it says so, and where it fails it says what went wrong; the rest
 * of the page goes on.
 */
export class PartView {
  readonly root: HTMLElement;
  readonly #part: PartName;
  readonly #content = make('div', 'view-content');
  readonly #said = make('p', 'view-said');
  readonly #changed: () => void;
  #tab: ViewTab<unknown> | undefined;
  #newest: { readonly state: unknown } | undefined;
  #broken = false;

  constructor(part: PartName, title: string, changed: () => void) {
    this.#part = part;
    this.#changed = changed;
    this.root = make('section', 'view part');
    this.root.id = `${part}-view`;
    this.root.dataset.place = part;
    this.root.setAttribute('aria-label', title);
    this.#content.hidden = true;
    this.#said.setAttribute('role', 'status');
    this.root.append(this.#said, this.#content);
    byId('content').append(this.root);
    this.#say('loading', `Loading ${title}`);
    this.#load().catch((error: unknown) => this.#fail(error));
  }

  /** The part's figures of now. */
  heard(state: unknown): void {
    this.#newest = { state };
    this.#changed();
  }

  /** The server cannot make the part's figures. */
  failed(message: string): void {
    if (this.#broken) return;
    this.#newest = undefined;
    this.#say('failed', message);
  }

  /** Draws the newest state, if there is one and the module is here. */
  draw(page: PageState): void {
    if (this.#tab === undefined || this.#newest === undefined || this.#broken) return;
    try {
      this.#tab.draw(this.#newest.state, page);
      setHidden(this.#content, false);
      setHidden(this.#said, true);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #load(): Promise<void> {
    const at = (file: string): string => new URL(file, import.meta.url).href;
    const [{ mount }] = await Promise.all([
      // The part's own module, compiled with this one: this is the one thing that it must export.
      import(at(`${this.#part}-tab.js`)) as Promise<PartModule>,
      addStyle(at(`${this.#part}.css`)),
    ]);
    this.#tab = mount(this.#content);
    this.#changed();
  }

  /** A view that fails is not drawn any more, and what it drew half is taken away. */
  #fail(error: unknown): void {
    this.#broken = true;
    this.#content.replaceChildren();
    const reason = error instanceof Error ? error.message : String(error);
    this.#say('failed', `This view cannot be drawn: ${reason}. Reload the page to try again.`);
  }

  #say(kind: 'loading' | 'failed', sentence: string): void {
    this.#said.dataset.kind = kind;
    setText(this.#said, sentence);
    setHidden(this.#said, false);
    setHidden(this.#content, true);
  }
}
