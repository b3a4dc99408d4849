import { DeadLetters, type RecordPlace } from './dead-letters.js';
import { make, setHidden } from './dom.js';
import { FollowPane } from './follow-pane.js';
import { takeRequest } from './follow-request.js';
import { EventTimes } from './format.js';
import type { ViewTab } from './part-view.js';
import { RecordTimes } from './record-times.js';
import type { FollowQuestion } from './records-client.js';
import { RecordsPane } from './records-pane.js';
import type { PeekedRecord, PeekTopic, RecordsState, TopicKind } from './records-state.js';
import { plainColumns, timeColumn } from './records-table.js';
import { shortName, TopicList } from './records-topics.js';
import type { PageState } from './snapshot.js';

/** Builds the view of records: the demo's topics, what lies on the one that is chosen, and one record whole. */
export function mount(root: HTMLElement): ViewTab<RecordsState> {
  return new RecordsTab(root);
}

const followed: ReadonlySet<TopicKind> = new Set([
  'input',
  'features',
  'predictions',
  'outcomes',
  'dead-letters',
] as const);

class RecordsTab implements ViewTab<RecordsState> {
  readonly #topics = new TopicList((topic) => this.#choose(topic));
  readonly #letters = new DeadLetters();
  readonly #panes: Readonly<Record<'records' | 'letters', RecordsPane>>;
  readonly #followed: FollowPane;
  readonly #id = document.createElement('input');
  #isFollowing = false;
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
        actions: (record) => this.#followButton(record),
        facts: () => [],
        isTold: () => false,
        empty: 'Nothing lies on this topic yet: what comes is shown once you look again, or follow it.',
      }),
      letters: new RecordsPane({
        times,
        columns: [...letters.columns((topic) => this.#shortName(topic)), timeColumn(times)],
        actions: (record, say) => [
          ...letters.actions(record, say, (place) => this.#goTo(place)),
          ...this.#followButton(record),
        ],
        facts: (record) => letters.facts(record),
        isTold: (header) => letters.isTold(header),
        empty: 'No record has failed. One that cannot be decoded or scored comes to lie here, and the stream goes on.',
      }),
    };
    this.#followed = new FollowPane({
      times,
      shortName: (topic) => this.#shortName(topic),
      goTo: (place) => this.#goTo(place),
    });
    const side = make('div', 'records-side');
    side.append(this.#makeForm(), this.#topics.root);
    const view = make('div', 'records-view');
    view.append(side, this.#panes.records.root, this.#panes.letters.root, this.#followed.root);
    this.#panes.letters.root.dataset.place = 'records/dead-letters';
    root.append(view);
  }

  draw(state: RecordsState, page: PageState): void {
    if (this.#newest !== undefined && this.#newest.page.run !== page.run) {
      for (const pane of Object.values(this.#panes)) pane.forget();
    }
    this.#newest = { state, page };
    const asked = takeRequest();
    if (asked !== undefined) {
      this.#id.value = asked;
      this.#isFollowing = true;
      this.#followed.follow({ id: asked });
    }
    const { eventTimeZone } = page.snapshot.about;
    if (this.#times.timeZone !== eventTimeZone) this.#times = timesOf(eventTimeZone);
    const chosen = state.topics.find(({ name }) => name === this.#chosen) ?? state.topics[0];
    this.#topics.update(state.topics, state.problem, this.#isFollowing ? undefined : chosen?.name, page.name);
    setHidden(this.#followed.root, !this.#isFollowing);
    if (chosen !== undefined) this.#open(chosen, page);
    if (this.#letters.update(state.replays)) this.#panes.letters.refresh();
  }

  #choose(topic: string): void {
    this.#chosen = topic;
    this.#isFollowing = false;
    this.#redraw();
  }

  #follow(question: FollowQuestion): void {
    this.#isFollowing = true;
    this.#followed.follow(question);
    this.#redraw();
  }

  #redraw(): void {
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
    for (const each of Object.values(this.#panes)) setHidden(each.root, this.#isFollowing || each !== pane);
    pane.open(topic, this.#shortName(topic.name), snapshot.event.time);
  }

  #makeForm(): HTMLElement {
    const form = make('form', 'panel follow-form');
    const label = document.createElement('label');
    const button = make('button', '', 'Follow');
    this.#id.placeholder = 'its id';
    this.#id.maxLength = 200;
    this.#id.spellcheck = false;
    label.append(make('span', '', 'Follow one record'), this.#id);
    form.append(label, button);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const id = this.#id.value.trim();
      if (id !== '') this.#follow({ id });
    });
    return form;
  }

  /** For records that are a step of something. */
  #followButton({ topic, partition, offset }: PeekedRecord): HTMLElement[] {
    const kind = this.#newest?.state.topics.find(({ name }) => name === topic)?.kind;
    if (kind === undefined || !followed.has(kind)) return [];
    const button = make('button', '', 'Follow this record');
    button.setAttribute('type', 'button');
    button.addEventListener('click', () => this.#follow({ topic, partition, offset }));
    return [button];
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
