import { byId, make } from './dom.js';

/** Something that a key does. */
export interface KeyAction {
  /** What is pressed: `Space`, `Shift+1`, `+`. */
  readonly key: string;
  /** What it does, in a few words; those of a row have none of their own. */
  readonly title?: string;
  /** Whether it is done again and again while the key is held. */
  readonly repeats?: boolean;
  readonly run: () => void;
}

const offKey = 'kafka-ml-keys';
const typing = 'input, textarea, select, [contenteditable]';
/** What a space does something of its own to. */
const pressable = 'button, a, summary, label';

/**
 * The keys of the page, and the list of them. They are single letters, so that a speaker needs one hand; whoever speaks to
 * the machine, or types without looking, can switch them off (WCAG 2.1.4). Nothing is taken from a field that is typed in,
 * from a dialog, or from the browser's own combinations.
 */
export class Keys {
  readonly #actions: ReadonlyMap<string, KeyAction>;
  readonly #dialog = byId('keys-dialog') as HTMLDialogElement;
  readonly #switch = byId('keys-on') as HTMLInputElement;

  /** `rows` says in the list what several of them do together. */
  constructor(actions: readonly KeyAction[], rows: readonly Pick<KeyAction, 'key' | 'title'>[]) {
    const list: KeyAction = { key: '?', title: 'This list', run: () => this.list() };
    this.#actions = new Map([...actions, list].map((action) => [action.key, action]));
    const listed = [...actions, ...rows, list].filter(({ title }) => title !== undefined);
    byId('keys-list').append(...listed.flatMap(({ key, title }) => [term(key), make('dd', '', title)]));
    this.#switch.checked = !isOff();
    this.#switch.addEventListener('change', () => switchOff(!this.#switch.checked));
    byId('keys-close').addEventListener('click', () => this.#dialog.close());
    document.addEventListener('keydown', (event) => this.#pressed(event));
  }

  /** Opens the list of keys. */
  list(): void {
    this.#dialog.showModal();
  }

  #pressed(event: KeyboardEvent): void {
    const { target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || isOff() || !(target instanceof Element)) return;
    if (document.querySelector('dialog[open]') !== null || target.closest(typing) !== null) return;
    const key = nameOf(event);
    const action = this.#actions.get(key);
    if (action === undefined || (key === 'Space' && target.closest(pressable) !== null)) return;
    event.preventDefault();
    if (!event.repeat || action.repeats === true) action.run();
  }
}

/** As the list has it: by what is printed on the key, but for digits, which are elsewhere where Shift is held. */
function nameOf({ key, code, shiftKey }: KeyboardEvent): string {
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return shiftKey ? `Shift+${digit}` : digit;
  if (key === ' ') return 'Space';
  if (key === '=') return '+';
  const letter = key.toUpperCase();
  return shiftKey && /^[A-Z]$/.test(letter) ? `Shift+${letter}` : letter;
}

function term(key: string): HTMLElement {
  const keys = make('dt');
  for (const part of key === '+' ? [key] : key.split('+')) keys.append(make('kbd', '', part));
  return keys;
}

function isOff(): boolean {
  try {
    return localStorage.getItem(offKey) === 'off';
  } catch {
    return document.documentElement.dataset.keys === 'off';
  }
}

function switchOff(off: boolean): void {
  try {
    localStorage.setItem(offKey, off ? 'off' : 'on');
  } catch {
    // Storage can be forbidden; then the choice lasts as long as the page.
    document.documentElement.dataset.keys = off ? 'off' : 'on';
  }
}
