import { byId, fillList, make, setClass, setHidden, setText, setTitle } from './dom.js';
import { linkTo, placeTitle, viewOf } from './places.js';
import type { Check, Severity, Signal, Signals } from './signal-state.js';
import { PastSignals } from './signals-past.js';
import { checkSigns, severitySigns } from './signs.js';

/** What is said: what is wrong under its alert, or without one what is not as it should be yet. */
interface Told extends Omit<Signal, 'alert'> {
  readonly alert: string | null;
}

/** More at a time nobody reads. */
const mostTold = 3;

/** What is to be said, the newest cause first. */
export function toldSignals({ signals, recovery }: Signals): Told[] {
  return recovery === null ? [...signals] : [...signals, { alert: null, severity: 'note', ...recovery }];
}

/** 'Critical · ScorerDown · since 12:03:20' */
export function sinceInWords({ alert, severity, since }: Told): string {
  const { word } = severitySigns[severity];
  const at = `since ${new Date(since).toLocaleTimeString('en-GB')}`;
  return alert === null ? `${word} · ${at}` : `${word} · ${alert} · ${at}`;
}

/** Whether all is well: what is wrong in sentences, each with the way to where it is seen, and what is looked at. */
export class SignalsStrip {
  readonly #past = new PastSignals(byId('signals-past'));
  #heard = '';

  update(state: Signals | null): void {
    setHidden(byId('signals-panel'), state === null);
    if (state === null) return;
    const { checks } = state;
    const told = toldSignals(state);
    setClass(byId('signals-panel'), `signals panel ${told[0] === undefined ? 'is-well' : `is-${told[0].severity}`}`);
    const verdict = byId('signals-verdict');
    setHidden(verdict, told.length > 0);
    setText(verdict, verdictOf(checks));
    fillList(byId('signals-told'), told.slice(0, mostTold), makeSignal, fillSignal);
    fillList(byId('checks'), checks, makeCheck, fillCheck);
    this.#past.update(state.past);
    this.#announce(told[0]);
  }

  /** Read out once, however its figures go on changing. */
  #announce(told: Told | undefined): void {
    const heard = told === undefined ? '' : `${told.alert} ${told.since}`;
    if (heard === this.#heard) return;
    this.#heard = heard;
    const said = told === undefined ? 'All is well again' : `${severitySigns[told.severity].word}: ${told.sentence}`;
    setText(byId('signal-announcer'), said);
  }
}

function verdictOf(checks: readonly Check[]): string {
  const unknown = checks.filter(({ state }) => state === 'unknown').length;
  if (checks.length === unknown) return 'Nothing is known yet';
  // As a bad day of the model's: worth a look, and nothing that anybody has to do something about.
  const watched = checks.filter(({ state }) => state === 'affected').map(({ name }) => name.toLowerCase());
  if (watched.length > 0) return `No alarm; an eye on ${watched.join(', ')}`;
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

function fillSignal(element: Element, told: Told): void {
  const { severity, place, sentence } = told;
  setClass(element, `is-${severity}`);
  const [sign, said, about, where] = element.children;
  if (!(sign && said instanceof HTMLElement && about && where instanceof HTMLAnchorElement)) return;
  setText(sign, severitySigns[severity].shape);
  setText(said, sentence);
  setTitle(said, sentence);
  setText(about, sinceInWords(told));
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

function fillCheck(element: Element, { name, place, state, figure, about }: Check): void {
  setClass(element, `check is-${state}`);
  const [before] = element.children;
  if (!(before instanceof HTMLAnchorElement)) return;
  const link = before.dataset.to === place ? before : linkOf(place);
  if (link !== before) before.replaceWith(link);
  const [sign, title, now, word] = link.children;
  if (!(sign && title && now && word)) return;
  const { shape, word: inWord } = checkSigns[state];
  setText(sign, shape);
  setText(title, name);
  setText(now, figure);
  setText(word, `, ${inWord}`);
  setTitle(link, `${about} Now ${inWord}. Leads to ${placeTitle(place)}.`);
}

function linkOf(place: string): HTMLAnchorElement {
  const link = linkTo(place);
  link.dataset.to = place;
  // Of lateness there is no other panel.
  if (place === 'live/lateness') link.dataset.place = place;
  const sign = make('span', 'sign');
  sign.setAttribute('aria-hidden', 'true');
  link.replaceChildren(sign, make('span', 'name'), make('span', 'now'), make('span', 'unseen'));
  return link;
}

const severities: readonly Severity[] = ['critical', 'warning', 'note'];

/** A sign at the link of each view in which something is wrong: that of the worst. */
export function markViews(state: Signals | null): void {
  const told = state === null ? [] : toldSignals(state);
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#view-links a')) {
    const here = told.filter(({ place }) => `#${viewOf(place)}` === link.hash).map(({ severity }) => severity);
    const worst = severities.find((severity) => here.includes(severity));
    if (link.dataset.sign === worst) continue;
    link.querySelector('.view-sign')?.remove();
    if (worst === undefined) {
      delete link.dataset.sign;
      continue;
    }
    link.dataset.sign = worst;
    const { shape, word } = severitySigns[worst];
    const mark = make('span', 'view-sign');
    const sign = make('span', '', shape);
    sign.setAttribute('aria-hidden', 'true');
    mark.append(sign, make('span', 'unseen', `, ${word.toLowerCase()}`));
    link.append(mark);
  }
}
