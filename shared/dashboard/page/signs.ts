import type { Check, Severity } from './signal-state.js';
import type { Tone } from './snapshot.js';

/** How something is said to be beside its colour, which not everybody sees. */
export interface Sign {
  /** A shape of its own. */
  readonly shape: string;
  /** A word of its own. */
  readonly word: string;
}

/** Of what is wrong, by how bad it is; `well` where nothing is. */
export const severitySigns: Readonly<Record<Severity | 'well', Sign>> = {
  critical: { shape: '■', word: 'Critical' },
  warning: { shape: '▲', word: 'Warning' },
  note: { shape: '◆', word: 'Note' },
  well: { shape: '✓', word: 'Well' },
};

/** Of what is looked at all the time. */
export const checkSigns: Readonly<Record<Check['state'], Sign>> = {
  well: { shape: '✓', word: 'as it should be' },
  wrong: { shape: '▲', word: 'not as it should be' },
  affected: { shape: '◆', word: 'not as it should be, which alone is no alarm' },
  unknown: { shape: '?', word: 'not known now' },
};

/** Of what happens in the demo's own world, which is not wrong for that. */
export const toneSigns: Readonly<Record<Tone, Sign>> = {
  alarm: { shape: '▲', word: 'Alarm' },
  good: { shape: '✓', word: 'Good news' },
  news: { shape: '●', word: 'News' },
};
