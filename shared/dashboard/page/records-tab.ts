import { DeadLetters, type RecordPlace } from './dead-letters.js';
import { make, setHidden } from './dom.js';
import { EventTimes } from './format.js';
import type { ViewTab } from './part-view.js';
import { RecordTimes } from './record-times.js';
import { RecordsPane } from './records-pane.js';
import type { PeekTopic, RecordsState } from './records-state.js';
import { plainColumns, timeColumn } from './records-table.js';
import { shortName, TopicList } from './records-topics.js';
import type { PageState } from './snapshot.js';

/** Builds the view of records: the demo's topics, what lies on the one that is chosen, and one record whole. */
export function mount(root: HTMLElement): ViewTab<RecordsState> {
  return new RecordsTab(root);
}

class RecordsTab implements ViewTab<RecordsState> {
  readonly #topics = new TopicList((topic) => this.#choose(topic));
  readonly #letters = new DeadLetters();
  readonly #panes: Readonly<Record<'records' | 'letters', RecordsPane>>;
  #times = timesOf('UTC');
  #chosen: string | undefined;
  #newest: { readonly state: RecordsState; readonly page: PageState } | undefined;

  constructor(root: HTMLElement) {
    const times = (): RecordTimes => this.#times;
    const letters = this.#letters;
    this.#panes = {
      records: new RecordsPane({
        times,
        columns: [timeColumn(times), ...plainColumns],
        actions: () => [],
        facts: () => [],
        isTold: () => false,
        empty: 'Nothing lies on this topic yet: what comes is shown once you look again, or follow it.',
      }),
      letters: new RecordsPane({
        times,
        columns: [...letters.columns((topic) => this.#shortName(topic)), timeColumn(times)],
        actions: (record, say) => letters.actions(record, say, (place) => this.#goTo(place)),
        facts: (record) => letters.facts(record),
        isTold: (header) => letters.isTold(header),
        empty: 'No record has failed. One that cannot be decoded or scored comes to lie here, and the stream goes on.',
      }),
    };
    const view = make('div', 'records-view');
    view.append(this.#topics.root, this.#panes.records.root, this.#panes.letters.root);
    this.#panes.letters.root.dataset.place = 'records/dead-letters';
    root.append(view);
  }

  draw(state: RecordsState, page: PageState): void {
    this.#newest = { state, page };
    const { eventTimeZone } = page.snapshot.about;
    if (this.#times.timeZone !== eventTimeZone) this.#times = timesOf(eventTimeZone);
    const chosen = state.topics.find(({ name }) => name === this.#chosen) ?? state.topics[0];
    this.#topics.update(state.topics, state.problem, chosen?.name, page.name);
    if (chosen !== undefined) this.#open(chosen, page);
    if (this.#letters.update(state.replays)) this.#panes.letters.refresh();
  }

  #choose(topic: string): void {
    this.#chosen = topic;
    if (this.#newest !== undefined) this.draw(this.#newest.state, this.#newest.page);
  }

  #goTo({ topic, partition, offset }: RecordPlace): void {
    this.#choose(topic);
    const known = this.#newest?.state.topics.find(({ name }) => name === topic);
    if (known !== undefined) void this.#paneOf(known).goTo(partition, offset);
  }

  #open(topic: PeekTopic, { snapshot }: PageState): void {
    this.#chosen = topic.name;
    const pane = this.#paneOf(topic);
    for (const each of Object.values(this.#panes)) setHidden(each.root, each !== pane);
    pane.open(topic, this.#shortName(topic.name), snapshot.event.time);
  }

  #paneOf({ kind }: PeekTopic): RecordsPane {
    return kind === 'dead-letters' ? this.#panes.letters : this.#panes.records;
  }

  #shortName(topic: string): string {
    return shortName(topic, this.#newest?.page.name ?? '');
  }
}

function timesOf(timeZone: string): RecordTimes {
  const times = new EventTimes(timeZone);
  return new RecordTimes(timeZone, (ms) => times.offset(ms));
}
