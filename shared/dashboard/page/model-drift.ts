import { fillList, make, setClass, setHidden, setText } from './dom.js';
import { count, counted, decimals } from './format.js';
import { Distribution } from './model-distribution.js';
import type { Drift, InputDrift, ModelState } from './model-state.js';
import { makePanel } from './panel.js';

/** What the bars can show; the figure beside a bar says what is beyond. */
const scaleEnd = 0.5;

const words: Readonly<Record<InputDrift['state'], string>> = {
  drifted: 'not as in training',
  drifting: 'not as in training just now',
  over: 'as in training again',
  moved: 'a little off',
  'as trained': 'as in training',
  unknown: 'not known yet',
};

/** How far each input is from training, as bars; the one that is chosen opens into how it is distributed. */
export class DriftPanel {
  readonly root: HTMLElement;
  readonly #window: HTMLElement;
  readonly #said = make('p', 'model-note');
  readonly #blank = make('div', 'blank');
  readonly #list = make('ul', 'drift-inputs');
  readonly #legend = make('ul', 'legend drift-legend');
  readonly #body = make('div', 'drift-body');
  readonly #distribution = new Distribution();
  #chosen: string | undefined;
  #state: ModelState | undefined;

  constructor() {
    const { root, window } = makePanel('model/drift', 'Drift of the inputs');
    this.root = root;
    this.#window = window;
    root.classList.add('model-drift');
    this.#blank.append(make('h2'), make('p'));
    const bars = make('div', 'drift-bars');
    bars.append(this.#list, this.#legend);
    this.#body.append(bars, this.#distribution.root);
    fillLegend(this.#legend);
    root.append(this.#said, this.#blank, this.#body);
  }

  draw(state: ModelState): void {
    this.#state = state;
    const { drift, monitor } = state;
    const isTold = drift !== null && monitor.state !== 'off';
    setHidden(this.#blank, isTold);
    setHidden(this.#body, !isTold);
    const isFine = monitor.state === 'at work' || !isTold;
    setHidden(this.#said, isFine);
    setText(this.#said, isFine ? '' : monitor.sentence);
    setText(this.#window, isTold ? windowOf(drift) : '');
    if (isTold) this.#drawInputs(drift);
    else this.#drawBlank(state);
  }

  #drawBlank({ monitor }: ModelState): void {
    const [title, sentence] = this.#blank.children;
    if (!(title && sentence)) return;
    setText(title, monitor.state === 'off' ? 'Not measured' : 'Nothing to compare yet');
    setText(sentence, monitor.state === 'at work' ? 'The first figures come after a thousand rows.' : monitor.sentence);
  }

  #drawInputs(drift: Drift): void {
    const { inputs } = drift;
    const chosen = inputs.find(({ name }) => name === this.#chosen) ?? inputs[0];
    fillList(
      this.#list,
      inputs,
      () => this.#makeInput(),
      (element, input) => fillInput(element, input, input === chosen),
    );
    this.#distribution.draw(chosen, drift.recentRows);
  }

  #makeInput(): Element {
    const item = make('li');
    const button = make('button', 'drift-input');
    button.setAttribute('type', 'button');
    const bar = make('span', 'drift-bar');
    bar.setAttribute('aria-hidden', 'true');
    bar.append(make('i', 'index'), make('i', 'recent'), make('i', 'mark first'), make('i', 'mark second'));
    button.append(
      make('span', 'name'),
      bar,
      make('span', 'figure-index'),
      make('span', 'figure-recent'),
      make('span', 'state'),
    );
    button.addEventListener('click', () => {
      this.#chosen = button.dataset.input;
      if (this.#state !== undefined) this.draw(this.#state);
    });
    item.append(button);
    return item;
  }
}

function windowOf({ model, rows, recentRows }: Drift): string {
  const recent = recentRows === null ? '' : `, and of the newest ${count(recentRows)}`;
  return `${model} · how far from training, 0 is as there: population stability index of ${count(rows)} rows${recent}`;
}

function fillLegend(legend: HTMLElement): void {
  const entries: [string, string][] = [
    ['swatch block in-measure', 'all rows of the window'],
    ['swatch tick in-positive', 'the newest rows alone'],
    ['swatch thin in-soft', '0.1 a little off'],
    ['swatch dashed in-bad', '0.25 not as in training'],
    ['swatch nothing', 'bars end at 0.5; the figure says what is beyond'],
  ];
  for (const [swatch, text] of entries) {
    const item = make('li');
    item.append(make('span', swatch), make('span', '', text));
    legend.append(item);
  }
}

function fillInput(element: Element, input: InputDrift, chosen: boolean): void {
  const [button] = element.children;
  if (!(button instanceof HTMLElement)) return;
  const [name, bar, index, recent, state] = button.children;
  if (!(name && bar && index && recent && state)) return;
  button.dataset.input = input.name;
  button.setAttribute('aria-pressed', String(chosen));
  setClass(
    button,
    `drift-input is-${input.state.replace(' ', '-')}${input.seasonal ? ' is-seasonal' : ''}${swings(input) ? ' swings' : ''}`,
  );
  setText(name, input.name);
  setText(index, decimals(input.index, 2));
  setText(recent, input.recent === null ? '' : `now ${decimals(input.recent, 2)}`);
  setText(state, stateOf(input));
  const [whole, newest] = bar.children;
  if (whole instanceof HTMLElement) setLength(whole, 'width', input.index);
  if (newest instanceof HTMLElement) {
    setHidden(newest, input.recent === null);
    setLength(newest, 'left', input.recent);
  }
}

function stateOf(input: InputDrift): string {
  const { state, seasonal, unknown } = input;
  const parts = [seasonal ? 'moves with the season' : words[state]];
  if (state === 'as trained' && swings(input)) parts[0] = `${words[state]}, by turns`;
  if (unknown > 0) parts.push(`${counted(unknown, 'value')} it does not know`);
  return parts.join(' · ');
}

/** Whether the newest rows are far from training by themselves, as of some hours alone. */
function swings({ recentLimit }: InputDrift): boolean {
  return recentLimit !== null && recentLimit > scaleEnd;
}

function setLength(element: HTMLElement, side: 'width' | 'left', index: number | null): void {
  const length = `${Math.round(1_000 * Math.min(1, (index ?? 0) / scaleEnd)) / 10}%`;
  if (element.style[side] !== length) element.style[side] = length;
}
