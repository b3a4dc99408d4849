import { make, setHidden, setText } from './dom.js';
import { counted } from './format.js';
import type { RecordTimes } from './record-times.js';
import { askForRecords } from './records-client.js';
import { RecordDetail } from './records-detail.js';
import { type Look, RecordsLook } from './records-look.js';
import type { PeekedRecord, PeekTopic } from './records-state.js';
import { type RecordColumn, RecordTable } from './records-table.js';
import { WhereForm } from './records-where.js';

interface PaneOptions {
  readonly times: () => RecordTimes;
  readonly columns: readonly RecordColumn[];
  /** What can be done with a record that is looked at. */
  readonly actions: (record: PeekedRecord, say: (sentence: string) => void) => readonly HTMLElement[];
  /** What is said of it beside what is said of every record. */
  readonly facts: (record: PeekedRecord) => readonly (readonly [name: string, text: string])[];
  /** Whether a header of it is left out, as it is told by the facts. */
  readonly isTold: (header: string) => boolean;
  /** What is said of a topic without records. */
  readonly empty: string;
}

/** A topic looked into: where, the records that were found, and beside them the one that is chosen, whole. */
export class RecordsPane {
  readonly root = make('div', 'records-pane');
  readonly table: RecordTable;
  readonly detail: RecordDetail;
  readonly #options: PaneOptions;
  readonly #where: WhereForm;
  readonly #look: RecordsLook;
  readonly #title = make('h2');
  readonly #facts = make('p', 'window');
  readonly #said = make('p', 'pane-said');
  readonly #again = make('button', '', 'Try again');
  readonly #problem = make('p', 'problem');
  readonly #more = make('button', 'more');
  #topic: string | undefined;
  #chosen: PeekedRecord | undefined;
  #fetching: AbortController | undefined;

  constructor(options: PaneOptions) {
    this.#options = options;
    const list = make('section', 'panel records-list');
    this.#title.id = 'records-title';
    list.setAttribute('aria-labelledby', this.#title.id);
    const heading = make('div', 'heading');
    heading.append(this.#title, this.#facts);
    this.#where = new WhereForm(options.times, () => this.#begin());
    this.#look = new RecordsLook(
      () => this.root.offsetParent !== null && !document.hidden,
      (look, isNews) => this.#draw(look, isNews),
    );
    this.table = new RecordTable('Records', options.columns, (record, how) => void this.#choose(record, how));
    this.#said.setAttribute('role', 'status');
    this.#problem.setAttribute('role', 'status');
    this.#more.addEventListener('click', () => this.#look.more());
    this.#again.addEventListener('click', () => this.#begin());
    const foot = make('div', 'records-foot');
    foot.append(this.#more);
    const blank = make('div', 'records-blank');
    blank.append(this.#said, this.#again);
    this.table.root.append(blank, foot);
    list.append(heading, this.#where.root, this.#problem, this.table.root);
    this.detail = new RecordDetail(() => this.table.focus());
    setHidden(this.detail.root, true);
    this.root.append(list, this.detail.root);
  }

  /** Looks into a topic, at its newest records; where it is the same as before nothing happens. */
  open(topic: PeekTopic, title: string, now: number | null): void {
    if (topic.name === this.#topic) return;
    this.#topic = topic.name;
    setText(this.#title, title);
    this.#where.begin(topic.ends.length, now);
    this.#chosen = undefined;
    setHidden(this.detail.root, true);
    this.table.mark(undefined);
    this.#begin();
  }

  /** What was seen is of a run that is over: the topics are looked into anew. */
  forget(): void {
    this.#topic = undefined;
  }

  /** Looks at one record of the topic that is open, as if it had been chosen. */
  async goTo(partition: number, offset: number): Promise<void> {
    this.#where.goTo(partition, offset);
    this.#begin();
    const topic = this.#topic ?? '';
    const found = await this.#whole({ topic, partition, offset });
    if (found !== undefined) this.#show(found);
  }

  /** What can be done with the record has changed. */
  refresh(): void {
    this.table.refill();
    if (this.#chosen !== undefined) this.#show(this.#chosen);
  }

  #begin(): void {
    if (this.#topic === undefined) return;
    const { partition, from, isFollowing } = this.#where;
    this.#look.begin({ topic: this.#topic, partition, from }, { isFollowing });
  }

  #draw(look: Look, isNews: boolean): void {
    const records = look.kind === 'there' ? look.records : [];
    this.table.update(records, { isNews });
    this.root.dataset.look = look.kind;
    setText(this.#said, this.#sentence(look, records.length));
    setHidden(this.#said, records.length > 0);
    setHidden(this.#again, look.kind !== 'failed');
    setText(this.#problem, look.kind === 'there' ? (look.problem ?? '') : '');
    setHidden(this.#problem, this.#problem.textContent === '');
    setText(
      this.#facts,
      look.kind === 'there' && records.length > 0 ? `${counted(records.length, 'record')}, ${look.answer.order}` : '',
    );
    setHidden(this.#more, !this.#look.canGoOn || this.#where.isFollowing);
    setText(this.#more, look.isAsking ? 'Asking…' : this.#where.from === 'end' ? 'Older ones' : 'Newer ones');
  }

  #sentence(look: Look, records: number): string {
    if (look.kind === 'failed') return look.sentence;
    if (look.kind === 'loading') return 'Looking into the topic…';
    if (records > 0) return '';
    return this.#where.from === 'end' || this.#where.from === 'beginning'
      ? this.#options.empty
      : 'Nothing lies there or beyond.';
  }

  async #choose(record: PeekedRecord, how: 'looking' | 'entering'): Promise<void> {
    this.#show(record);
    if (how === 'entering') this.detail.root.querySelector<HTMLElement>('pre')?.focus();
    const whole = await this.#whole(record);
    if (whole !== undefined) this.#show(whole);
  }

  #show(record: PeekedRecord): void {
    this.#chosen = record;
    this.table.mark(record);
    setHidden(this.detail.root, false);
    const { times, actions, facts, isTold } = this.#options;
    this.detail.show(record, times(), {
      actions: actions(record, (sentence) => this.detail.say(sentence)),
      facts: facts(record),
      headers: record.headers.filter(({ name }) => !isTold(name)),
    });
  }

  /** The record as it lies there, not cut; undefined where another one has been chosen since, or it cannot be had. */
  async #whole({ topic, partition, offset }: Pick<PeekedRecord, 'topic' | 'partition' | 'offset'>) {
    this.#fetching?.abort();
    const fetching = new AbortController();
    this.#fetching = fetching;
    try {
      const question = { topic, partition, from: `offset:${offset}`, whole: true };
      const { records } = await askForRecords(question, fetching.signal);
      if (fetching.signal.aborted) return undefined;
      if (records[0] === undefined) this.detail.say('It is no longer on the topic: this is what was seen of it.');
      return records[0];
    } catch (error) {
      if (!fetching.signal.aborted) {
        const reason = error instanceof Error ? error.message : String(error);
        this.detail.say(`The whole record cannot be had: ${reason}`);
      }
      return undefined;
    }
  }
}
