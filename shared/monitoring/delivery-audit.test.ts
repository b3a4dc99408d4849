import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTopologyTestDriver, StreamsBuilder, type TopologyTestDriver } from '#shared/streams';
import { buildDeliveryAudit } from './delivery-audit.js';
import { LostCounts } from './lost-counts.js';
import { type AuditReport, type DeliveryCounts, monitoringTopics } from './monitoring-topics.js';

const topics = monitoringTopics('demo');
const MINUTE = 60_000;
/** Minutes settle when event time is two minutes past their beginning. */
const GRACE_MS = MINUTE;

let driver: TopologyTestDriver;
beforeEach(async () => {
  driver = await startAudit();
});
afterEach(() => driver.close());

function startAudit(
  options: { readonly maxBalances?: number; readonly lost?: LostCounts } = {},
): Promise<TopologyTestDriver> {
  const builder = new StreamsBuilder();
  buildDeliveryAudit(builder, topics, { graceMs: GRACE_MS, ...options });
  return createTopologyTestDriver(builder.build());
}

/** Of minute n: records, and the sum of their checksums, 10 each unless said. */
type Counted = readonly [n: number, records: number, checksum?: number];

function counts(role: DeliveryCounts['role'], counted: readonly Counted[], partition = 0): DeliveryCounts {
  const minutes = counted.map(([n]) => n * MINUTE);
  const records = counted.map(([, each]) => each);
  const checksums = counted.map(([, each, checksum = 10 * each]) => checksum);
  return { role, instance: 'one', partitions: [{ topic: 'demo.inputs', partition, minutes, records, checksums }] };
}
const written = (...counted: Counted[]): DeliveryCounts => counts('producer', counted);
const processed = (...counted: Counted[]): DeliveryCounts => counts('scorer', counted);

async function pipe(...all: readonly DeliveryCounts[]): Promise<void> {
  const records = all.map((value) => ({ key: value.instance, value, timestamp: 0 }));
  await driver.pipe(topics.deliveryCounts, records);
}

async function reports(): Promise<AuditReport[]> {
  await driver.advanceWallClockTime(1_000);
  return (await driver.read(topics.auditReports)).map(({ value }) => value);
}

/** What the audit says when it has been told of all these. */
async function reportOn(...all: readonly DeliveryCounts[]): Promise<AuditReport | undefined> {
  await pipe(...all);
  return (await reports()).at(-1);
}

