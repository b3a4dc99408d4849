import { byId, fillList, make, setClass, setHidden, setText, setTitle } from './dom.js';
import { linkTo, placeTitle, viewOf } from './places.js';
import { severitySign, severityWord } from './severity.js';
import type { Check, Signal, Signals } from './signal-state.js';

const checkSign: Readonly<Record<Check['state'], string>> = { well: '✓', wrong: '▲', unknown: '–' };
const checkWord: Readonly<Record<Check['state'], string>> = {
  well: 'as it should be',
  wrong: 'not as it should be',
  unknown: 'not known',
};

/** More at a time nobody reads. */
const mostTold = 3;

/** Whether all is well: what is wrong in sentences, each with the way to where it is seen, and what is looked at. */
export class SignalsStrip {
  #heard = '';

  update(state: Signals | null): void {
    setHidden(byId('signals-panel'), state === null);
    if (state === null) return;
    const { signals, checks } = state;
    setClass(byId('signals-panel'), `signals panel ${signals.length === 0 ? 'is-well' : `is-${signals[0]?.severity}`}`);
    const verdict = byId('signals-verdict');
    setHidden(verdict, signals.length > 0);
    setText(verdict, verdictOf(checks));
    fillList(byId('signals-told'), signals.slice(0, mostTold), makeSignal, fillSignal);
    fillList(byId('checks'), checks, makeCheck, fillCheck);
    this.#announce(signals[0]);
  }

  /** Read out once, however its figures go on changing. */
  #announce(signal: Signal | undefined): void {
    const heard = signal === undefined ? '' : `${signal.alert} ${signal.since}`;
    if (heard === this.#heard) return;
    this.#heard = heard;
    const said = signal === undefined ? 'All is well again' : `${severityWord[signal.severity]}: ${signal.sentence}`;
    setText(byId('signal-announcer'), said);
  }
}

function verdictOf(checks: readonly Check[]): string {
  const unknown = checks.filter(({ state }) => state === 'unknown').length;
  if (checks.length === unknown) return 'Nothing is known yet';
  return unknown === 0 ? 'All is well' : 'All is well, as far as is known';
}

function makeSignal(): Element {
  const item = make('li');
  const sign = make('span', 'sign');
  sign.setAttribute('aria-hidden', 'true');
  const link = linkTo('live');
  link.className = 'where';
  item.append(sign, make('p', 'sentence'), make('p', 'about'), link);
  return item;
}

function fillSignal(element: Element, signal: Signal): void {
  const { alert, severity, place, sentence, since } = signal;
  setClass(element, `is-${severity}`);
  const [sign, said, about, where] = element.children;
  if (!(sign && said instanceof HTMLElement && about && where instanceof HTMLAnchorElement)) return;
  setText(sign, severitySign[severity]);
  setText(said, sentence);
  setTitle(said, sentence);
  setText(about, `${severityWord[severity]} · ${alert} · since ${new Date(since).toLocaleTimeString('en-GB')}`);
  if (where.dataset.to === place) return;
  const link = linkTo(place);
  link.className = 'where';
  link.dataset.to = place;
  where.replaceWith(link);
}

function makeCheck(): Element {
  const item = make('li');
  const link = linkTo('live');
  item.append(link);
  return item;
}

function fillCheck(element: Element, { name, place, state, figure }: Check): void {
  setClass(element, `check is-${state}`);
  const [before] = element.children;
  if (!(before instanceof HTMLAnchorElement)) return;
  const link = before.dataset.to === place ? before : linkOf(place);
  if (link !== before) before.replaceWith(link);
  const [sign, title, now, word] = link.children;
  if (!(sign && title && now && word)) return;
  setText(sign, checkSign[state]);
  setText(title, name);
  setText(now, figure);
  setText(word, `, ${checkWord[state]}`);
}

function linkOf(place: string): HTMLAnchorElement {
  const link = linkTo(place);
  link.dataset.to = place;
  link.title = placeTitle(place);
  // Of lateness there is no other panel.
  if (place === 'live/lateness') link.dataset.place = place;
  const sign = make('span', 'sign');
  sign.setAttribute('aria-hidden', 'true');
  link.replaceChildren(sign, make('span', 'name'), make('span', 'now'), make('span', 'unseen'));
  return link;
}

/** A sign at the link of each view in which something is wrong. */
export function markViews(signals: readonly Signal[]): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#view-links a')) {
    const worst = signals.find(({ place }) => `#${viewOf(place)}` === link.hash)?.severity;
    if (link.dataset.sign === worst) continue;
    link.querySelector('.view-sign')?.remove();
    if (worst === undefined) {
      delete link.dataset.sign;
      continue;
    }
    link.dataset.sign = worst;
    const mark = make('span', 'view-sign');
    const sign = make('span', '', severitySign[worst]);
    sign.setAttribute('aria-hidden', 'true');
    mark.append(sign, make('span', 'unseen', `, ${severityWord[worst].toLowerCase()}`));
    link.append(mark);
  }
}
