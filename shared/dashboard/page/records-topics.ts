import { fillList, make, setClass, setHidden, setText, setTitle } from './dom.js';
import { count, counted, rate } from './format.js';
import type { PeekTopic, TopicKind } from './records-state.js';

const kindsInWords: Readonly<Record<TopicKind, string>> = {
  input: 'input',
  'side-input': 'joined with it',
  predictions: '',
  output: 'written as well',
  outcomes: 'what came true',
  'dead-letters': 'not scored',
  replays: 'sent again',
  features: 'what the model got',
  models: 'published versions',
  status: 'heartbeats',
  control: 'what is switched',
  monitoring: '',
  changelog: '',
  repartition: '',
  other: '',
};

const groups: readonly { readonly title: string; readonly kinds: readonly TopicKind[] }[] = [
  {
    title: 'The demo',
    kinds: ['input', 'side-input', 'predictions', 'output', 'outcomes', 'dead-letters', 'replays', 'features', 'other'],
  },
  { title: 'Around it', kinds: ['models', 'status', 'control'] },
  { title: 'Monitoring', kinds: ['monitoring'] },
  { title: 'Kept by its applications', kinds: ['repartition', 'changelog'] },
];

/** What of a topic's name is not the same for all. */
export function shortName(topic: string, demo: string): string {
  const at = topic.indexOf(`${demo}.`);
  return at < 0 ? topic : topic.slice(at + demo.length + 1);
}

/** The topics that can be looked into, of which one is; each says how fast it grows. */
export class TopicList {
  readonly root = make('nav', 'panel topics');
  readonly #lists = new Map<string, { readonly title: HTMLElement; readonly list: HTMLElement }>();
  readonly #problem = make('p', 'problem');
  readonly #choose: (topic: string) => void;

  constructor(choose: (topic: string) => void) {
    this.#choose = choose;
    this.root.setAttribute('aria-label', 'Topics');
    const heading = make('div', 'heading');
    heading.append(make('h2', '', 'Topics'), make('p', 'window', 'offsets a second'));
    this.#problem.setAttribute('role', 'status');
    const scroll = make('div', 'topics-scroll');
    for (const { title } of groups) {
      const parts = { title: make('h3', '', title), list: make('ul') };
      this.#lists.set(title, parts);
      scroll.append(parts.title, parts.list);
    }
    const legend = make('p', 'note legend-note', 'The marks of transactions have offsets too: a topic grows by them.');
    this.root.append(heading, this.#problem, scroll, legend);
  }

  update(topics: readonly PeekTopic[], problem: string | null, chosen: string | undefined, demo: string): void {
    setText(this.#problem, problem ?? '');
    setHidden(this.#problem, problem === null);
    for (const { title, kinds } of groups) {
      const parts = this.#lists.get(title);
      const own = topics.filter(({ kind }) => kinds.includes(kind));
      if (parts === undefined) continue;
      setHidden(parts.title, own.length === 0);
      fillList(
        parts.list,
        own,
        () => this.#makeItem(),
        (item, topic) => fillItem(item, topic, chosen, demo),
      );
    }
  }

  #makeItem(): Element {
    const item = make('li');
    const button = make('button', 'topic');
    button.append(make('span', 'name'), make('span', 'kind'), make('span', 'speed'));
    button.addEventListener('click', () => this.#choose(button.dataset.topic ?? ''));
    item.append(button);
    return item;
  }
}

function fillItem(item: Element, topic: PeekTopic, chosen: string | undefined, demo: string): void {
  const [button] = item.children;
  if (!(button instanceof HTMLElement)) return;
  const [name, kind, speed] = button.children;
  if (!(name && kind && speed)) return;
  const isChosen = topic.name === chosen;
  button.dataset.topic = topic.name;
  if (topic.kind === 'dead-letters') button.dataset.place = 'records/dead-letters';
  else delete button.dataset.place;
  if (isChosen) button.setAttribute('aria-current', 'true');
  else button.removeAttribute('aria-current');
  const held = topic.ends.reduce((sum, end, index) => sum + end - (topic.begins[index] ?? 0), 0);
  setClass(button, `topic${held === 0 ? ' is-empty' : ''}`);
  setText(name, shortName(topic.name, demo));
  setText(kind, kindsInWords[topic.kind]);
  // Known once its ends have been seen twice.
  setText(speed, held === 0 ? 'empty' : topic.perSecond === null ? '' : rate(topic.perSecond));
  setTitle(button, `${topic.name}: ${counted(topic.ends.length, 'partition')}, ${count(held)} offsets`);
}
