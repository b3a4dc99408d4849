import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import {
  type Alerting,
  describeWithPrometheus,
  type ProgramProcess,
  startAlerting,
  startProgram,
} from '#shared/testing';

/** Half a minute of them at the pace of this test. */
const LABELS_OF_FLIGHTS = 3_000;

const demos = ['churn', 'flight-delay', 'telco-anomaly', 'titanic'];

// In this order, each where all is well again: first no fault, then one in each demo, then of all of them.
await describeWithPrometheus('Faults in demos side by side', () => {
  let alerting: Alerting;
  let program: ProgramProcess;
  let where: string[];
  beforeAll(async () => {
    alerting = await startAlerting();
    await alerting.told({ alertname: 'NothingWatched' });
    program = startProgram('demos/demos.js', ['all', '--rate', '100', '--broker-port', '0', '--port', '0']);
    const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
    where = ['--brokers', brokers, '--registry', await program.said(/Registry\s+(http\S+)/)];
    const page = await program.said(/Live pages\s+(http\S+)/);
    const metrics = async (): Promise<string> => (await fetch(new URL('metrics', page))).text();
    const patience = { timeout: 240_000, interval: 200 };
    await vi.waitUntil(async () => {
      const up = (await metrics()).matchAll(/^kafka_ml_monitor_up\{.*\} 1$/gm);
      return [...up].length === demos.length;
    }, patience);
    // Alerts come twelve times as soon here: what they allow a model for a minute, its first bad day of flights among the first
    // few hundred labels, would be allowed for five seconds.
    await vi.waitUntil(async () => {
      const labelled = /^kafka_ml_quality_labelled_records\{demo="flight-delay",.*window="all".*\} (\d+)$/m.exec(
        await metrics(),
      );
      return Number(labelled?.[1] ?? 0) >= LABELS_OF_FLIGHTS;
    }, patience);
    await alerting.watch(page);
    await alerting.told({ alertname: 'NothingWatched' }, 'resolved');
  });
  afterAll(async () => {
    await program[Symbol.asyncDispose]();
    await alerting[Symbol.asyncDispose]();
  });

  /** The process that scores a demo, by what the program said of it. */
  const scorerOf = async (demo: string): Promise<number> =>
    Number(await program.said(new RegExp(`${demo}\\s+\\S+ \\S+ in process (\\d+)`)));

  /** The process that monitors: one that went, as on a machine without a free core, has another in its place. */
  const latestMonitor = (): number => {
    const said = program.stdout().matchAll(/Monitor\s+process (\d+)|monitor is process (\d+)/g);
    const [, first, other] = [...said].at(-1) ?? [];
    return Number(other ?? first);
  };

  it('are not told of where there are none', async () => {
    await alerting.scrapes(40);
    const scored = await alerting.prometheus.query('kafka_ml_records_scored_total > 0');
    expect(new Set(scored.map(({ labels }) => labels.demo))).toEqual(new Set(demos));
    expect(alerting.webhook.alerts.filter(({ labels }) => labels.alertname !== 'NothingWatched')).toEqual([]);
    expect((await alerting.prometheus.rules()).filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  it('are told of each', async () => {
    const foreignRecord = async (): Promise<void> => {
      const cluster = await connectCluster({ brokers: [where[1] ?? ''], clientId: 'test' });
      const producer = await cluster.produce();
      const value = Buffer.from('not Avro');
      await producer.send([{ topic: 'churn.events', key: 'somebody', value, timestamp: Date.now() }]);
      await cluster.close();
      const { annotations } = await alerting.told({ alertname: 'DeadLetters', demo: 'churn' });
      expect(annotations.description).toMatch(
        /^Records of churn .*: 1 \(record-undecodable\)\. Each is kept unchanged/,
      );
    };
    const unusableModel = async (): Promise<void> => {
      const folder = fileURLToPath(projectFile('shared/scoring/fixtures/sklearn-logistic-regression'));
      await using publish = startProgram('shared/commands/model-publish.js', [folder, '--demo', 'titanic', ...where]);
      expect(await publish.exited).toBe(1);
      await alerting.told({ alertname: 'ModelRefused', demo: 'titanic', reason: 'model-invalid' });
    };
    const stoppedScorer = async (): Promise<void> => {
      const scorer = await scorerOf('telco-anomaly');
      process.kill(scorer, 'SIGSTOP');
      await alerting.told({ alertname: 'ScorerDown', demo: 'telco-anomaly' });
      process.kill(scorer, 'SIGCONT');
      await alerting.told({ alertname: 'PredictionLatencyHigh', demo: 'telco-anomaly' });
      await alerting.told({ alertname: 'ScorerDown', demo: 'telco-anomaly' }, 'resolved');
      await alerting.told({ alertname: 'PredictionLatencyHigh', demo: 'telco-anomaly' }, 'resolved');
    };
    const killedScorer = async (): Promise<void> => {
      process.kill(await scorerOf('flight-delay'), 'SIGKILL');
      await alerting.told({ alertname: 'ScorerDown', demo: 'flight-delay' });
      await using other = startProgram('demos/flight-delay/demo.js', ['--only', 'scorer', ...where]);
      await other.said(/Scoring flight-delay/);
      await alerting.told({ alertname: 'ScorerDown', demo: 'flight-delay' }, 'resolved');
    };
    await Promise.all([foreignRecord(), unusableModel(), stoppedScorer(), killedScorer()]);
  });

  it('are told of when nobody watches any more', async () => {
    const monitor = latestMonitor();
    // One that is killed has another in its place.
    process.kill(monitor, 'SIGSTOP');
    try {
      await Promise.all(demos.map((demo) => alerting.told({ alertname: 'MonitorDown', demo })));
    } finally {
      process.kill(monitor, 'SIGKILL');
    }
  });

  it('are told of when the whole is gone', async () => {
    program.signal('SIGKILL');
    await alerting.told({ alertname: 'TargetDown' });
    await alerting.told({ alertname: 'NothingWatched' });
  });
});
