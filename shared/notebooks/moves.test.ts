import { describe, expect, it } from 'vitest';
import type { FolderState } from './model-folder-state.js';
import { movesBetween } from './moves.js';
import type { Notebook } from './notebook.js';

const notebook = { moved: { quality: 0.001, score: 1e-6 } } as Notebook;

const rows = [
  { input: { carrier: 'UA' }, score: 0.25 },
  { input: { carrier: 'AA' }, score: 0.5 },
];

function folder(quality: Record<string, unknown>, golden: { input: object; score: number }[] = rows): FolderState {
  return new Map([
    ['model.json', Buffer.from(JSON.stringify({ quality }))],
    ['golden.json', Buffer.from(JSON.stringify({ rows: golden }))],
  ]);
}

const before = folder({ auc: 0.7, split: 'by time' });

describe('a model that was made again', () => {
  it('did not move where figures and scores are within what another machine may change', () => {
    const scores = rows.map((row) => ({ ...row, score: row.score + 5e-7 }));
    expect(movesBetween(before, folder({ auc: 0.7009, split: 'by time' }, scores), notebook)).toEqual([]);
  });

  it('moved where a figure of its quality is another one, better or worse', () => {
    expect(movesBetween(before, folder({ auc: 0.702, split: 'by time' }), notebook)).toEqual([
      'its auc was 0.7 and is 0.702',
    ]);
  });

  it('moved where a figure is gone or new; how the split is put into words does not count', () => {
    expect(movesBetween(before, folder({ brier: 0.1, split: 'by month' }), notebook)).toEqual([
      'its auc was 0.7 and is not given',
      'its brier was not given and is 0.1',
    ]);
  });

  it('moved where a golden score is another one, and says by how much', () => {
    const scores = [{ input: { carrier: 'UA' }, score: 0.375 }, ...rows.slice(1)];
    expect(movesBetween(before, folder({ auc: 0.7 }, scores), notebook)).toEqual([
      '1 of its 2 golden scores are off by up to 0.125',
    ]);
  });

  it('moved where a golden score is no number any more', () => {
    const scores = [{ input: { carrier: 'UA' }, score: Number.NaN }, ...rows.slice(1)];
    expect(movesBetween(before, folder({ auc: 0.7 }, scores), notebook)).toHaveLength(1);
  });

  it('moved where the golden rows are other rows', () => {
    const others = [{ input: { carrier: 'ZZ' }, score: 0.25 }, ...rows.slice(1)];
    expect(movesBetween(before, folder({ auc: 0.7 }, others), notebook)).toEqual([
      '1 of its 2 golden rows are other ones',
    ]);
    expect(movesBetween(before, folder({ auc: 0.7 }, rows.slice(1)), notebook)).toEqual([
      'it had 2 golden rows and has 1',
    ]);
  });

  it('cannot have moved where there was none', () => {
    expect(movesBetween(new Map(), before, notebook)).toEqual([]);
  });
});
