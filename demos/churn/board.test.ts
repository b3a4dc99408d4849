import { describe, expect, it } from 'vitest';
import type { Moment } from '#shared/dashboard';
import { createBoard } from './board.js';
import type { BoardState } from './page/board-state.js';
import { announcements, type CustomerEvent, type Offer, offers, type Prediction } from './topics.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MIDNIGHT = Date.parse('1998-06-30T00:00:00Z');
const NOON = MIDNIGHT + 12 * 60 * MINUTE;

const prediction = (customerId: string, fields: Partial<Prediction> = {}): Prediction => ({
  id: `${customerId}-01`,
  eventTime: NOON,
  score: 0.995,
  decision: 'leaves',
  modelName: 'churn-glm',
  modelVersion: '1',
  scoredAt: 0,
  customerId,
  kind: 'day',
  state: 'OH',
  internationalPlan: 'no',
  voiceMailPlan: 'no',
  bill: 76,
  totalIntlMinutes: 10,
  totalIntlCalls: 3,
  numberCustomerServiceCalls: 1,
  lastContactedAt: null,
  reasons: [
    { name: 'bill', contribution: 7.7 },
    { name: 'voiceMailPlan', contribution: 1.9 },
    { name: 'numberCustomerServiceCalls', contribution: -0.1 },
  ],
  ...fields,
});
const offer = (customerId: string, offeredAt = NOON): Offer => ({
  id: `${customerId}-01`,
  customerId,
  offeredAt,
  score: 0.995,
  monthlyValue: 76,
  reasons: ['a bill of $76', 'no voice mail'],
  offer: 'a flat rate by day',
});

function open() {
  const told: Moment[] = [];
  const board = createBoard((moment) => told.push(moment));
  const take = (topic: { readonly name: string }, value: unknown, eventTime: number): void =>
    board.listens?.find((one) => one.topic.name === topic.name)?.take(value, eventTime);
  return {
    told,
    texts: () => told.map(({ text }) => text),
    predict: (...predictions: Prediction[]) => {
      for (const one of predictions) board.prediction?.(one);
    },
    serve: (calls: number, kind: CustomerEvent['kind'] = 'service') => {
      for (let call = 0; call < calls; call += 1)
        board.prediction?.(prediction('C1', { kind, eventTime: NOON + call }));
    },
    make: (made: Offer) => take(offers, made, made.offeredAt),
    announce: (eventTime: number) =>
      take(announcements, { id: 'prices', announcedAt: eventTime, text: 'Dearer.' }, eventTime),
    settle: (customerId: string, left: boolean) =>
      board.outcome?.({ id: `${customerId}-01`, customerId, closedAt: MIDNIGHT + DAY, left }),
    // The board's own snapshot.
    state: () => board.snapshot() as BoardState,
  };
}

