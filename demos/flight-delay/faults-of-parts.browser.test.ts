import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, type FaultStage, openFaultStage } from '#shared/testing';
import { flights } from './topics.js';

const PATIENCE_MS = 150_000;

describeInBrowser('who watches the page finds out which part is at fault', (browser: () => Browser) => {
  let stage: FaultStage;
  beforeAll(async () => {
    stage = await openFaultStage(browser(), 'flight-delay', ['--rate', '120']);
  });
  afterAll(async () => stage[Symbol.asyncDispose]());

  it(
    'while nothing is, nothing is said',
    async () => {
      await stage.untilWell();
      expect(await stage.told()).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'a slow scorer: latency is more than a second, and soon what it was',
    () => stage.see('slow-scorer', { shows: /99th percentile.*\d+(\.\d+)? s/i }),
    PATIENCE_MS,
  );

  it(
    'a killed scorer: it is silent, and another one is at work',
    () => stage.see('killed-scorer', { shows: /silent for \d+ s/, recovers: /RUNNING/ }),
    PATIENCE_MS,
  );

  it(
    'a lost broker: the page says that it is in trouble, and is live again',
    () => stage.see('lost-broker', { shows: /Trouble/, recovers: /Live/, off: false }),
    PATIENCE_MS,
  );

  it(
    'a bad model: the quality of a version that is turned is below that of a coin, and the one before it serves again',
    () => stage.see('bad-model', { shows: /-turned 0\.[0-4]\d\d/ }),
    PATIENCE_MS,
  );

  it(
    'after all of them each flight is accounted for: none lost, none twice',
    async () => {
      const { report } = await stage.end(flights.name);
      expect(report.records).toMatchObject({ deadLettered: 0, lost: 0, duplicated: 0 });
      expect(report.records.scored).toBeGreaterThan(0);
      expect(stage.demo.complaints).toEqual([]);
    },
    PATIENCE_MS,
  );
});
