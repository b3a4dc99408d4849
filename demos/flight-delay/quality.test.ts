import { beforeEach, describe, expect, it } from 'vitest';
import {
  createTopologyTestDriver,
  type Key,
  StreamsBuilder,
  serdes,
  serdeTopic,
  type TopologyTestDriver,
} from '#shared/streams';
import { qualityOf } from './quality.js';
import { outcomes, type Prediction, type Quality, quality } from './topics.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 10 October in New York, 8 o'clock in the morning. */
const MORNING = Date.parse('2013-10-10T12:00:00Z');
const DAY_BEGINS = Date.parse('2013-10-10T08:00:00Z');
const DAY_ENDS = DAY_BEGINS + 24 * HOUR;

const predicted = serdeTopic<Key, Prediction>({ name: 'predicted', key: serdes.string, value: serdes.json() });

describe('the quality of a day', () => {
  let topology: TopologyTestDriver;
  beforeEach(async () => {
    const builder = new StreamsBuilder();
    qualityOf(builder.stream(predicted), builder.stream(outcomes)).to(quality);
    topology = await createTopologyTestDriver(builder.build());
  });

  async function predict(id: string, score: number, eventTime = MORNING, origin = 'EWR'): Promise<void> {
    const value = { id, score, decision: score >= 0.5 ? 'delayed' : 'on time', eventTime } as unknown;
    // What is not looked at is left out.
    await topology.pipe(predicted, [{ key: origin, value: value as Prediction, timestamp: eventTime }]);
  }
  function land(id: string, arrivalDelay: number, landedAt = MORNING + 4 * HOUR, origin = 'EWR'): Promise<void> {
    const value = { id, origin, tailnum: null, landedAt, arrivalDelay };
    return topology.pipe(outcomes, [{ key: origin, value, timestamp: landedAt }]);
  }
  async function flight(id: string, score: number, arrivalDelay: number): Promise<void> {
    await predict(id, score);
    await land(id, arrivalDelay);
  }
  /** A flight that lands so late on the next day that the day before is over; gives what was told of that. */
  async function nextDay(landedAt = DAY_ENDS + HOUR, origin = 'EWR'): Promise<(Quality | null)[]> {
    await predict(`next ${landedAt}`, 0.1, landedAt - HOUR, origin);
    await land(`next ${landedAt}`, 0, landedAt, origin);
    return (await topology.read(quality)).map(({ value }) => value);
  }

  it('sums up the predictions of which the day told the truth', async () => {
    await flight('right, delayed', 0.9, 15);
    await flight('right, on time', 0.1, 14);
    await flight('wrong, on time', 0.6, 0);
    await flight('wrong, delayed', 0.4, 90);
    const [day] = await nextDay();
    expect(day).toEqual({
      airport: 'EWR',
      from: DAY_BEGINS,
      eventTime: DAY_ENDS,
      flights: 4,
      delayed: 2,
      predictedDelayed: 2,
      right: 2,
      precision: 0.5,
      recall: 0.5,
      brier: expect.closeTo((0.1 ** 2 + 0.1 ** 2 + 0.6 ** 2 + 0.6 ** 2) / 4),
      auc: 0.75,
    });
  });

  it('has no precision, recall or AUC where nothing was delayed or predicted to be', async () => {
    await flight('one', 0.1, 0);
    expect((await nextDay())[0]).toMatchObject({ flights: 1, right: 1, precision: null, recall: null, auc: null });
  });

  it('counts a flight on the day on which it lands, from 8:00 UTC on', async () => {
    await predict('late in the evening', 0.9, DAY_BEGINS - 5 * HOUR);
    await predict('later', 0.9, DAY_BEGINS - 4 * HOUR);
    await land('late in the evening', 60, DAY_BEGINS - MINUTE);
    await land('later', 60, DAY_BEGINS);
    const days = await nextDay();
    expect(days.map((day) => [day?.from, day?.flights])).toEqual([
      [DAY_BEGINS - 24 * HOUR, 1],
      [DAY_BEGINS, 1],
    ]);
  });

  it('is final, and told once, when the day has been over for an hour', async () => {
    await flight('one', 0.9, 60);
    expect(await nextDay(DAY_ENDS + HOUR - MINUTE)).toEqual([]);
    expect(await nextDay(DAY_ENDS + HOUR)).toMatchObject([{ from: DAY_BEGINS, flights: 1 }]);
    expect(await nextDay(DAY_ENDS + 2 * HOUR)).toEqual([]);
  });

  it('takes an outcome that is reported late as long as the day is not final', async () => {
    await flight('one', 0.9, 60);
    await predict('two', 0.9);
    await nextDay(DAY_ENDS + HOUR - MINUTE);
    await land('two', 60, MORNING + 4 * HOUR);
    expect(await nextDay()).toMatchObject([{ flights: 2 }]);
    await predict('three', 0.9, MORNING + 2 * HOUR);
    await land('three', 60, MORNING + 4 * HOUR);
    expect(await nextDay(DAY_ENDS + 2 * HOUR)).toEqual([]);
  });

  it('takes the truth that comes within 24 hours of the prediction, and none that comes later', async () => {
    await predict('in time', 0.9, DAY_BEGINS - 12 * HOUR);
    await predict('too late', 0.9, DAY_BEGINS - 12 * HOUR);
    await land('in time', 60, DAY_BEGINS + 12 * HOUR);
    await land('too late', 60, DAY_BEGINS + 12 * HOUR + 1);
    expect(await nextDay()).toMatchObject([{ flights: 1 }]);
  });

  it('leaves out a flight that was diverted, and an outcome of which nothing was predicted', async () => {
    await predict('diverted', 0.9);
    await land('never published', 60);
    await flight('one', 0.1, 0);
    expect(await nextDay()).toMatchObject([{ flights: 1 }]);
  });

  it('counts an outcome that comes before its prediction all the same', async () => {
    await predict('another', 0.1, MORNING + 4 * HOUR);
    await land('one', 60, MORNING + 4 * HOUR);
    await predict('one', 0.9, MORNING);
    expect(await nextDay()).toMatchObject([{ flights: 1, right: 1 }]);
  });

  it('is an airport’s own, though one task has several', async () => {
    await flight('one', 0.9, 60);
    await predict('one', 0.1, MORNING, 'JFK');
    await land('one', 60, MORNING + 4 * HOUR, 'JFK');
    expect(await nextDay()).toMatchObject([
      { airport: 'EWR', right: 1 },
      { airport: 'JFK', right: 0 },
    ]);
  });

  it('knows no airport where a record came without a key', async () => {
    await topology.pipe(predicted, [
      { key: null, value: { id: 'one', score: 0.9, decision: 'delayed' } as Prediction, timestamp: MORNING },
    ]);
    await land('one', 60);
    expect(await nextDay()).toEqual([]);
  });
});
