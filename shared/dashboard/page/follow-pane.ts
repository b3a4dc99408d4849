import type { RecordPlace } from './dead-letters.js';
import { make, setHidden, setText } from './dom.js';
import { isComplete } from './follow-complete.js';
import { counted, decimals, milliseconds } from './format.js';
import type { RecordTimes } from './record-times.js';
import { askToFollow, type FollowQuestion } from './records-client.js';
import type { FollowedRecord, FollowStep, PeekedRecord } from './records-state.js';
import { coloured, fillValue, inShort } from './records-values.js';

const titles: Readonly<Record<FollowStep['kind'], string>> = {
  input: 'What came in',
  'dead-letter': 'Could not be scored',
  features: 'What the model got',
  prediction: 'What it said',
  outcome: 'What came true',
};

/** What is still to come is looked for again and again, but not for ever. */
const againAfterMs = 2_000;
const mostAgain = 150;

interface FollowOptions {
  readonly times: () => RecordTimes;
  readonly shortName: (topic: string) => string;
  readonly goTo: (place: RecordPlace) => void;
}

/** One record followed from topic to topic: what came in, what the model got of it, what it said and why, what came true. */
export class FollowPane {
  readonly root = make('section', 'panel follow-pane');
  readonly #options: FollowOptions;
  readonly #title = make('h2', '', 'One record');
  readonly #said = make('p', 'pane-said');
  readonly #steps = make('ol', 'steps');
  #question: FollowQuestion | undefined;
  #asking: AbortController | undefined;
  #shown = '';

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#title.id = 'follow-title';
    this.root.setAttribute('aria-labelledby', 'follow-title');
    const heading = make('div', 'heading');
    heading.append(this.#title, make('p', 'window', 'from topic to topic'));
    this.#said.setAttribute('role', 'status');
    const scroll = make('div', 'follow-scroll');
    scroll.tabIndex = 0;
    scroll.setAttribute('role', 'region');
    scroll.setAttribute('aria-label', 'Steps');
    scroll.append(this.#said, this.#steps);
    this.root.append(heading, scroll);
  }

  /** Follows a record; what was shown of another one goes. */
  follow(question: FollowQuestion): void {
    this.#question = question;
    this.#shown = '';
    this.#steps.replaceChildren();
    setText(this.#title, 'id' in question ? question.id : 'One record');
    this.#say('Following it from topic to topic…');
    void this.#ask(question, 0);
  }

  async #ask(question: FollowQuestion, times: number): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const found = await askToFollow(question, asking.signal);
      if (asking.signal.aborted) return;
      this.#show(found);
      // By its id from now on: where it was seen first may be gone by then.
      if (!isComplete(found) && times < mostAgain) this.#again({ id: found.id }, times + 1);
    } catch (error) {
      if (asking.signal.aborted) return;
      const sentence = error instanceof Error ? error.message : String(error);
      if (this.#shown === '') this.#say(sentence);
      if (times < mostAgain) this.#again(question, times + 1);
    }
  }

  #again(question: FollowQuestion, times: number): void {
    const asked = this.#question;
    setTimeout(() => {
      if (asked !== this.#question) return;
      // Nobody sees it: it is looked for once somebody does.
      if (this.root.offsetParent === null || document.hidden) this.#again(question, times);
      else void this.#ask(question, times);
    }, againAfterMs);
  }

  #say(sentence: string): void {
    setText(this.#said, sentence);
    setHidden(this.#said, sentence === '');
  }

  #show(found: FollowedRecord): void {
    const state = JSON.stringify(found);
    if (state === this.#shown) return;
    this.#shown = state;
    setText(this.#title, found.id);
    const isUnknown = found.steps.every(({ record }) => record === null);
    this.#say(isUnknown ? `Nothing of ${found.id} has been read by this page, which knows the last 20,000.` : '');
    const sentAt = headerTime(found.steps.find(({ kind }) => kind === 'input')?.record ?? null);
    this.#steps.replaceChildren(...(isUnknown ? [] : found.steps.map((step) => this.#makeStep(step, sentAt))));
  }

  #makeStep(step: FollowStep, sentAt: number | undefined): HTMLElement {
    const { kind, record, missing } = step;
    const item = make('li', `step is-${record === null ? 'missing' : kind}`);
    item.append(make('h3', '', titles[kind]));
    if (record === null) {
      item.append(make('p', 'missing', missing ?? ''));
      return item;
    }
    item.append(this.#makePlace(record));
    if (step.said !== null) item.append(...this.#makeSaid(step.said, sentAt));
    if (step.cameTrue !== null) item.append(makeCameTrue(step.cameTrue));
    if (step.further > 0) {
      item.append(make('p', 'note', `The newest of ${counted(step.further + 1, 'input')} that it is made of.`));
    }
    if (step.reasons.length > 0) item.append(makeReasons(step.reasons));
    const value = make('pre', 'value');
    value.tabIndex = 0;
    value.setAttribute('role', 'region');
    value.setAttribute('aria-label', `${titles[kind]}, as a value`);
    if (step.value === null) fillValue(value, record.value);
    else value.replaceChildren(...coloured(step.value));
    item.append(value);
    return item;
  }

  #makePlace(record: PeekedRecord): HTMLElement {
    const place = make('p', 'step-place');
    const button = make(
      'button',
      'link',
      `${this.#options.shortName(record.topic)} ${record.partition}/${record.offset}`,
    );
    button.setAttribute('type', 'button');
    button.addEventListener('click', () => this.#options.goTo(record));
    place.append(button, make('span', '', this.#options.times().text(record.timestamp)));
    const sent = headerTime(record);
    if (sent !== undefined) place.append(make('span', 'aside', `sent ${clock(sent)}`));
    return place;
  }

  #makeSaid(
    { score, decision, model, scoredAt }: NonNullable<FollowStep['said']>,
    sentAt: number | undefined,
  ): HTMLElement[] {
    const said = make('p', 'step-figure');
    said.append(make('span', 'figure-score', decimals(score, 3)), make('span', 'figure-decision', decision ?? ''));
    const took = sentAt === undefined ? '' : ` · ${milliseconds(Math.max(0, scoredAt - sentAt))} ms after it was sent`;
    return [said, make('p', 'note', `${model} · scored ${clock(scoredAt)}${took}`)];
  }
}

/** When a producer sent a record, milliseconds since 1970; undefined where it does not say. */
function headerTime(record: PeekedRecord | null): number | undefined {
  const header = record?.headers.find(({ name }) => name === 'sentAt');
  const time = header === undefined ? Number.NaN : Number(inShort(header.value));
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? time : undefined;
}

function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 23)} UTC`;
}

function makeCameTrue({ text, right }: NonNullable<FollowStep['cameTrue']>): HTMLElement {
  const said = make('p', `step-figure ${right === null ? '' : right ? 'is-right' : 'is-wrong'}`);
  const verdict = right === null ? '' : right ? '✓ right' : '✗ wrong';
  said.append(make('span', 'figure-score', text), make('span', 'figure-verdict', verdict));
  return said;
}

/** Bars to both sides of nothing, each with its figure. */
function makeReasons(reasons: FollowStep['reasons']): HTMLElement {
  const most = Math.max(...reasons.map(({ contribution }) => Math.abs(contribution)), Number.MIN_VALUE);
  const list = make('ul', 'reasons');
  list.setAttribute('aria-label', 'What moved the score');
  for (const { name, contribution } of reasons) {
    const item = make('li', contribution >= 0 ? 'is-up' : 'is-down');
    const track = make('span', 'track');
    const bar = make('i');
    bar.style.width = `${((Math.abs(contribution) / most) * 50).toFixed(1)}%`;
    track.append(bar);
    track.setAttribute('aria-hidden', 'true');
    const figure = `${contribution >= 0 ? '+' : '−'}${Math.abs(contribution).toFixed(3)}`;
    item.append(make('span', 'reason', name), track, make('span', 'amount', figure));
    list.append(item);
  }
  const legend = make(
    'p',
    'note',
    'The strongest reasons: to the right what raised the score, to the left what lowered it',
  );
  const both = make('div');
  both.append(list, legend);
  return both;
}
