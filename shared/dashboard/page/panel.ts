import { make } from './dom.js';

/** A panel of a view, with its heading; `window` is what its figures are of. */
export interface Panel {
  readonly root: HTMLElement;
  readonly window: HTMLElement;
}

/** Makes a panel at a place, by which it is lit up and pointed at. */
export function makePanel(place: string, title: string, tag: 'section' | 'figure' = 'section'): Panel {
  const root = make(tag, 'panel');
  const id = `${place.replaceAll('/', '-')}-title`;
  root.dataset.place = place;
  root.setAttribute('aria-labelledby', id);
  const heading = make(tag === 'figure' ? 'figcaption' : 'div', 'heading');
  const name = make('h2', '', title);
  name.id = id;
  const window = make('p', 'window');
  heading.append(name, window);
  root.append(heading);
  return { root, window };
}
