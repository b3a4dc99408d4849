import { setText } from './dom.js';
import { count, counted } from './format.js';
import type { DrawnBox, PipelineState, Waiting } from './pipeline-state.js';
import { makeSvg, makeSvgText, pressInto, setAttribute } from './svg.js';

/** Lengths that the server's layout is made for. */
const stepHeight = 21;
const storeHeight = 25;
const padding = 8;
const inset = 12;
const barHeight = 18;
const mostBars = 12;

/** What a kind of box is called where it is read out. */
const kinds: Readonly<Record<DrawnBox['kind'], string>> = {
  producer: 'producer',
  topic: 'topic',
  operators: 'operators',
  'dead-letters': 'topic',
  page: 'this page',
};

/** A box of the picture: a topic, operators that follow each other, or an end. It is gone to by keyboard, and pressed. */
export class PipelineBoxView {
  readonly root: SVGGElement;
  readonly box: DrawnBox;
  readonly #note: SVGTextElement | undefined;
  readonly #bars: readonly SVGRectElement[];
  readonly #failures = new Map<number, SVGTextElement>();
  readonly #leftOut = new Map<number, SVGTextElement>();
  readonly #entries = new Map<string, SVGTextElement>();
  readonly #texts: { readonly text: SVGTextElement; readonly room: number }[] = [];
  readonly #sign: SVGGElement;

