import type { ShownMoment, Tone } from './snapshot.js';

const litForMs = 6_000;

/** Lights up, for a while, what a moment is about: every element of the page whose `data-place` is the moment's place. */
export class Spotlight {
  readonly #lit = new Map<string, { readonly tone: Tone; readonly until: number }>();
  #seen: number | undefined;
  /** Where somebody wants to be led, until it is there: a view that is looked at for the first time takes a moment. */
  #wanted: string | undefined;
  /** To which of its elements that has been done: what belongs to a place may come one after the other. */
  readonly #led = new Set<Element>();

  /** Lights up a place that somebody has asked to be shown, brings it into sight, and opens what is behind it. */
  light(place: string, tone: Tone = 'news'): void {
    this.#wanted = place;
    this.#led.clear();
    this.#lit.set(place, { tone, until: performance.now() + litForMs });
    setTimeout(() => this.#show(), litForMs + 50);
    this.#show();
  }

  /** After each drawing: a board, or a view, may have given a place to another element. */
  update(moments: readonly ShownMoment[]): void {
    const newest = moments[0]?.number ?? 0;
    // What happened before the page was opened is told in the strip, and is no longer news.
    const seen = this.#seen ?? newest;
    this.#seen = newest;
    const until = performance.now() + litForMs;
    // The oldest first: of two moments at one place the newer one's tone holds.
    for (const { number, place, tone } of [...moments].reverse()) {
      if (number > seen && place !== null) this.#lit.set(place, { tone, until });
    }
    if (newest > seen) setTimeout(() => this.#show(), litForMs + 50);
    if (this.#lit.size > 0) this.#show();
  }

  #show(): void {
    const now = performance.now();
    for (const [place, { until }] of this.#lit) if (until <= now) this.#lit.delete(place);
    if (this.#wanted !== undefined && !this.#lit.has(this.#wanted)) {
      this.#wanted = undefined;
      this.#led.clear();
    }
    for (const element of document.querySelectorAll<HTMLElement | SVGElement>('[data-place]')) {
      const tone = this.#lit.get(element.dataset.place ?? '')?.tone;
      if (element.dataset.place === this.#wanted && element.checkVisibility()) this.#lead(element);
      if (element.dataset.lit === tone) continue;
      if (tone === undefined) delete element.dataset.lit;
      else element.dataset.lit = tone;
    }
  }

  #lead(element: HTMLElement | SVGElement): void {
    if (this.#led.has(element)) return;
    this.#led.add(element);
    element.scrollIntoView({ block: 'nearest' });
    if (element instanceof HTMLButtonElement) element.click();
  }
}
