import { make, setClass, setHidden, setText } from './dom.js';
import { type Box, GuideArrow } from './guide-arrow.js';
import { linkTo, viewOf } from './places.js';
import { sinceInWords, toldSignals } from './signals-strip.js';
import { severitySigns, toneSigns } from './signs.js';
import type { PageState } from './snapshot.js';

/** What is said just now: of what is wrong the newest, otherwise what happened last. */
interface Told {
  readonly kind: 'critical' | 'warning' | 'note' | 'alarm' | 'good' | 'news' | 'well';
  readonly sign: string;
  readonly about: string;
  readonly sentence: string;
  readonly place: string | null;
  /** Changes with what it is about, and not with its figures. */
  readonly key: string;
}

/** How long its arrow is. */
const arrowRem = 3;

/** The guide: what has just happened in one sentence, large enough for a hall, and an arrow to where it is seen. */
export class Guide {
  readonly #root = make('aside', 'guide');
  readonly #sign = make('span', 'sign');
  readonly #sentence = make('p', 'sentence');
  readonly #about = make('p', 'about');
  readonly #arrow = new GuideArrow();
  #where = linkTo('live');
  #isOn = false;
  #told: Told | undefined;
  #state: PageState | undefined;

  constructor() {
    this.#root.setAttribute('aria-label', 'Guide');
    this.#root.hidden = true;
    this.#sign.setAttribute('aria-hidden', 'true');
    // Read out by the strips of signals and moments, each once.
    this.#root.append(this.#sign, this.#sentence, this.#about, this.#where);
    this.#arrow.root.toggleAttribute('hidden', true);
    document.body.append(this.#root, this.#arrow.root);
    for (const event of ['scroll', 'resize'] as const) {
      window.addEventListener(event, () => this.#point(), { passive: true });
    }
  }

  /** On, or off again; gives which. */
  toggle(): boolean {
    this.#isOn = !this.#isOn;
    setHidden(this.#root, !this.#isOn);
    this.#arrow.root.toggleAttribute('hidden', true);
    this.#told = undefined;
    if (this.#isOn && this.#state !== undefined) this.update(this.#state);
    return this.#isOn;
  }

  update(state: PageState): void {
    this.#state = state;
    if (!this.#isOn) return;
    const told = toldOf(state);
    const isNew = told.key !== this.#told?.key;
    this.#told = told;
    setClass(this.#root, `guide is-${told.kind}`);
    setText(this.#sign, told.sign);
    setText(this.#sentence, told.sentence);
    setText(this.#about, told.about);
    if (isNew) this.#lead(told.place);
    this.#point();
  }

  /** What is below the fold is brought into sight, once. */
  #lead(place: string | null): void {
    const link = linkTo(place ?? 'live');
    this.#where.replaceWith(link);
    this.#where = link;
    setHidden(link, place === null);
    const target = place === null ? undefined : seenAt(place);
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    target?.scrollIntoView({ block: 'nearest', behavior: isCalm ? 'auto' : 'smooth' });
  }

  #point(): void {
    const place = this.#told?.place;
    if (!this.#isOn || place === undefined || place === null) {
      this.#arrow.root.toggleAttribute('hidden', true);
      return;
    }
    const target = (seenAt(place) ?? linkOfView(place))?.getBoundingClientRect();
    const seen = target && withinWindow(target);
    if (seen !== undefined) this.#stand(seen);
    this.#arrow.point(this.#root.getBoundingClientRect(), seen);
  }

  /** Near what it points at, and where it covers nothing of it: below, or where there is no room, above. */
  #stand(target: Box): void {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const [width, height] = [this.#root.offsetWidth, this.#root.offsetHeight];
    const middle = (target.left + target.right) / 2;
    const left = Math.min(innerWidth - width - 1.5 * rem, Math.max(1.5 * rem, middle - width / 2));
    const below = target.bottom + arrowRem * rem;
    const above = target.top - arrowRem * rem - height;
    const top = below + height < innerHeight - rem || above < rem ? below : above;
    this.#root.style.left = `${Math.round(left)}px`;
    this.#root.style.top = `${Math.round(Math.min(top, innerHeight - height - rem))}px`;
    this.#root.style.bottom = 'auto';
  }
}

function toldOf({ signals, snapshot }: PageState): Told {
  const told = signals === null ? undefined : toldSignals(signals)[0];
  if (told !== undefined) {
    const { severity, alert, sentence, place, since } = told;
    const { shape } = severitySigns[severity];
    return { kind: severity, sign: shape, about: sinceInWords(told), sentence, place, key: `${alert} ${since}` };
  }
  const [moment] = snapshot.moments;
  if (moment !== undefined) {
    const { tone, text, time, place, number } = moment;
    const { shape, word } = toneSigns[tone];
    return { kind: tone, sign: shape, about: `${word} · ${time}`, sentence: text, place, key: `moment ${number}` };
  }
  return {
    kind: 'well',
    sign: severitySigns.well.shape,
    about: '',
    sentence: 'All is well, and nothing has happened yet that asks for a look.',
    place: null,
    key: 'well',
  };
}

/** The first element at a place that is seen; a moment's place is one of the board. */
function seenAt(place: string): Element | undefined {
  return [...document.querySelectorAll(`[data-place="${CSS.escape(place)}"]`)].find(
    (element) => element.getClientRects().length > 0,
  );
}

/** Where the place is in another view, the way there. */
function linkOfView(place: string): Element | null {
  return document.querySelector(`#view-links a[href="#${viewOf(place)}"]`);
}

/** Of what is taller than the window, or below it, the part that is nearest. */
function withinWindow({ left, top, right, bottom }: DOMRect): Box {
  const y = (value: number): number => Math.min(innerHeight - 8, Math.max(8, value));
  return { left, right, top: y(top), bottom: y(bottom) };
}
