import { make, setHidden, setText } from './dom.js';
import type { RecordTimes } from './record-times.js';
import type { PeekedRecord } from './records-state.js';
import { placeOf } from './records-table.js';
import { fillBytes, fillValue, inShort, sizeInWords } from './records-values.js';

/** What is shown of a record beside what it is. */
interface ShownBeside {
  readonly actions: readonly HTMLElement[];
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** Those of its headers that no fact tells. */
  readonly headers: PeekedRecord['headers'];
}

/** One record, whole: where it lies, its time, key, headers and value, decoded and as bytes. */
export class RecordDetail {
  readonly root = make('section', 'panel record-detail');
  readonly #title = make('h2');
  readonly #size = make('p', 'window');
  readonly #actions = make('div', 'actions');
  readonly #said = make('p', 'problem');
  readonly #facts = make('dl', 'record-facts');
  readonly #headers = make('dl', 'record-headers');
  readonly #headersTitle = make('h3', '', 'Headers');
  readonly #value = make('pre', 'value');
  readonly #shows: readonly { readonly as: 'decoded' | 'bytes'; readonly button: HTMLElement }[];
  #record: PeekedRecord | undefined;
  #as: 'decoded' | 'bytes' = 'decoded';

  /** `close` is asked for where the keyboard, or a click, wants to go back to the table. */
  constructor(close: () => void) {
    this.#title.id = 'record-title';
    this.root.setAttribute('aria-labelledby', 'record-title');
    const heading = make('div', 'heading');
    heading.append(this.#title, this.#size);
    this.#shows = (['decoded', 'bytes'] as const).map((as) => ({ as, button: this.#makeShow(as) }));
    const choice = make('div', 'segments');
    choice.setAttribute('role', 'group');
    choice.setAttribute('aria-label', 'How the value is shown');
    choice.append(...this.#shows.map(({ button }) => button));
    const valueHeading = make('div', 'value-heading');
    valueHeading.append(make('h3', '', 'Value'), choice);
    this.#value.tabIndex = 0;
    this.#value.setAttribute('aria-label', 'Value');
    this.#value.setAttribute('role', 'region');
    const body = make('div', 'record-body');
    body.append(this.#actions, this.#said, this.#facts, this.#headersTitle, this.#headers, valueHeading, this.#value);
    this.root.append(heading, body);
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close();
    });
  }

  /** Shows a record: what can be done with it, and what is known of it beside what it says itself. */
  show(record: PeekedRecord, times: RecordTimes, { actions, facts, headers }: ShownBeside): void {
    const isAnother = this.#record === undefined || placeOf(this.#record) !== placeOf(record);
    this.#record = record;
    setText(this.#title, `Partition ${record.partition}, offset ${record.offset}`);
    setText(this.#size, sizeInWords(record.value));
    this.#actions.replaceChildren(...actions);
    setHidden(this.#actions, actions.length === 0);
    const { value } = record;
    this.say(value.kind === 'bytes' ? `Not decoded: ${value.reason}` : '');
    this.#facts.replaceChildren(
      ...facts.flatMap(([name, text]) => [make('dt', '', name), make('dd', 'words', text)]),
      make('dt', '', 'Topic'),
      make('dd', '', record.topic),
      make('dt', '', `Time (${times.timeZone})`),
      make('dd', '', times.text(record.timestamp)),
      ...(record.timestamp >= 0 && record.timestamp < 8.64e15
        ? [make('dt', '', 'in UTC'), make('dd', '', new Date(record.timestamp).toISOString())]
        : []),
      make('dt', '', 'Key'),
      make('dd', '', record.key.kind === 'null' ? 'no key' : inShort(record.key)),
    );
    setHidden(this.#headersTitle, headers.length === 0);
    this.#headers.replaceChildren(
      ...headers.flatMap((header) => [make('dt', '', header.name), make('dd', '', inShort(header.value))]),
    );
    this.#draw();
    if (isAnother) this.root.scrollTop = 0;
  }

  /** Says a sentence about the record; an empty one says nothing. */
  say(sentence: string): void {
    setText(this.#said, sentence);
    setHidden(this.#said, sentence === '');
  }

  #makeShow(as: 'decoded' | 'bytes'): HTMLElement {
    const button = make('button', '', as === 'decoded' ? 'Decoded' : 'Bytes');
    button.addEventListener('click', () => {
      this.#as = as;
      this.#draw();
    });
    return button;
  }

  #draw(): void {
    for (const { as, button } of this.#shows) button.setAttribute('aria-pressed', String(as === this.#as));
    if (this.#record === undefined) return;
    if (this.#as === 'bytes') fillBytes(this.#value, this.#record);
    else fillValue(this.#value, this.#record.value);
  }
}
