/** The element with this id in index.html; throws where page and script do not fit together. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null)
    throw new Error(`finding #${id} in the page: found nothing; reload to fetch page and script anew`);
  return element;
}

/** The first element inside `parent` that matches; throws where page and script do not fit together. */
export function within(parent: HTMLElement, selector: string): HTMLElement {
  const element = parent.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`finding ${selector} in #${parent.id}: found nothing; reload the page`);
  return element;
}

/** A new element with a class and text; text is never read as markup. */
export function make(tag: string, className = '', text = ''): HTMLElement {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  if (text !== '') element.textContent = text;
  return element;
}

/** Sets text only where it changes: most of the page stands still between two updates. */
export function setText(element: Element, text: string): void {
  const node = element.firstChild;
  // The node that is there is used again: making one costs more than all else of an update.
  if (node instanceof Text && node.nextSibling === null) {
    if (node.data !== text) node.data = text;
  } else if (element.textContent !== text) element.textContent = text;
}

/** Sets text of which what stands between backticks is code. */
export function setCodeText(element: Element, text: string): void {
  const pieces = text.split('`');
  if (element.textContent === pieces.join('')) return;
  element.replaceChildren(...pieces.map((piece, index) => (index % 2 === 0 ? piece : make('code', '', piece))));
}

/** The whole of what may be cut where it is shown. */
export function setTitle(element: HTMLElement, title: string): void {
  if (element.title !== title) element.title = title;
}

export function setClass(element: Element, className: string): void {
  if (element.className !== className) element.className = className;
}

export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Fills a list with one element an item: what is there is used again, what is missing made, what is too many removed. */
export function fillList<T>(
  list: Element,
  items: readonly T[],
  create: () => Element,
  fill: (element: Element, item: T) => void,
): void {
  while (list.childElementCount > items.length) list.lastElementChild?.remove();
  while (list.childElementCount < items.length) list.append(create());
  items.forEach((item, i) => {
    const element = list.children[i];
    if (element !== undefined) fill(element, item);
  });
}

/** Fetches a style sheet, and resolves once it holds: what is built before would be laid out twice. */
export function addStyle(href: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.addEventListener('load', () => resolve());
    link.addEventListener('error', () => reject(new Error(`fetching ${href}: found nothing that is a style`)));
    document.head.append(link);
  });
}
