import { fillList, make, setHidden, setText } from './dom.js';
import { count, counted, none, rate } from './format.js';
import { makePanel } from './panel.js';
import type { DrawnBox, PipelineDrawing, PipelineState } from './pipeline-state.js';
import { nameOf } from './pipeline-table.js';

type Drawn = PipelineState & { readonly drawing: PipelineDrawing };

/** What is known of the box that was chosen. */
export class PipelineDetails {
  readonly root: HTMLElement;
  readonly #window: HTMLElement;
  readonly #empty = make('p', 'empty', 'Choose a box of the picture to see what it is made of');
  readonly #facts = make('dl', 'pipeline-facts');

  constructor() {
    const { root, window } = makePanel('pipeline/details', 'In a box');
    this.root = root;
    this.#window = window;
    root.classList.add('pipeline-details');
    root.append(this.#empty, this.#facts);
  }

  update(state: Drawn, chosen: string | undefined): void {
    const box = state.drawing.boxes.find(({ id }) => id === chosen);
    setHidden(this.#empty, box !== undefined);
    setHidden(this.#facts, box === undefined);
    setText(this.#window, box === undefined ? '' : nameOf(box));
    const facts = box === undefined ? [] : factsOf(box, state);
    fillList(
      this.#facts,
      facts,
      () => {
        const fact = make('div');
        fact.append(make('dt'), make('dd'));
        return fact;
      },
      (element, [name, value]) => {
        const [term, description] = element.children;
        if (term === undefined || description === undefined) return;
        setText(term, name);
        setText(description, value);
      },
    );
  }
}

type Fact = readonly [name: string, value: string];

function factsOf(box: DrawnBox, state: Drawn): Fact[] {
  const { links } = state.drawing;
  const sum = (end: 'from' | 'to'): number | null => {
    const flows = links.flatMap((link, at) =>
      link[end] === box.id && link.kind !== 'store' ? [state.flows[at] ?? null] : [],
    );
    const known = flows.filter((flow) => flow !== null);
    return known.length === 0 ? null : known.reduce((total, flow) => total + flow, 0);
  };
  const perSecond = (value: number | null): string => (value === null ? none : `${rate(value)} records a second`);
  const rates: Fact[] = [
    ['Comes in', perSecond(sum('to'))],
    ['Goes on', perSecond(sum('from'))],
  ];
  switch (box.kind) {
    case 'operators':
      return [...rates, ...box.steps.map((step): Fact => stepFact(step, state)), ...storeFacts(box, state)];
    case 'topic':
      return [['Topic', box.topic], ...rates, ...waitingFacts(box, state)];
    case 'dead-letters':
      return [
        ['Put aside', counted(state.deadLetters.total, 'record')],
        [
          'Why',
          'a record that cannot be read, or fails in an operator, is kept here as it came, and the rest flows on',
        ],
      ];
    case 'producer':
      return [['Sends', perSecond(sum('from'))]];
    case 'page':
      return [['Reads', perSecond(sum('to'))]];
  }
}

function stepFact({ words, name, node }: DrawnBox['steps'][number], { failed, slow, leftOut }: Drawn): Fact {
  const [failures, call, left] = [failed[node] ?? 0, slow[node], leftOut[node] ?? 0];
  const said = [
    name,
    ...(call === undefined
      ? []
      : [`${call.toFixed(call < 1 ? 2 : 1)} s a call of the model, where some milliseconds are usual`]),
    ...(left === 0 ? [] : [`${counted(left, 'record')} left out by its rule, which is no loss`]),
    ...(failures === 0 ? [] : [counted(failures, 'failure')]),
  ];
  return [words, said.join(' · ')];
}

function storeFacts({ stores }: DrawnBox, state: Drawn): Fact[] {
  return stores.map((store) => {
    const entries = state.stores[store];
    return [`Store ${store}`, entries === undefined ? none : entries === 1 ? '1 entry' : `${count(entries)} entries`];
  });
}

function waitingFacts({ id }: DrawnBox, { waiting }: Drawn): Fact[] {
  const lag = waiting[id];
  if (lag === undefined) return [];
  const direction = lag.growth > 0 ? 'more' : 'fewer';
  const change = Math.abs(lag.growth) < 1 ? '' : `, ${count(Math.abs(lag.growth))} ${direction} each second`;
  const partitions = lag.partitions.map(
    (records, partition) => `${partition}: ${records === null ? none : count(records)}`,
  );
  return [
    ['Waiting', `${counted(lag.records, 'record')}${change}`],
    ['By partition', partitions.join(' · ')],
  ];
}
