import { describe, expect, it } from 'vitest';
import { type MetricSample, scorerMetrics } from '#shared/metrics';
import {
  type DemoReport,
  expectedCounts,
  openDemoSwitches,
  type ProgramProcess,
  reportOn,
  startProgram,
} from '#shared/testing';
import { demo as churn } from './churn/demo.js';
import { demo as flightDelay } from './flight-delay/demo.js';
import { demo as telcoAnomaly } from './telco-anomaly/demo.js';
import { demo as titanic } from './titanic/demo.js';

const PATIENCE_MS = 300_000;
const alone = ['--headless', '--broker-port', '0', '--report', '-'];

/** Where a demo's own cluster is, as it says. */
async function addressOf(program: ProgramProcess) {
  const brokers = await program.said(/on an embedded Kafka at ([\d.:]+)/);
  return { brokers, registry: await program.said(/Registry\s+(http\S+)/) };
}

/** The last bucket of how long the calls of the model took. */
function callsOfMoreThanASecond(metrics: readonly MetricSample[]): number {
  return metrics.find(({ metric }) => metric === scorerMetrics.scoringDuration.name)?.buckets.at(-1) ?? 0;
}

describe('a scorer that a switch kills', () => {
  it(
    'is followed by another one when its time is over, and a counted run waits for that: none lost, none twice',
    async () => {
      const length = ['--records', '600', '--rate', '100'];
      await using program = startProgram('demos/titanic/demo.js', [...length, ...alone]);
      await using switches = await openDemoSwitches('titanic', await addressOf(program));
      const first = await switches.heartbeat(({ scoredTotal }) => scoredTotal > 100);
      // Longer than a run without faults waits for what is on its way, when all of it has been produced.
      const forMs = 42_000;
      const { instance: target } = first;
      const { id } = await switches.writer.switchFault('killed-scorer', { on: true, forMs, target, by: 'test' });
      const last = await switches.heartbeat(({ obeys }) => obeys.includes(id));
      expect(last.instance).toBe(target);
      await program.said(
        /was killed, as was ordered; another one is started when that is over, in \d+ s at the latest/,
      );

      await program.said(/Process \d+ scores in its place/);
      const second = await switches.heartbeat(({ instance, scoredTotal }) => instance !== target && scoredTotal > 0);
      expect(second.obeys).toEqual([id]);
      expect(await program.exited).toBe(0);
      expect(reportOn(program).records).toEqual(expectedCounts(titanic, 600));
    },
    PATIENCE_MS,
  );

  it(
    'is followed by another one as soon as that is switched off, beside other demos, where all are to end with a scorer',
    async () => {
      const options = ['--records', '1500', '--rate', '100', '--end-with-scorer', '--monitoring', 'off'];
      await using program = startProgram('demos/demos.js', ['all', ...options, ...alone]);
      await using switches = await openDemoSwitches('churn', await addressOf(program));
      const { instance: target } = await switches.heartbeat(({ scoredTotal }) => scoredTotal > 0);
      await switches.writer.switchFault('killed-scorer', { on: true, target, by: 'test' });
      await program.said(/churn: The scorer, process \d+, was killed, as was ordered/);
      await switches.writer.switchFault('killed-scorer', { on: false, by: 'test' });
      await program.said(/churn: Process \d+ scores in its place/);
      expect(await program.exited).toBe(0);
      const reports = JSON.parse(program.stdout()) as DemoReport[];
      expect(reports.map(({ records }) => records)).toEqual([
        expectedCounts(churn, 1_500),
        expectedCounts(flightDelay, 1_500),
        expectedCounts(telcoAnomaly, 1_500),
        expectedCounts(titanic, 1_500),
      ]);
    },
    PATIENCE_MS,
  );
});

describe('a scorer that a switch slows down', () => {
  it(
    'takes a second and a half longer for each call, as its heartbeats tell, until that is switched off; all is scored, once',
    async () => {
      const options = ['--records', '300', '--rate', '20', '--monitoring', 'off'];
      await using program = startProgram('demos/titanic/demo.js', [...options, ...alone]);
      await using switches = await openDemoSwitches('titanic', await addressOf(program));
      await switches.heartbeat(({ scoredTotal }) => scoredTotal > 0);
      const on = await switches.writer.switchFault('slow-scorer', { on: true, by: 'test' });
      const slow = await switches.heartbeat(({ metrics }) => callsOfMoreThanASecond(metrics) > 1);
      expect(slow.obeys).toEqual([on.id]);
      const off = await switches.writer.switchFault('slow-scorer', { on: false, by: 'test' });
      await switches.heartbeat(({ obeys }) => obeys.includes(off.id));
      expect(await program.exited).toBe(0);
      expect(reportOn(program).records).toEqual(expectedCounts(titanic, 300));
    },
    PATIENCE_MS,
  );
});
