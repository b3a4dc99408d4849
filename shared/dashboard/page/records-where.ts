import { fillList, make, setHidden, setText } from './dom.js';
import type { RecordTimes } from './record-times.js';

type Where = 'end' | 'beginning' | 'offset' | 'time';

const choices: readonly { readonly where: Where; readonly text: string }[] = [
  { where: 'end', text: 'Newest' },
  { where: 'beginning', text: 'Oldest' },
  { where: 'offset', text: 'At an offset' },
  { where: 'time', text: 'At a time' },
];

/** Where in a topic one looks: the form above a table of records. */
export class WhereForm {
  readonly root = document.createElement('form');
  readonly #radios = new Map<Where, HTMLInputElement>();
  readonly #offset = document.createElement('input');
  readonly #time = document.createElement('input');
  readonly #partition = document.createElement('select');
  readonly #follow = make('button', 'follow', 'Follow');
  readonly #times: () => RecordTimes;
  readonly #changed: () => void;
  #isFollowing = false;

  constructor(times: () => RecordTimes, changed: () => void) {
    this.#times = times;
    this.#changed = changed;
    this.root.className = 'where';
    const segments = document.createElement('fieldset');
    segments.className = 'segments';
    segments.append(make('legend', 'unseen', 'Where to look'));
    for (const { where, text } of choices) segments.append(this.#makeChoice(where, text));
    this.#offset.type = 'number';
    this.#offset.min = '0';
    this.#offset.value = '0';
    this.#offset.setAttribute('aria-label', 'Offset');
    this.#time.type = 'datetime-local';
    this.#time.step = '1';
    this.#time.setAttribute('aria-label', 'Time of the records');
    this.#partition.setAttribute('aria-label', 'Partition');
    this.#follow.setAttribute('type', 'button');
    this.#follow.addEventListener('click', () => {
      this.#isFollowing = !this.#isFollowing;
      this.#draw();
      this.#changed();
    });
    for (const field of [this.#offset, this.#time, this.#partition]) field.addEventListener('change', () => changed());
    this.root.append(segments, this.#offset, this.#time, this.#partition, this.#follow);
    this.root.addEventListener('submit', (event) => {
      event.preventDefault();
      changed();
    });
    this.#draw();
  }

  /** Whether new records are to be shown as they come. */
  get isFollowing(): boolean {
    return this.#isFollowing && this.#where === 'end';
  }

  get partition(): number | undefined {
    return this.#partition.value === '' ? undefined : Number(this.#partition.value);
  }

  /** As `GET records` takes it. */
  get from(): string {
    const where = this.#where;
    if (where === 'offset') return `offset:${Math.max(0, Math.trunc(Number(this.#offset.value) || 0))}`;
    if (where !== 'time') return where;
    const time = this.#times().parse(this.#time.value);
    return time === undefined || time < 0 ? 'beginning' : `time:${time}`;
  }

  /** Begins anew for another topic; `now` is the time that the field begins with. */
  begin(partitions: number, now: number | null): void {
    this.#choose('end');
    const names = Array.from({ length: partitions }, (_, index) => `Partition ${index}`);
    fillList(this.#partition, ['All partitions', ...names], () => document.createElement('option'), setText);
    Array.from(this.#partition.options).forEach((option, index) => {
      option.value = index === 0 ? '' : String(index - 1);
    });
    this.#partition.value = '';
    setHidden(this.#partition, partitions < 2);
    if (now !== null) this.#time.value = this.#times().field(now);
  }

  /** Goes to an offset of a partition. */
  goTo(partition: number, offset: number): void {
    this.#choose('offset');
    this.#offset.value = String(offset);
    this.#partition.value = String(partition);
  }

  get #where(): Where {
    for (const [where, radio] of this.#radios) if (radio.checked) return where;
    return 'end';
  }

  #choose(where: Where): void {
    const radio = this.#radios.get(where);
    if (radio !== undefined) radio.checked = true;
    this.#isFollowing = false;
    this.#draw();
  }

  #makeChoice(where: Where, text: string): HTMLElement {
    const label = make('label');
    const radio = document.createElement('input');
    radio.type = 'radio';
    radio.name = 'where';
    radio.value = where;
    radio.checked = where === 'end';
    radio.addEventListener('change', () => {
      this.#draw();
      this.#changed();
    });
    this.#radios.set(where, radio);
    label.append(radio, make('span', '', text));
    return label;
  }

  #draw(): void {
    const where = this.#where;
    setHidden(this.#offset, where !== 'offset');
    setHidden(this.#time, where !== 'time');
    setHidden(this.#follow, where !== 'end');
    this.#follow.setAttribute('aria-pressed', String(this.#isFollowing));
    setText(this.#follow, this.#isFollowing ? 'Following' : 'Follow');
  }
}
