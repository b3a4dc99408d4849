import type { Tone } from './snapshot.js';

/** Beside the colour, which not everybody sees: a shape of its own for each tone. */
export const toneSign: Readonly<Record<Tone, string>> = { alarm: '▲', good: '✓', news: '●' };

export const toneWord: Readonly<Record<Tone, string>> = { alarm: 'Alarm', good: 'Good news', news: 'News' };
