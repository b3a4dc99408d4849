import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, type FaultStage, openFaultStage } from '#shared/testing';
import { flights } from './topics.js';

const PATIENCE_MS = 150_000;

describeInBrowser('who watches the page finds out what is wrong with the records', (browser: () => Browser) => {
  let stage: FaultStage;
  beforeAll(async () => {
    stage = await openFaultStage(browser(), 'flight-delay', ['--rate', '300']);
  });
  afterAll(async () => stage[Symbol.asyncDispose]());

  it(
    'while nothing is, nothing is said, until all is known',
    async () => {
      await stage.untilWell('known');
      expect(await stage.told()).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'poison: dead letters that nobody can read',
    () => stage.see('poison-records', { shows: /record-undecodable/ }),
    PATIENCE_MS,
  );

  it(
    'late data: of all that is read more than a hundredth is late, and then none',
    () => stage.see('late-data', { shows: /Late [1-9]\d?\.\d %/, recovers: /Late 0\.0 %/ }),
    PATIENCE_MS,
  );

  it(
    'drift: the seats of planes are not as in training',
    () => stage.see('drift', { shows: /planeSeats \d\.\d\d now \d\.\d\d not as in training/ }),
    PATIENCE_MS,
  );

  it(
    'after all of them each flight is accounted for, and each poison record is a dead letter, once',
    async () => {
      const { report, poison } = await stage.end(flights.name);
      expect(poison).toBeGreaterThan(0);
      expect(report.records).toMatchObject({ deadLettered: poison, lost: 0, duplicated: 0 });
      expect(stage.demo.complaints).toEqual([]);
    },
    PATIENCE_MS,
  );
});
