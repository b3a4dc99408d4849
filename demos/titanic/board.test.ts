import { beforeEach, describe, expect, it } from 'vitest';
import type { Board, Moment } from '#shared/dashboard';
import { createBoard } from './board.js';
import { type BoardState, letterOf, markOf } from './page/board-state.js';
import { type LogEntry, logEntries, type Outcome, type Prediction } from './topics.js';
import { shipsLog } from './voyage.js';

const BOARDED_AT = Date.UTC(2012, 3, 10, 9, 30);
const HALF_AN_HOUR = 30 * 60_000;

const survived = { score: 0.6, decision: 'survived', modelName: 'm', modelVersion: '1', reasons: [] };
const died = { ...survived, score: 0.4, decision: 'died' };

const prediction = (id: string, fields: Partial<Prediction> = {}): Prediction => ({
  id,
  eventTime: BOARDED_AT,
  scoredAt: 0,
  name: 'Bradley, Miss. Bridget Delia',
  title: 'Miss',
  sex: 'female',
  age: 22,
  passengerClass: '3rd',
  siblingsSpouses: 0,
  parentsChildren: 0,
  ...survived,
  modelName: 'champion',
  reasons: [{ name: 'passengerClass', contribution: -0.4 }],
  challenger: { ...died, modelName: 'challenger' },
  ...fields,
});
const agreed = { challenger: survived };
const outcome = (id: string, fields: Partial<Outcome> = {}): Outcome => ({
  id,
  knownAt: BOARDED_AT + 1,
  survived: true,
  heldOut: false,
  ...fields,
});

let board: Board<Prediction, Outcome>;
let told: Moment[];
// What a board draws is its own affair; here it is known whose it is.
const state = (): BoardState => board.snapshot() as BoardState;
const group = (name: string) => state().groups.find((each) => each.name === name);
const log = (entry: LogEntry | undefined) =>
  board.listens?.find(({ topic }) => topic.name === logEntries.name)?.take(entry, entry?.at ?? 0);
beforeEach(() => {
  told = [];
  board = createBoard((moment) => told.push(moment));
});

describe('the passengers', () => {
  it('are a mark each, in the order in which they came, with what both said and how it ended', () => {
    board.prediction?.(prediction('P0001', agreed));
    board.prediction?.(prediction('P0002'));
    board.prediction?.(prediction('P0003', { challenger: null }));
    board.outcome?.(outcome('P0002', { survived: false }));
    const women = group('Women, 3rd class');
    expect(Array.from(women?.marks ?? '', markOf)).toEqual([
      { champion: true, challenger: true, saved: null },
      { champion: true, challenger: false, saved: false },
      { champion: true, challenger: null, saved: null },
    ]);
    expect(women).toMatchObject({ expected: { champion: 3, challenger: 1 }, known: 1, saved: 0, places: { P0002: 1 } });
    expect(group('Men, 3rd class')?.marks).toBe('');
  });

  it('have a letter for each of the eighteen ways in which it can be', () => {
    const thirds = [null, false, true];
    const all = [true, false].flatMap((champion) =>
      thirds.flatMap((challenger) => thirds.map((saved) => ({ champion, challenger, saved }))),
    );
    expect(all.map(letterOf).map(markOf)).toEqual(all);
    expect(new Set(all.map(letterOf)).size).toBe(18);
  });

  it('are those of one voyage; another begins with its first passenger, and what is still heard of the old one is over', () => {
    board.prediction?.(prediction('P0001'));
    board.prediction?.(prediction('P0001-lap2'));
    board.outcome?.(outcome('P0001'));
    expect(group('Women, 3rd class')).toMatchObject({
      marks: letterOf({ champion: true, challenger: false, saved: null }),
    });
  });

  it('have an end also where it is heard of before what was foretold', () => {
    board.outcome?.(outcome('P0001'));
    board.prediction?.(prediction('P0001'));
    expect(group('Women, 3rd class')).toMatchObject({ known: 1, saved: 1 });
  });

  it('are those on the list: who is scored from the form is not among them', () => {
    board.prediction?.(prediction('form-12345678'));
    expect(group('Women, 3rd class')?.marks).toBe('');
    expect(told).toEqual([]);
  });
});

describe('how often each was right', () => {
  it('is counted of all, and of those apart whom no model was trained on', () => {
    board.prediction?.(prediction('P0001'));
    board.prediction?.(prediction('P0002'));
    board.outcome?.(outcome('P0001', { survived: false, heldOut: true }));
    board.outcome?.(outcome('P0002'));
    board.outcome?.(outcome('P0002'));
    expect(state().tallies).toEqual([
      { role: 'Champion', model: 'champion 1', right: 1, known: 2, heldOutRight: 0, heldOut: 1 },
      { role: 'Challenger', model: 'challenger 1', right: 1, known: 2, heldOutRight: 1, heldOut: 1 },
    ]);
    expect(state().disagreements).toMatchObject({ total: 2, championRight: 1, challengerRight: 1 });
  });
});

describe('a disagreement', () => {
  it('says who, what each said, and what moved the champion; the one heard of last comes first', () => {
    board.prediction?.(prediction('P0001'));
    board.prediction?.(prediction('P0002', agreed));
    board.prediction?.(prediction('P0003', { age: null, siblingsSpouses: 1 }));
    board.outcome?.(outcome('P0001'));
    expect(state().disagreements.newest).toEqual([
      {
        id: 'P0001',
        name: 'Miss Bridget Delia Bradley',
        person: '3rd class, 22, travelling alone',
        champion: { saved: true, score: '60 %' },
        challenger: { saved: false, score: '40 %' },
        why: 'class ↓',
        saved: true,
      },
      expect.objectContaining({ id: 'P0003', person: '3rd class, age not known, 1 of the family aboard', saved: null }),
    ]);
  });

  it('is pointed at, one each half hour, and so is its end', () => {
    board.prediction?.(prediction('P0001'));
    board.prediction?.(prediction('P0002', { eventTime: BOARDED_AT + HALF_AN_HOUR - 1 }));
    board.prediction?.(prediction('P0003', { eventTime: BOARDED_AT + HALF_AN_HOUR, name: 'Mamee, Mr. Hanna' }));
    for (const id of ['P0001', 'P0002', 'P0003']) board.outcome?.(outcome(id, { survived: id === 'P0001' }));
    expect(told.map(({ text, place, tone }) => [text, place, tone])).toEqual([
      ['The two disagree about Miss Bridget Delia Bradley: 3rd class, 22, travelling alone', 'P0001', 'news'],
      ['The two disagree about Mr Hanna Mamee: 3rd class, 22, travelling alone', 'P0003', 'news'],
      ['Miss Bridget Delia Bradley is saved: the champion was right', 'P0001', 'good'],
      ['Mr Hanna Mamee is lost: the challenger was right', 'P0003', 'news'],
    ]);
  });
});

it('tells what happens to the ship, and dates it as it was', () => {
  expect(state()).toMatchObject({ when: '', what: '' });
  for (const entry of shipsLog(1)) log(entry);
  expect(told.map(({ tone }) => tone)).toEqual(['news', 'news', 'alarm', 'alarm', 'news', 'news', 'alarm', 'good']);
  const iceberg = shipsLog(2).find(({ stage }) => stage === 'struck');
  log(iceberg);
  expect(state()).toMatchObject({ when: '14 April 1912, 23:40', what: 'The ship strikes an iceberg.' });
  expect(told.at(-1)).toEqual({ eventTime: iceberg?.at, text: 'The ship strikes an iceberg.', tone: 'alarm' });
});
