import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { type BatchScorer, createTopologyTestDriver, StreamsBuilder, type TopologyTestDriver } from '#shared/streams';
import { minuteOf } from './cell-window.js';
import type { Features } from './features.js';
import { toKpis } from './kpis.js';
import { buildTopology } from './scorer.js';
import { type Alarm, alarms, type Cell, cells, type Prediction, predictions, type Report, reports } from './topics.js';
import { MINUTE_MS, WINDOW_MS } from './window-time.js';

/** Noon of a Thursday. */
const NOON = Date.parse('2026-03-05T12:00:00Z');
const MINUTE = MINUTE_MS;

/** Takes five minutes for anomalous in which no data flow; the KPIs to blame are the same each time. */
const model: BatchScorer<object> = {
  name: 'no-traffic',
  version: '1',
  score: (rows) =>
    Promise.resolve(
      (rows as readonly Features[]).map(({ trafficMegabytes, latency }) => {
        const isAnomalous = trafficMegabytes === 0;
        const reasons = ['userThroughput', 'latency', 'handovers', 'connectedUsers'].map((name, place) => ({
          name,
          contribution: (name === 'latency' ? latency : 4 - place) / 10,
        }));
        return { score: isAnomalous ? latency : 0, decision: isAnomalous ? 'anomalous' : 'normal', reasons };
      }),
    ),
};

let topology: TopologyTestDriver;
let asked: Features[];
beforeEach(async () => {
  asked = [];
  const builder = new StreamsBuilder();
  buildTopology(builder, {
    ...model,
    score: (rows) => {
      asked.push(...(rows as Features[]));
      return model.score(rows);
    },
  });
  topology = await createTopologyTestDriver(builder.build(), { wallClockMs: 1_234, deadLetterTopic: 'dead' });
  await plan('cell-001', 'cell-002');
});

async function plan(...cellIds: readonly string[]): Promise<void> {
  const planned = cellIds.map(
    (cellId): Cell => ({ cellId, cellType: 'business', bandwidthMhz: 15, busyHourUsers: 176 }),
  );
  await topology.pipe(
    cells,
    planned.map((value) => ({ key: value.cellId, value, timestamp: NOON - MINUTE })),
  );
}

const report = (minute: number, kpis: Partial<Report> = {}, cellId = 'cell-001'): Report => ({
  cellId,
  minute: NOON + minute * MINUTE,
  ...toKpis(() => 1),
  ...kpis,
});
const send = (...values: readonly Report[]): Promise<void> =>
  topology.pipe(
    reports,
    values.map((value) => ({ key: value.cellId, value, timestamp: value.minute + MINUTE })),
  );
const minutes = (from: number, kpis: Partial<Report> = {}, cellId?: string): Report[] =>
  [0, 1, 2, 3, 4].map((minute) => report(from + minute, kpis, cellId));
const scored = async (): Promise<Prediction[]> => (await topology.read(predictions)).map(({ value }) => value);