describe('the delivery audit', () => {
  it('finds nothing where all that was written was processed', async () => {
    expect(await reportOn(written([0, 5], [1, 5], [9, 1]), processed([0, 5], [1, 5]), processed([9, 1]))).toEqual({
      topic: 'demo.inputs',
      partition: 0,
      eventTime: 9 * MINUTE,
      since: null,
      expected: 11,
      consumed: 11,
      missing: 0,
      duplicate: 0,
      late: 0,
      altered: 0,
    });
    expect([...driver.keyValueStore('delivery-balances').all()]).toEqual([]);
  });

  it('misses what was written and not processed, when its minute is settled and not before', async () => {
    expect(await reportOn(written([0, 5], [1, 5], [2, 5]), processed([0, 3], [1, 5]))).toMatchObject({ missing: 0 });
    expect(await reportOn(processed([2, 5]))).toMatchObject({ expected: 15, consumed: 13, missing: 2, duplicate: 0 });
  });

  it('finds what was processed more often than it was written', async () => {
    const report = await reportOn(
      written([0, 5], [1, 5], [2, 5]),
      processed([0, 5], [1, 5]),
      processed([0, 4], [2, 5]),
    );
    expect(report).toMatchObject({ expected: 15, consumed: 19, missing: 0, duplicate: 4, altered: 0 });
  });

  it('counts a record that nobody has counted as a duplicate, and is not moved by its date', async () => {
    const report = await reportOn(written([0, 5], [1, 5]), processed([0, 5], [9_999, 1]), written([2, 5]));
    expect(report).toMatchObject({ eventTime: 0, consumed: 6, missing: 0, duplicate: 0 });
    expect(await reportOn(processed([1, 1], [2, 5], [0, 1]))).toMatchObject({ eventTime: 2 * MINUTE, duplicate: 1 });
  });

  it('finds minutes of which as many records were processed as written, and not the same', async () => {
    const report = await reportOn(written([0, 2, 20], [1, 1], [3, 1]), processed([0, 2, 21], [1, 1], [3, 1]));
    expect(report).toMatchObject({ expected: 4, consumed: 4, missing: 0, duplicate: 0, altered: 1 });
  });

  it('sums checksums modulo 2^32', async () => {
    const half = 2 ** 31;
    const report = await reportOn(
      written([0, 1, half], [3, 1]),
      written([0, 2, half + 7]),
      processed([0, 3, 7], [3, 1]),
    );
    expect(report).toMatchObject({ expected: 4, consumed: 4, altered: 0, missing: 0 });
  });

  it('misses late records no more once they were processed, and says that they were late', async () => {
    expect(await reportOn(written([0, 5], [3, 1]), processed([0, 3], [3, 1]))).toMatchObject({ missing: 2, late: 0 });
    expect(await reportOn(processed([0, 2]))).toMatchObject({ consumed: 6, missing: 0, duplicate: 0, late: 2 });
  });

  it('takes what is written for a minute that was passed for in flight, until event time has gone on', async () => {
    await pipe(written([0, 1], [5, 1]), processed([0, 1], [5, 1]));
    expect(await reportOn(written([0, 1]))).toMatchObject({ expected: 3, consumed: 2, missing: 0 });
    expect(await reportOn(written([6, 1]), processed([6, 1]))).toMatchObject({ missing: 1 });
    expect(await reportOn(processed([0, 1]))).toMatchObject({ missing: 0, late: 1 });
  });

  it('misses nothing of a scorer that is behind, however far', async () => {
    const backlog = Array.from({ length: 500 }, (_, n): Counted => [n, 10]);
    expect(await reportOn(written(...backlog), processed([0, 10], [1, 4]))).toMatchObject({
      expected: 5_000,
      consumed: 14,
      missing: 0,
    });
    expect(await reportOn(processed([1, 6], ...backlog.slice(2)))).toMatchObject({ consumed: 5_000, missing: 0 });
  });

  it('leaves the last minutes of a stream unsettled: what they lack shows in the totals', async () => {
    const report = await reportOn(written([0, 5], [1, 5]), processed([0, 5], [1, 3]));
    expect(report).toMatchObject({ expected: 10, consumed: 8, missing: 0 });
  });

  it('comes to the same whatever order the counts come in', async () => {
    const all = [
      written([0, 5], [1, 5], [7, 1]),
      processed([0, 3], [7, 1]),
      processed([1, 2]),
      written([2, 3, 30], [0, 1]),
      processed([1, 5], [2, 3, 31]),
    ];
    const expected = { expected: 15, consumed: 14, missing: 3, duplicate: 2, altered: 1, eventTime: 7 * MINUTE };
    for (const order of permutations(all)) {
      driver.close();
      driver = await startAudit();
      await pipe(...order);
      // What is written for a minute that was passed settles a little later.
      expect(await reportOn(written([8, 1]), processed([8, 1]))).toMatchObject({
        ...expected,
        expected: 16,
        consumed: 15,
        eventTime: 8 * MINUTE,
      });
    }
  });

  it('keeps partitions apart, and adds up what several producers and scorers say', async () => {
    const second = counts('producer', [[0, 4]], 1);
    await pipe(written([0, 5]), { ...written([0, 2]), instance: 'another' }, second, written([5, 1]));
    await pipe(processed([0, 5]), { ...processed([0, 2]), instance: 'another' }, processed([5, 1]));
    const all = await reports();
    expect(all).toHaveLength(2);
    expect(all.find(({ partition }) => partition === 0)).toMatchObject({ expected: 8, consumed: 8, missing: 0 });
    expect(all.find(({ partition }) => partition === 1)).toMatchObject({ expected: 4, consumed: 0, eventTime: null });
  });

  it('keeps partitions apart whose names begin alike', async () => {
    const of = (topic: string, partition: number, records: number): DeliveryCounts => {
      const [one] = counts('producer', [[0, records]], partition).partitions;
      if (one === undefined) throw new Error('There is one.');
      return { role: 'producer', instance: 'one', partitions: [{ ...one, topic }] };
    };
    await pipe(
      of('demo.inputs', 1, 2),
      of('demo.inputs', 10, 3),
      of('demo.inputs-1', 0, 4),
      of('demo.inputs-1', 10, 5),
    );
    await pipe(written([0, 6], [5, 1]), processed([0, 6], [5, 1]));
    const all = await reports();
    const found = all.map(({ topic, partition, expected, missing }) => [topic, partition, expected, missing]);
    expect(new Set(found)).toEqual(
      new Set([
        ['demo.inputs', 0, 7, 0],
        ['demo.inputs', 1, 2, 0],
        ['demo.inputs', 10, 3, 0],
        ['demo.inputs-1', 0, 4, 0],
        ['demo.inputs-1', 10, 5, 0],
      ]),
    );
  });

  it('goes on over laps: event time moves on, and what was settled stays', async () => {
    await pipe(written([0, 5], [3, 1]), processed([0, 4], [3, 1]));
    const report = await reportOn(written([10_000, 5], [10_003, 1]), processed([10_000, 5], [10_003, 1]));
    expect(report).toMatchObject({ expected: 12, consumed: 11, missing: 1, eventTime: 10_003 * MINUTE });
  });

  it('reports at most once a second, and only partitions where something has changed', async () => {
    await pipe(written([0, 5]));
    await pipe(processed([0, 5]));
    expect(await driver.read(topics.auditReports)).toEqual([]);
    expect(await reports()).toHaveLength(1);
    expect(await reports()).toEqual([]);
    await pipe(counts('scorer', [[0, 1]], 3));
    expect((await reports()).map(({ partition }) => partition)).toEqual([3]);
  });

  it('keeps a bounded number of differences: with too many, of longer stretches, and of minutes when none is left', async () => {
    driver.close();
    driver = await startAudit({ maxBalances: 8 });
    const balances = (): number[][] =>
      Array.from(driver.keyValueStore<string, number[]>('delivery-balances').all(), ([, block]) => block);
    // Four numbers of each.
    const kept = (): number => balances().flat().length / 4;
    const far = Array.from({ length: 100 }, (_, n): Counted => [n, 2]);
    for (const count of far) {
      await pipe(written(count));
      expect(kept()).toBeLessThanOrEqual(8);
    }
    // Half of minute 7 is lost; the rest of what was in flight comes.
    await pipe(processed(...far.map(([n]): Counted => [n, n === 7 ? 1 : 2])), written([300, 1]), processed([300, 1]));
    expect(await reportOn()).toMatchObject({ expected: 201, consumed: 200, missing: 1, duplicate: 0, altered: 0 });
    expect(kept()).toBe(1);
    await pipe(processed([7, 1]), written([301, 1]));
    expect(balances()).toEqual([[301 * MINUTE, 1, 10, 0]]);
  });
});