  constructor(box: DrawnBox) {
    this.box = box;
    const { x, y, width, height, kind } = box;
    this.root = makeSvg('g', {
      class: `box ${kind}`,
      transform: `translate(${x} ${y})`,
      tabindex: 0,
      role: 'button',
      'aria-pressed': 'false',
    });
    const isLog = kind === 'topic' || kind === 'dead-letters';
    // By which it is lit up and pointed at.
    this.root.dataset.place = kind === 'topic' ? `pipeline/${box.topic}` : `pipeline/${kind}`;
    this.root.append(makeSvg('rect', { class: 'ground', width, height, rx: isLog ? 12 : 6 }));
    if (isLog) {
      // A log that is written to at its end.
      for (const at of [5, 9]) this.root.append(makeSvg('path', { class: 'log', d: `M${at} 13V${height - 13}` }));
    }
    if (kind === 'operators') this.#addSteps();
    else this.#addTitle();
    this.#note = isLog ? this.#addNote() : undefined;
    this.#bars = Array.from({ length: kind === 'topic' ? mostBars : 0 }, () =>
      makeSvg('rect', { class: 'bar', width: 5 }),
    );
    this.root.append(...this.#bars);
    this.#sign = makeSign(width);
    this.root.append(this.#sign);
  }

  /** To be called once it is in the document. */
  pressTexts(): void {
    for (const { text, room } of this.#texts) pressInto(text, room);
  }

  update(state: PipelineState): void {
    const waiting = state.waiting[this.box.id];
    const isStuck = waiting?.isStuck ?? false;
    const isSlow = this.box.steps.some(({ node }) => state.slow[node] !== undefined);
    // Those of long ago are nothing to look at.
    const hasLetters = this.box.kind === 'dead-letters' && (state.deadLetters.perSecond ?? 0) > 0;
    setAttribute(
      this.root,
      'class',
      `box ${this.box.kind}${isStuck ? ' stuck' : ''}${isSlow ? ' slow' : ''}${hasLetters ? ' letters' : ''}`,
    );
    setAttribute(this.#sign, 'visibility', isStuck || isSlow ? 'visible' : 'hidden');
    if (this.#note !== undefined) setText(this.#note, spaced(this.#noteOf(state, waiting)));
    this.#drawBars(waiting);
    for (const [node, text] of this.#failures) {
      const failed = state.failed[node] ?? 0;
      const slow = state.slow[node];
      const said = [
        ...(slow === undefined ? [] : [`${slow.toFixed(slow < 1 ? 2 : 1)} s a call`]),
        ...(failed === 0 ? [] : [`${count(failed)} failed`]),
      ];
      setText(text, spaced(said.join(', ')));
      const leftOut = state.leftOut[node] ?? 0;
      const left = this.#leftOut.get(node);
      if (left !== undefined)
        setText(left, spaced(leftOut === 0 || said.length > 0 ? '' : `${count(leftOut)} left out`));
    }
    for (const [store, text] of this.#entries) {
      const entries = state.stores[store];
      setText(text, spaced(entries === undefined ? '' : count(entries)));
    }
    setAttribute(this.root, 'aria-label', this.#inWords(`${isStuck ? ', stuck' : ''}${isSlow ? ', slow' : ''}`));
  }

  #addTitle(): void {
    const { width, height, kind, title } = this.box;
    const isEnd = kind === 'producer' || kind === 'page';
    const text = makeSvgText(
      spaced(title),
      isEnd ? { class: 'title end', x: width / 2, y: height / 2 } : { class: 'title', x: 18, y: 23 },
    );
    this.#texts.push({ text, room: width - (isEnd ? 12 : 28) });
    this.root.append(text);
  }

  #addNote(): SVGTextElement {
    const note = makeSvgText('', { class: 'note', x: 18, y: 42 });
    this.root.append(note);
    return note;
  }

  #addSteps(): void {
    const { width, steps, stores } = this.box;
    steps.forEach(({ words, name, node }, at) => {
      const y = padding + at * stepHeight;
      const isScore = name.startsWith('KSTREAM-SCORE-');
      if (isScore) {
        this.root.append(
          makeSvg('rect', { class: 'score', x: 5, y: y + 1, width: width - 10, height: stepHeight - 2, rx: 4 }),
        );
      }
      const text = makeSvgText(spaced(words), { class: isScore ? 'step scoring' : 'step', x: inset, y: y + 15.5 });
      const failure = makeSvgText('', { class: 'failure', x: width - inset + 4, y: y + 15.5 });
      const leftOut = makeSvgText('', { class: 'entries', x: width - inset + 4, y: y + 15.5 });
      this.#texts.push({ text, room: width - 2 * inset });
      this.#failures.set(node, failure);
      this.#leftOut.set(node, leftOut);
      this.root.append(text, failure, leftOut);
    });
    stores.forEach((store, at) => {
      const y = padding + steps.length * stepHeight + at * storeHeight;
      const entries = makeSvgText('', { class: 'entries', x: width - inset, y: y + 17 });
      const text = makeSvgText(spaced(store), { class: 'store', x: inset + 20, y: y + 17 });
      this.#texts.push({ text, room: width - 2 * inset - 20 - Math.min(48, width / 3) });
      this.#entries.set(store, entries);
      this.root.append(makeCylinder(inset, y + 5), text, entries);
    });
  }

  #noteOf({ deadLetters }: PipelineState, waiting: Waiting | undefined): string {
    if (this.box.kind === 'dead-letters') return counted(deadLetters.total, 'record');
    if (waiting === undefined) return this.box.isInternal ? 'in between' : 'topic';
    return `lag ${waiting.records < 100_000 ? count(waiting.records) : `${count(waiting.records / 1_000)} k`}`;
  }

  /** One bar for each partition, higher by the logarithm of what waits there. */
  #drawBars(waiting: Waiting | undefined): void {
    const partitions = waiting?.partitions ?? [];
    const shown = partitions.length > mostBars ? [] : partitions;
    this.#bars.forEach((bar, at) => {
      const records = shown[at];
      setHiddenBar(bar, records === undefined);
      if (records === undefined) return;
      const height = records === null ? 1 : Math.min(barHeight, 1.5 + 4 * Math.log10(1 + records));
      setAttribute(bar, 'x', this.box.width - 12 - (shown.length - at) * 7);
      setAttribute(bar, 'y', 44 - height);
      setAttribute(bar, 'height', height);
    });
  }

  /** What is read out: all that stands in the box, and what it is. */
  #inWords(state: string): string {
    const texts = Array.from(this.root.querySelectorAll('text'), ({ textContent }) => textContent.trim());
    const what = this.box.isInternal ? 'topic' : kinds[this.box.kind];
    return `${texts.filter((text) => text !== '').join(' ')}; ${what}${state}`;
  }
}

/** Texts of a box follow each other without anything between them: whoever reads them out needs to know where one ends. */
function spaced(text: string): string {
  return text === '' ? '' : `${text} `;
}

function setHiddenBar(bar: SVGRectElement, hidden: boolean): void {
  setAttribute(bar, 'visibility', hidden ? 'hidden' : 'visible');
}

/** The sign for what a store is everywhere. */
function makeCylinder(x: number, y: number): SVGPathElement {
  return makeSvg('path', {
    class: 'cylinder',
    d: `M${x} ${y + 3}c0 -4 13 -4 13 0v9c0 4 -13 4 -13 0zm0 0c0 4 13 4 13 0`,
  });
}

/** A triangle with an exclamation mark at a box's corner: that it is stuck is not said by a colour alone. */
function makeSign(width: number): SVGGElement {
  const sign = makeSvg('g', { class: 'sign', transform: `translate(${width - 8} -12)`, visibility: 'hidden' });
  sign.append(
    makeSvg('path', { d: 'M0 20L12 -1L24 20Z' }),
    makeSvg('path', { class: 'mark', d: 'M12 6V13M12 16V17.5' }),
  );
  return sign;
}