describe('a window', () => {
  it('is scored when each of its five minutes was reported, at its end', async () => {
    await send(...minutes(0).slice(0, 4));
    expect(await topology.read(predictions)).toEqual([]);
    await send(report(4));
    expect(await topology.read(predictions)).toMatchObject([
      {
        key: 'cell-001-20260305T1200',
        timestamp: NOON + WINDOW_MS,
        value: {
          id: 'cell-001-20260305T1200',
          eventTime: NOON + WINDOW_MS,
          score: 0,
          decision: 'normal',
          modelName: 'no-traffic',
          modelVersion: '1',
          scoredAt: 1_234,
          cellId: 'cell-001',
          windowStart: NOON,
          reasons: [
            { name: 'userThroughput', value: 1 },
            { name: 'latency', value: 1 },
            { name: 'handovers', value: 5 },
          ],
        },
      },
    ]);
  });

  it('takes its minutes in any order', async () => {
    await send(
      ...[4, 1, 0, 3, 2].map((minute) => report(minute, { sessionSetups: minute, interference: -110 - minute })),
    );
    expect(asked).toMatchObject([{ sessionSetups: 10, interference: -112, trafficMegabytes: 5 }]);
  });

  it('adds up what is counted, and takes the mean of what is measured, in the decimals of the KPI', async () => {
    const users = [7.1, 7.2, 7.2, 7.2, 7.2];
    await send(...users.map((connectedUsers, minute) => report(minute, { connectedUsers, trafficMegabytes: 0.1 })));
    expect(asked).toMatchObject([{ connectedUsers: 7.2, trafficMegabytes: 0.5 }]);
  });

  it('knows its cell as it was planned, and its time: day of the week from Monday, minute of the day, UTC', async () => {
    await send(...minutes(5));
    const cell = { cellId: 'cell-001', cellType: 'business', bandwidthMhz: 15, busyHourUsers: 176 };
    expect(asked).toMatchObject([{ ...cell, dayOfWeek: 4, minuteOfDay: 12 * 60 + 5, windowStart: NOON + 5 * MINUTE }]);
    await send(...minutes(3 * 24 * 60 + 12 * 60 - 5));
    expect(asked[1]).toMatchObject({ dayOfWeek: 7, minuteOfDay: 23 * 60 + 55 });
  });

  it('gives the model each of its inputs, by the name that its card has for it', async () => {
    await send(...minutes(0));
    const card = JSON.parse(readFileSync(projectFile('demos/telco-anomaly/model/model.json'), 'utf8')) as {
      inputs: readonly { readonly name: string }[];
    };
    expect(Object.keys(asked[0] ?? {})).toEqual(expect.arrayContaining(card.inputs.map(({ name }) => name)));
  });

  it('is not changed by a report that comes twice, before it is complete or after', async () => {
    const [first, ...others] = minutes(0) as [Report, ...Report[]];
    await send(first, first, ...others, first, ...others);
    expect(asked).toMatchObject([{ trafficMegabytes: 5 }]);
    expect(await scored()).toHaveLength(1);
  });

  it('is never scored where a minute is missing; what follows is', async () => {
    await send(...minutes(0).slice(1), ...minutes(5));
    expect((await scored()).map(({ id }) => id)).toEqual(['cell-001-20260305T1205']);
  });

  it('waits five minutes for a late report, by the newest of its partition', async () => {
    await send(...minutes(0).slice(1), ...minutes(5), report(0));
    expect((await scored()).map(({ id }) => id)).toEqual(['cell-001-20260305T1205', 'cell-001-20260305T1200']);
    await send(...minutes(10).slice(1), report(20, {}, 'cell-002'), report(10));
    expect(await scored()).toEqual([]);
  });

  it('is one of its cell: two cells have nothing to do with each other', async () => {
    await send(...minutes(0).slice(0, 3), ...minutes(0, {}, 'cell-002').slice(3));
    expect(await scored()).toEqual([]);
  });

  it.each([
    [
      'of a cell that nobody has planned',
      report(0, {}, 'cell-099'),
      /cell-099, of which telco-anomaly\.cells says nothing/,
    ],
    ['that lacks a KPI', report(0, { latency: Number.NaN }), /has no latency/],
  ])('has no place for a report %s: that is a dead letter', async (_what, value, sentence) => {
    await send(value);
    expect(topology.readDeadLetters()).toMatchObject([{ reason: { message: expect.stringMatching(sentence) } }]);
    await send(...minutes(0));
    expect(await scored()).toHaveLength(1);
  });
});

it('refuses, rather than passes over as late, what was written by another schema', () => {
  expect(() => minuteOf({ value: { customerId: 'C0001' } })).toThrow('tells of the minute undefined');
});

