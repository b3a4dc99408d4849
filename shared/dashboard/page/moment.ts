import { make, setClass, setText, setTitle } from './dom.js';
import { toneSigns } from './signs.js';
import type { ShownMoment } from './snapshot.js';

/** What stands where no moment has come yet. */
export const nothingYet = 'Nothing has happened yet that asks for a look';

/** An item of a list of moments. */
export function makeMoment(): Element {
  const moment = make('li');
  const sign = make('span', 'sign');
  sign.setAttribute('aria-hidden', 'true');
  moment.append(sign, make('p', 'text'), make('p', 'time'));
  return moment;
}

export function fillMoment(element: Element, { time, text, tone }: ShownMoment): void {
  setClass(element, `is-${tone}`);
  const [sign, said, at] = element.children;
  if (!(sign && said instanceof HTMLElement && at)) return;
  setText(sign, toneSigns[tone].shape);
  setText(said, text);
  setTitle(said, text);
  setText(at, `${toneSigns[tone].word} · ${time}`);
}
