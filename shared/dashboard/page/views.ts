import { byId, make, setHidden, setText } from './dom.js';
import { PartView } from './part-view.js';
import { type PageState, type PartName, partNames } from './snapshot.js';

/** The live view, or one of a part. */
export type ViewName = 'live' | PartName;

export const viewTitles: Readonly<Record<ViewName, string>> = {
  live: 'Live',
  pipeline: 'Pipeline',
  records: 'Records',
  model: 'Model',
  faults: 'Faults',
};

export const viewNames: readonly ViewName[] = ['live', ...partNames];

/**
 * The views of the page, of which one is seen: each has an address of its own after the #, so that it can be linked to,
 * opened beside another, and gone back from. They are links rather than tabs, for they are places and not parts of a
 * form: a browser's own keys and menus hold for them, and a screen reader says which is the current one.
 */
export class Views {
  readonly #links = new Map<ViewName, HTMLAnchorElement>();
  readonly #parts = new Map<PartName, PartView>();
  readonly #changed: () => void;
  /** Unknown until the server's first state. */
  #there: ReadonlySet<ViewName> | undefined;
  #current: ViewName = 'live';

  /** `changed` is called when another view is seen, and when a part has something new to draw. */
  constructor(changed: () => void) {
    this.#changed = changed;
    for (const name of viewNames) this.#links.set(name, this.#makeLink(name));
    window.addEventListener('hashchange', () => this.#go());
    // Not the live view for the moment until it is known whether the one asked for is there.
    setHidden(byId('live-view'), (asked() ?? 'live') !== 'live');
  }

  get current(): ViewName {
    return this.#current;
  }

  /** The part that is seen, or that the address asks for while it is not known which there are; undefined where it is none. */
  get part(): PartName | undefined {
    const seen = this.#there === undefined ? (asked() ?? 'live') : this.#current;
    return seen === 'live' ? undefined : seen;
  }

  /** Tells a part its figures of now. */
  heard(part: PartName, state: unknown): void {
    this.#partOf(part).heard(state);
  }

  /** Tells a part that the server cannot make its figures. */
  failed(part: PartName, message: string): void {
    this.#partOf(part).failed(message);
  }

  /** The title of the window: which view of which demo. */
  titleOf(demo: string): string {
    return this.#current === 'live' ? demo : `${viewTitles[this.#current]} · ${demo}`;
  }

  /** Shows the links of the views that the server has; the first time the view that the address asks for. */
  update({ parts }: PageState): void {
    const known = this.#there;
    if (known?.size === parts.length + 1 && parts.every((part) => known.has(part))) return;
    const there = new Set<ViewName>(['live', ...parts]);
    this.#there = there;
    for (const [name, link] of this.#links) {
      if (link.parentElement !== null) setHidden(link.parentElement, !there.has(name));
    }
    setHidden(byId('views'), parts.length === 0);
    this.#current = there.has(asked() ?? 'live') ? (asked() ?? 'live') : 'live';
    this.#mark();
  }

  /** Draws the part that is seen. */
  draw(page: PageState): void {
    if (this.#current !== 'live') this.#parts.get(this.#current)?.draw(page);
  }

  /** Made when it is first seen, or heard of: its figures may be here before it is known which parts there are. */
  #partOf(name: PartName): PartView {
    const there = this.#parts.get(name);
    if (there !== undefined) return there;
    const part = new PartView(name, viewTitles[name], this.#changed);
    setHidden(part.root, name !== this.#current);
    this.#parts.set(name, part);
    return part;
  }

  #makeLink(name: ViewName): HTMLAnchorElement {
    const item = make('li');
    const link = document.createElement('a');
    link.href = `#${name}`;
    setText(link, viewTitles[name]);
    item.append(link);
    item.hidden = name !== 'live';
    byId('view-links').append(item);
    return link;
  }

  /** To what the address says, where that is a view which is there. */
  #go(): void {
    const wanted = asked();
    if (wanted === undefined || wanted === this.#current || !this.#there?.has(wanted)) return;
    this.#current = wanted;
    this.#mark();
    window.scrollTo(0, 0);
    this.#changed();
  }

  #mark(): void {
    const current = this.#current;
    document.documentElement.dataset.view = current;
    for (const [name, link] of this.#links) {
      if (name === current) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    setHidden(byId('live-view'), current !== 'live');
    if (current !== 'live') this.#partOf(current);
    for (const [name, part] of this.#parts) setHidden(part.root, name !== current);
  }
}

/** The view that the address names; an empty one names the live view. */
function asked(): ViewName | undefined {
  const name = location.hash.slice(1) || 'live';
  return viewNames.find((view) => view === name);
}
