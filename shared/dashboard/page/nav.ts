import { byId, fillList, make, setHidden, setText } from './dom.js';
import type { Sibling } from './snapshot.js';

/** The way to the overview and to the other demos; nothing where the demo is alone. */
export function updateNav(here: string, siblings: readonly Sibling[]): void {
  setHidden(byId('demos'), siblings.length === 0);
  const places = [{ href: '../', title: 'Overview', current: false }].concat(
    siblings.map(({ name, title }) => ({ href: `../${name}/`, title, current: name === here })),
  );
  fillList(byId('demo-links'), siblings.length === 0 ? [] : places, makeItem, fillItem);
}

function makeItem(): Element {
  const item = make('li');
  item.append(make('a'));
  return item;
}

function fillItem(item: Element, { href, title, current }: { href: string; title: string; current: boolean }): void {
  const [link] = item.children;
  if (!(link instanceof HTMLAnchorElement)) return;
  if (link.getAttribute('href') !== href) link.setAttribute('href', href);
  if (current) link.setAttribute('aria-current', 'page');
  setText(link, title);
}
