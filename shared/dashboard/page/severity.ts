import type { Signal } from './signal-state.js';

/** Beside the colour, which not everybody sees: a shape and a word of its own for each severity. */
export const severitySign: Readonly<Record<Signal['severity'], string>> = { critical: '▲', warning: '▲', note: '●' };
export const severityWord: Readonly<Record<Signal['severity'], string>> = {
  critical: 'Critical',
  warning: 'Warning',
  note: 'Note',
};
