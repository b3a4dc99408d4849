import { make } from './dom.js';
import { EventTimes } from './format.js';
import type { ViewTab } from './part-view.js';
import { RecordTimes } from './record-times.js';
import { RecordsPane } from './records-pane.js';
import type { PeekTopic, RecordsState } from './records-state.js';
import { plainColumns } from './records-table.js';
import { shortName, TopicList } from './records-topics.js';
import type { PageState } from './snapshot.js';

/** Builds the view of records: the demo's topics, what lies on the one that is chosen, and one record whole. */
export function mount(root: HTMLElement): ViewTab<RecordsState> {
  return new RecordsTab(root);
}

class RecordsTab implements ViewTab<RecordsState> {
  readonly #topics = new TopicList((topic) => this.#choose(topic));
  readonly #pane: RecordsPane;
  #times = timesOf('UTC');
  #chosen: string | undefined;
  #newest: { readonly state: RecordsState; readonly page: PageState } | undefined;

  constructor(root: HTMLElement) {
    const times = (): RecordTimes => this.#times;
    this.#pane = new RecordsPane({
      times,
      columns: plainColumns(times),
      actions: () => [],
      empty: 'Nothing lies on this topic yet: what comes is shown once you look again, or follow it.',
    });
    const view = make('div', 'records-view');
    view.append(this.#topics.root, this.#pane.root);
    root.append(view);
  }

  draw(state: RecordsState, page: PageState): void {
    this.#newest = { state, page };
    const { eventTimeZone } = page.snapshot.about;
    if (this.#times.timeZone !== eventTimeZone) this.#times = timesOf(eventTimeZone);
    const chosen = state.topics.find(({ name }) => name === this.#chosen) ?? state.topics[0];
    this.#topics.update(state.topics, state.problem, chosen?.name, page.name);
    if (chosen !== undefined) this.#open(chosen, page);
  }

  #choose(topic: string): void {
    this.#chosen = topic;
    if (this.#newest !== undefined) this.draw(this.#newest.state, this.#newest.page);
  }

  #open(topic: PeekTopic, { name, snapshot }: PageState): void {
    this.#chosen = topic.name;
    this.#pane.open(topic, shortName(topic.name, name), snapshot.event.time);
  }
}

function timesOf(timeZone: string): RecordTimes {
  const times = new EventTimes(timeZone);
  return new RecordTimes(timeZone, (ms) => times.offset(ms));
}