describe('the ranking', () => {
  it('has who leaves, those first by whom most is to be lost, of those alike the one of whom it was learned last', () => {
    const { predict, state } = open();
    predict(
      prediction('early', { eventTime: NOON }),
      prediction('stays', { decision: 'stays', score: 0.02 }),
      prediction('less', { score: 0.98, eventTime: NOON + 3 }),
      prediction('pays more', { score: 0.8, bill: 100 }),
      prediction('late', { score: 0.991, eventTime: NOON + 2 }),
      prediction('early', { eventTime: NOON + 5 }),
    );
    expect(state().ranking.map(({ customerId }) => customerId)).toEqual(['pays more', 'early', 'late', 'less']);
    expect(state().ranking[0]?.expectedLoss).toBe(80);
    expect(state().figures).toMatchObject({ customers: 5, leaving: 4, valueAtRisk: 3 * 76 + 100 });
  });

  it('says what speaks for leaving in words, and what was done', () => {
    const { predict, make, state } = open();
    predict(
      prediction('offered'),
      prediction('poor', { bill: 49.99 }),
      prediction('asked', { lastContactedAt: NOON - 3.5 * DAY }),
      prediction('yesterday', { lastContactedAt: NOON - 1.5 * DAY }),
      prediction('today', { lastContactedAt: NOON }),
      prediction('due', { lastContactedAt: NOON - 30 * DAY }),
    );
    make(offer('offered'));
    const { ranking } = state();
    expect(ranking[0]?.reasons).toEqual(['a bill of $76', 'no voice mail']);
    expect(Object.fromEntries(ranking.map(({ customerId, done }) => [customerId, done]))).toEqual({
      offered: 'offer made',
      poor: 'below $50',
      asked: 'contacted 3 days ago',
      yesterday: 'contacted 1 day ago',
      today: 'contacted today',
      due: 'offer due',
    });
  });

  it('keeps to the newest event of a customer, in whatever order they are read', () => {
    const { predict, state } = open();
    predict(prediction('C1', { eventTime: NOON + 1 }), prediction('C1', { eventTime: NOON, decision: 'stays' }));
    expect(state().ranking).toHaveLength(1);
    predict(prediction('C1', { eventTime: NOON + 2, decision: 'stays' }));
    expect(state().ranking).toEqual([]);
  });
});

describe('the day', () => {
  it('has calls to the service and offers by the quarter of an hour, and when the prices were announced', () => {
    const { predict, make, announce, state } = open();
    predict(
      prediction('C1', { kind: 'service', eventTime: NOON + 14 * MINUTE }),
      prediction('C2', { eventTime: NOON }),
    );
    make(offer('C1', NOON + 15 * MINUTE));
    announce(MIDNIGHT + 9 * 60 * MINUTE);
    const { quarters, announced } = state();
    expect(quarters.filter(({ serviceCalls, offers: made }) => serviceCalls + made > 0)).toEqual([
      { time: '12:00', serviceCalls: 1, offers: 0 },
      { time: '12:15', serviceCalls: 0, offers: 1 },
    ]);
    expect([quarters[0]?.time, quarters[announced ?? -1]?.time]).toEqual(['06:00', '09:00']);
  });

  it('begins anew with the next one, whose customers are others, and lets go of the last', () => {
    const { predict, make, state } = open();
    predict(prediction('C1'));
    make(offer('C1'));
    predict(prediction('C1-lap2', { eventTime: NOON + DAY }), prediction('C2', { eventTime: NOON }));
    expect(state().ranking.map(({ customerId }) => customerId)).toEqual(['C1-lap2']);
    expect(state().figures).toMatchObject({ customers: 1, offers: 0 });
  });
});

describe('what is told', () => {
  it('is new prices, an offer at its customer, and, once a day, the wave of calls to the service', () => {
    const { announce, make, serve, told, texts } = open();
    announce(NOON);
    serve(59);
    make(offer('C1'));
    serve(30, 'day');
    serve(40);
    expect(texts()).toEqual([
      'New prices: Dearer.',
      'Offer to C1: $76 a month, no voice mail',
      '60 calls to the service within an hour, since the new prices',
    ]);
    expect(told.map(({ tone, place }) => [tone, place])).toEqual([
      ['alarm', 'prices'],
      ['good', 'C1'],
      ['alarm', 'service'],
    ]);
  });

  it('is how it ended, when it is known of everybody', () => {
    const { predict, make, settle, texts, state } = open();
    predict(prediction('C1'), prediction('C2'), prediction('C3'));
    make(offer('C1'));
    settle('C1', true);
    settle('C2', true);
    settle('unknown', true);
    settle('C3', false);
    expect(texts().at(-1)).toBe('The period is closed: 2 of 3 have left, 1 of them had an offer');
    expect(state().figures).toMatchObject({ settled: 3, left: 2, leftWithOffer: 1 });
    expect(state().ranking.map(({ customerId, outcome }) => [customerId, outcome])).toContainEqual(['C3', 'stayed']);
  });
});
