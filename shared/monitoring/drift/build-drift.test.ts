import { beforeEach, describe, expect, it } from 'vitest';
import { createTopologyTestDriver, StreamsBuilder, type TopologyTestDriver } from '#shared/streams';
import { type DriftReport, type InputCounts, monitoringTopics } from '../monitoring-topics.js';
import { buildDrift } from './build-drift.js';
import type { DriftWindow } from './drift-reporter.js';
import { populationStability } from './population-stability.js';

const { inputCounts, driftReports } = monitoringTopics('trains');
const expected = [0.5, 0.5, 0, 0];

/** Short trains and long ones, as a scorer counted them. */
function counted(short: number, long: number, changed: Partial<InputCounts> = {}): InputCounts {
  const inputs = {
    length: { expected, counts: [short, long, 0, 0] },
    carrier: { expected: [0.9, 0.1, 0], counts: [short + long, 0, 0] },
  };
  const version = { modelName: 'trains-glm', modelVersion: '1' };
  return { instance: 'scorer', ...version, countedAt: 1_000, rows: short + long, inputs, ...changed };
}

describe('buildDrift', () => {
  let driver: TopologyTestDriver;

  const start = async (window?: DriftWindow): Promise<void> => {
    const builder = new StreamsBuilder();
    buildDrift(builder, { demo: 'trains', window });
    driver = await createTopologyTestDriver(builder.build());
  };
  beforeEach(() => start({ windowRows: 1_000, fromRows: 100 }));

  const pipe = (...all: readonly InputCounts[]): Promise<void> =>
    driver.pipe(
      inputCounts,
      all.map((value) => ({
        key: `${value.modelName}/${value.modelVersion}`,
        value,
        timestamp: value.countedAt,
      })),
    );
  const reports = async (): Promise<Map<string, DriftReport | null>> => {
    await driver.advanceWallClockTime(1_000);
    return new Map((await driver.read(driftReports)).map(({ key, value }) => [String(key), value]));
  };

  it('adds up what scorers count, and reports the index of each input', async () => {
    await pipe(counted(20, 40), counted(20, 20, { instance: 'other', countedAt: 2_000 }));
    expect(Object.fromEntries(await reports())).toEqual({
      'trains-glm/1': {
        modelName: 'trains-glm',
        modelVersion: '1',
        countedAt: 2_000,
        rows: 100,
        inputs: {
          length: populationStability(expected, [40, 60, 0, 0]),
          carrier: populationStability([0.9, 0.1, 0], [100, 0, 0]),
        },
        recent: null,
      },
    });
  });

  it('says beside it how the newest rows are distributed, so that a drift is seen while it is young', async () => {
    await start({ windowRows: 10_000, fromRows: 2_000 });
    for (let second = 0; second < 80; second += 1) await pipe(counted(50, 50));
    for (let second = 0; second < 10; second += 1) await pipe(counted(100, 0));
    const report = (await reports()).get('trains-glm/1');
    expect(report?.inputs.length).toBeLessThan(0.1);
    expect(report?.recent).toEqual({
      rows: 1_000,
      inputs: {
        length: { index: populationStability(expected, [1_000, 0, 0, 0]), expected, counts: [1_000, 0, 0, 0] },
        carrier: expect.objectContaining({ counts: [1_000, 0, 0] }),
      },
    });
    expect(report?.recent?.inputs.length?.index).toBeGreaterThan(2);
  });

  it('tells of the newest rows from so many on, also before there are enough for a report on all', async () => {
    await start({ windowRows: 10_000, fromRows: 2_000 });
    await pipe(counted(499, 500));
    expect((await reports()).size).toBe(0);
    await pipe(counted(1, 0));
    expect((await reports()).get('trains-glm/1')).toMatchObject({ rows: 1_000, inputs: {}, recent: { rows: 1_000 } });
  });

  it('reports from so many rows on, and when more were counted', async () => {
    await pipe(counted(49, 50));
    expect((await reports()).size).toBe(0);
    await pipe(counted(1, 0));
    expect((await reports()).size).toBe(1);
    expect((await reports()).size).toBe(0);
  });

  it('is of the last rows: what was before them counts no more', async () => {
    for (let second = 0; second < 30; second += 1) await pipe(counted(100, 0));
    expect((await reports()).get('trains-glm/1')?.inputs.length).toBeGreaterThan(3);
    for (let second = 0; second < 11; second += 1) await pipe(counted(50, 50));
    const report = (await reports()).get('trains-glm/1');
    expect(report).toMatchObject({ rows: 1_000, inputs: { length: 0 } });
  });

  it('keeps a bounded number of slices, however many counts come', async () => {
    for (let second = 0; second < 500; second += 1) await pipe(counted(5, 5));
    expect((await reports()).get('trains-glm/1')?.rows).toBeLessThanOrEqual(1_050);
    expect(driver.keyValueStore('drift').approximateNumEntries()).toBeLessThanOrEqual(22);
  });

  it('keeps versions apart', async () => {
    await pipe(counted(50, 50), counted(100, 0, { modelVersion: '2' }));
    const found = await reports();
    expect(found.get('trains-glm/1')?.inputs.length).toBe(0);
    expect(found.get('trains-glm/2')?.inputs.length).toBeGreaterThan(2);
  });

  it('begins anew where a version comes with another profile', async () => {
    await pipe(counted(100, 0));
    await pipe(counted(0, 0, { rows: 100, inputs: { length: { expected: [0.2, 0.8, 0], counts: [20, 80, 0] } } }));
    expect((await reports()).get('trains-glm/1')).toMatchObject({ rows: 100, inputs: { length: 0 } });
    expect(driver.keyValueStore('drift').approximateNumEntries()).toBe(2);
  });

  it('forgets of many versions the one of which no rows came for longest, and its report', async () => {
    for (let version = 1; version <= 33; version += 1) {
      await pipe(counted(50, 50, { modelVersion: String(version), countedAt: version }));
    }
    const found = await reports();
    expect([found.get('trains-glm/1'), found.get('trains-glm/33')]).toMatchObject([null, { rows: 100 }]);
  });
});
