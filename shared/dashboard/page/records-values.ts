import { make } from './dom.js';
import { count, counted } from './format.js';
import { hexDump, layOut } from './json-layout.js';
import type { PeekedPart, PeekedRecord } from './records-state.js';

/** What is longer is not coloured: some ten thousand elements would be felt. */
const mostColoured = 20_000;

/** A key, a value or a header on one line. */
export function inShort(part: PeekedPart): string {
  if (part.kind === 'null') return 'null';
  if (part.kind === 'bytes') return part.hex.replace(/(..)(?=.)/g, '$1 ') + (part.cut ? ' …' : '');
  return part.text + (part.cut ? '…' : '');
}

/** How large a part is, and by what it was written. */
export function sizeInWords(part: PeekedPart): string {
  if (part.kind === 'null') return 'no value';
  const size = counted(part.size, 'byte');
  if (part.schema === null) return size;
  return `${size} · ${part.schema.name ?? 'an unknown schema'}, schema id ${count(part.schema.id)}`;
}

/** Fills a <pre> with a value, laid out; text is never read as markup. */
export function fillValue(pre: HTMLElement, part: PeekedPart): void {
  pre.dataset.as = part.kind;
  if (part.kind === 'null') {
    pre.textContent = 'null';
  } else if (part.kind === 'bytes') {
    pre.textContent = hexDump(part.hex) + (part.cut ? '\n…' : '');
  } else if (part.kind === 'text' || part.text.length > mostColoured) {
    const text = part.kind === 'text' ? part.text : plainLayout(part.text);
    pre.textContent = text + (part.cut ? '…' : '');
  } else {
    pre.replaceChildren(...coloured(part.text), part.cut ? '…' : '');
  }
}

/** JSON laid out, each piece by what it is. */
export function coloured(json: string): (HTMLElement | string)[] {
  return layOut(json).map(({ kind, text }) => (kind === 'space' ? text : make('span', `json-${kind}`, text)));
}

/** Fills a <pre> with the bytes of a record's value. */
export function fillBytes(pre: HTMLElement, { raw, value }: PeekedRecord): void {
  pre.dataset.as = 'bytes';
  const isCut = raw !== null && value.kind !== 'null' && raw.length / 2 < value.size;
  // Of a record in a list they are still to come.
  const none = value.kind === 'null' ? 'null' : '…';
  pre.textContent = raw === null ? none : hexDump(raw) + (isCut ? '\n…' : '');
}

function plainLayout(json: string): string {
  return layOut(json)
    .map(({ text }) => text)
    .join('');
}