describe('a delivery audit that has lost counts', () => {
  let lost: LostCounts;
  /** Counts that were told: each is a record. */
  let told: number;
  beforeEach(async () => {
    driver.close();
    lost = new LostCounts();
    told = 0;
    driver = await startAudit({ lost });
  });

  const tell = async (...all: readonly DeliveryCounts[]): Promise<AuditReport | undefined> => {
    told += all.length;
    return reportOn(...all);
  };
  const losesCounts = (): void => lost.tell({ to: told });
  const both = (...counted: Counted[]): DeliveryCounts[] => [written(...counted), processed(...counted)];
  const clean = { missing: 0, duplicate: 0, altered: 0, late: 0 };

  it('misses nothing where what a scorer told was lost', async () => {
    expect(await tell(...both([0, 5], [1, 5]))).toMatchObject({ expected: 10, since: null });
    // Minutes 2 to 4 were written and processed, and 3 was told of by neither.
    await tell(written([2, 5]));
    losesCounts();
    const report = await tell(written([4, 5]), processed([4, 2]), ...both([6, 3], [9, 1]), processed([4, 3]));
    expect(report).toMatchObject({ ...clean, since: 6 * MINUTE, expected: 4, consumed: 4, eventTime: 9 * MINUTE });
    expect([...driver.keyValueStore('delivery-balances').all()]).toEqual([]);
  });

  it('takes nothing for a duplicate where what a producer told was lost, however far the scorer is behind', async () => {
    await tell(...both([0, 5]));
    losesCounts();
    expect(await tell(processed([1, 5], [2, 5]), processed([3, 5]))).toMatchObject({
      ...clean,
      expected: 0,
      consumed: 0,
      eventTime: null,
    });
    await tell(written([8, 5]), processed([5, 5], [8, 5]));
    expect(await tell(...both([10, 5], [12, 1], [14, 1]))).toMatchObject({ ...clean, since: 10 * MINUTE, consumed: 7 });
  });

  it('begins behind what it knows first, where the head of the counts is gone at its first start', async () => {
    lost.tell({ to: 0 });
    expect(await tell(processed([3, 4], [4, 5]))).toBeUndefined();
    expect(await tell(written([5, 2]), processed([5, 2]))).toMatchObject({ ...clean, since: 7 * MINUTE, expected: 0 });
    await tell(...both([6, 2], [7, 3], [9, 1], [10, 1]));
    expect(await reportOn()).toBeUndefined();
    expect(await tell(...both([11, 1]))).toMatchObject({ ...clean, since: 7 * MINUTE, expected: 6, consumed: 6 });
  });

  it('still finds what is missing, there twice or altered from then on, and drops what it had found before', async () => {
    expect(await tell(written([0, 5], [3, 1]), processed([0, 3], [3, 1]))).toMatchObject({ missing: 2 });
    losesCounts();
    expect(await tell(...both([4, 1]))).toMatchObject({ ...clean, expected: 0 });
    const report = await tell(
      written([6, 5], [7, 5], [8, 2, 20], [10, 1]),
      processed([6, 4], [7, 7], [8, 2, 21], [10, 1]),
    );
    expect(report).toMatchObject({ missing: 1, duplicate: 2, altered: 1, since: 6 * MINUTE });
  });

  it('begins all partitions anew, also those that it hears of first', async () => {
    await tell(written([0, 5]), counts('producer', [[0, 5]], 1));
    losesCounts();
    await pipe(written([1, 5]), counts('scorer', [[0, 5]], 1), counts('scorer', [[0, 5]], 2));
    await pipe(counts('producer', [[5, 1]], 2), counts('scorer', [[5, 1]], 2));
    const all = (await reports()).toSorted((a, b) => a.partition - b.partition);
    expect(all.map(({ partition, since }) => [partition, since])).toEqual([
      [0, 3 * MINUTE],
      [1, 2 * MINUTE],
      [2, 7 * MINUTE],
    ]);
    for (const each of all) expect(each).toMatchObject({ ...clean, expected: 0, consumed: 0 });
  });

  it('is not led astray by the date of a record that nobody has counted', async () => {
    await tell(...both([0, 5]), processed([9_999, 1]));
    losesCounts();
    expect(await tell(processed([9_998, 1]), ...both([3, 1]))).toMatchObject({ since: 5 * MINUTE });
  });

  it('begins anew once for each loss, with the first counts behind it', async () => {
    lost.tell({ to: 2 });
    expect(await tell(...both([0, 5]))).toMatchObject({ expected: 5, since: null });
    expect(await tell(written([4, 5]))).toMatchObject({ expected: 0, since: 6 * MINUTE });
    expect(await tell(...both([7, 1]))).toMatchObject({ expected: 1, consumed: 1, since: 6 * MINUTE });
  });
});

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length <= 1) return [[...all]];
  return all.flatMap((first, at) => permutations(all.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}
