import { byId, setText } from './dom.js';

let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows for a while, and says to screen readers, what came of a key or a button. */
export function say(sentence: string, kind: 'done' | 'refused' = 'done'): void {
  const said = byId('said');
  said.dataset.kind = kind;
  setText(said, sentence);
  clearTimeout(timer);
  timer = setTimeout(() => setText(said, ''), kind === 'done' ? 4_000 : 8_000);
}
