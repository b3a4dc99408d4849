import { isDeepStrictEqual } from 'node:util';
import type { FolderState } from './model-folder-state.js';
import type { Notebook } from './notebook.js';

interface Card {
  readonly quality?: Readonly<Record<string, unknown>>;
}

interface Golden {
  readonly rows: readonly { readonly input: unknown; readonly score: number }[];
}

/**
 * What of a model is no longer as it was, a phrase each: figures of its quality, and scores of its golden rows, by more than
 * the notebook allows. Empty where nothing moved, or where there was no model before.
 */
export function movesBetween(before: FolderState, after: FolderState, { moved }: Notebook): string[] {
  const was = json<Card>(before, 'model.json');
  const is = json<Card>(after, 'model.json');
  if (was === undefined || is === undefined) return [];
  return [...qualityMoves(was, is, moved.quality), ...goldenMoves(before, after, moved.score)];
}

function qualityMoves(was: Card, is: Card, most: number): string[] {
  const names = new Set([...Object.keys(was.quality ?? {}), ...Object.keys(is.quality ?? {})]);
  return [...names].flatMap((name) => {
    const [from, to] = [was.quality?.[name], is.quality?.[name]].map(figure);
    if (from === to || (typeof from === 'number' && typeof to === 'number' && Math.abs(to - from) <= most)) return [];
    return [`its ${name} was ${from ?? 'not given'} and is ${to ?? 'not given'}`];
  });
}

// The split, in words, is not a figure.
function figure(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function goldenMoves(before: FolderState, after: FolderState, most: number): string[] {
  const was = json<Golden>(before, 'golden.json')?.rows ?? [];
  const is = json<Golden>(after, 'golden.json')?.rows ?? [];
  if (was.length !== is.length) return [`it had ${was.length} golden rows and has ${is.length}`];
  const others = was.filter(({ input }, at) => !isDeepStrictEqual(input, is[at]?.input)).length;
  if (others > 0) return [`${others} of its ${was.length} golden rows are other ones`];
  const distances = was.map(({ score }, at) => Math.abs(score - (is[at]?.score ?? Number.NaN)));
  const off = distances.filter((distance) => !(distance <= most)).length;
  return off === 0 ? [] : [`${off} of its ${was.length} golden scores are off by up to ${Math.max(...distances)}`];
}

function json<T>(state: FolderState, name: string): T | undefined {
  const bytes = state.get(name);
  return bytes === undefined ? undefined : (JSON.parse(bytes.toString('utf8')) as T);
}
