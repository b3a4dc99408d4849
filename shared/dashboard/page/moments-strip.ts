import { byId, fillList, make, setClass, setHidden, setText } from './dom.js';
import type { ShownMoment, Snapshot } from './snapshot.js';
import { toneSign, toneWord } from './tone.js';

/** What is read aloud needs its time: a moment that follows at once is seen, not heard. */
const quietMs = 8_000;

/** The strip of what has just happened: the newest large, what came before it smaller. */
export class MomentsStrip {
  #read = 0;
  #readAt = Number.NEGATIVE_INFINITY;

  update({ moments, about }: Snapshot): void {
    setHidden(byId('moments-panel'), !about.hasBoard);
    const [newest] = moments;
    setHidden(byId('moments-empty'), newest !== undefined);
    fillList(byId('moments'), moments, makeMoment, fillMoment);
    if (newest !== undefined) this.#announce(newest);
  }

  #announce({ number, text, tone }: ShownMoment): void {
    const now = performance.now();
    if (number === this.#read || now - this.#readAt < quietMs) return;
    this.#read = number;
    this.#readAt = now;
    setText(byId('moment-announcer'), `${toneWord[tone]}: ${text}`);
  }
}

function makeMoment(): Element {
  const moment = make('li');
  const sign = make('span', 'sign');
  sign.setAttribute('aria-hidden', 'true');
  moment.append(sign, make('p', 'text'), make('p', 'time'));
  return moment;
}

function fillMoment(element: Element, { time, text, tone }: ShownMoment): void {
  setClass(element, `is-${tone}`);
  const [sign, said, at] = element.children;
  if (!(sign && said && at)) return;
  setText(sign, toneSign[tone]);
  setText(said, text);
  setText(at, `${toneWord[tone]} · ${time}`);
}