describe('an alarm', () => {
  let now: Map<string, number>;
  beforeEach(() => {
    now = new Map();
  });

  /**
   * Plays windows of a cell: X is anomalous, a dot is not, a question mark lacks a report, L is anomalous and gets its last
   * report after the window that follows. Gives the alarms that came.
   */
  async function play(course: string, cellId = 'cell-001', kpis: Partial<Report> = {}): Promise<Alarm[]> {
    let late: readonly Report[] = [];
    for (const window of course) {
      const from = now.get(cellId) ?? 0;
      now.set(cellId, from + 5);
      const isAnomalous = window === 'X' || window === 'L';
      const told = minutes(from, isAnomalous ? { trafficMegabytes: 0, latency: 2, ...kpis } : {}, cellId);
      const inTime = window === '?' || window === 'L' ? told.slice(1) : told;
      await send(...inTime, ...late);
      late = window === 'L' ? told.slice(0, 1) : [];
    }
    return (await topology.read(alarms)).map(({ value }) => value);
  }
  const at = (window: number): number => NOON + window * WINDOW_MS;

  it.each(['XXX', 'X.X.X', 'XX..X', 'X..XX', 'X?X.X'])(
    'opens with the third anomalous window of five: %s',
    async (course) => {
      expect(await play(course.slice(0, -1))).toEqual([]);
      expect(await play(course.slice(-1))).toEqual([
        {
          id: 'cell-001-20260305T1200',
          cellId: 'cell-001',
          state: 'opened',
          at: at(course.length),
          since: NOON,
          until: at(course.length),
          windows: 3,
          peakScore: 2,
          blame: [expect.anything(), expect.anything(), expect.anything()],
        },
      ]);
    },
  );

  it.each(['XX......XX', 'XX...X', 'X..X.X', 'XX???X', 'X...X...X...X'])(
    'does not open by three in more than five: %s',
    async (course) => {
      expect(await play(course)).toEqual([]);
    },
  );

  it('names the KPIs to blame: those with the largest errors in all anomalous windows together', async () => {
    await play('X.X');
    const [{ blame, peakScore } = {}] = await play('X', 'cell-001', { latency: 20 });
    expect(peakScore).toBe(20);
    expect(blame?.map(({ name }) => name)).toEqual(['latency', 'userThroughput', 'handovers']);
    expect(blame?.[0]?.contribution).toBeCloseTo(0.2 + 0.2 + 2);
    expect(blame?.[1]?.contribution).toBeCloseTo(3 * 0.4);
  });

  it('opens once, however long the incident goes on', async () => {
    expect(await play('XXX')).toHaveLength(1);
    expect(await play('XXXXXX.....XX....X.X.X.X')).toEqual([]);
  });

  it('is closed when no window can come any more that belongs to the incident: 30 minutes, and 5 for late reports', async () => {
    await play('XXX');
    expect(await play('.......')).toEqual([]);
    expect(await play('.')).toMatchObject([
      { id: 'cell-001-20260305T1200', state: 'closed', at: at(11), since: NOON, until: at(3), windows: 3 },
    ]);
    expect(await play('..........')).toEqual([]);
  });

  it('goes on with an anomalous window 30 minutes after the last, and no later', async () => {
    await play('XXX');
    expect(await play('.....X')).toEqual([]);
    expect(await play('........')).toMatchObject([{ state: 'closed', until: at(9), windows: 4 }]);
    await play('XXX');
    expect(await play('......X.')).toMatchObject([{ state: 'closed', windows: 3 }]);
  });

  it('opens anew for the next incident', async () => {
    await play('XXX........');
    expect(await play('XXX')).toMatchObject([{ id: 'cell-001-20260305T1255', state: 'opened', windows: 3 }]);
  });

  it('may tell of an incident that began before the pattern', async () => {
    await play('X.....X.....');
    expect(await play('XXX')).toMatchObject([{ since: NOON, windows: 5 }]);
  });

  describe('by a window whose last report comes late', () => {
    it('opens where that window makes the pattern', async () => {
      expect(await play('XLX')).toMatchObject([{ state: 'opened', since: NOON, until: at(3), windows: 3 }]);
    });

    it('tells of the two incidents that it joins as one', async () => {
      expect(await play('X.....LX')).toEqual([]);
      expect(await play('X')).toMatchObject([{ since: NOON, until: at(9), windows: 4 }]);
    });

    it('is not closed too early', async () => {
      await play('XXX');
      expect(await play('.....L.......')).toEqual([]);
      expect(await play('.')).toMatchObject([{ state: 'closed', until: at(9), at: at(17), windows: 4 }]);
    });
  });

  it('is one of its cell', async () => {
    await play('XX');
    expect(await play('XX', 'cell-002')).toEqual([]);
    expect(await play('X', 'cell-002')).toMatchObject([{ id: 'cell-002-20260305T1200', cellId: 'cell-002' }]);
    expect(await play('X')).toMatchObject([{ cellId: 'cell-001' }]);
  });

  it('stays open when its cell falls silent, whatever time it is elsewhere, until the cell is heard of again', async () => {
    await play('XXX');
    expect(await play('.'.repeat(50), 'cell-002')).toEqual([]);
    now.set('cell-001', 260);
    expect(await play('.')).toMatchObject([{ cellId: 'cell-001', state: 'closed', until: at(3), at: at(53) }]);
  });

  it('is keyed by its cell, at the end of the window that told it', async () => {
    const course = [...minutes(0), ...minutes(5), ...minutes(10)].map((one) => ({ ...one, trafficMegabytes: 0 }));
    await send(...course);
    expect(await topology.read(alarms)).toMatchObject([{ key: 'cell-001', timestamp: at(3), value: { at: at(3) } }]);
  });
});

it('reads like the talk: tumbling windows, a model, session windows, alarms', () => {
  const builder = new StreamsBuilder();
  buildTopology(builder, model);
  const description = builder.build().describe();
  expect(description.match(/Sub-topology/g)).toHaveLength(2);
  expect([...new Set(description.match(/(KSTREAM|KTABLE)-[A-Z]+/g))]).toEqual([
    'KSTREAM-SOURCE',
    'KTABLE-SOURCE',
    'KSTREAM-LEFTJOIN',
    'KSTREAM-AGGREGATE',
    'KTABLE-TOSTREAM',
    'KSTREAM-PROCESSOR',
    'KSTREAM-SCORE',
    'KSTREAM-MAP',
    'KSTREAM-SINK',
    'KSTREAM-FILTER',
    'KSTREAM-MERGE',
  ]);
});
