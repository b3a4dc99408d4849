import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  type Alerting,
  describeWithPrometheus,
  type ProgramProcess,
  startAlerting,
  startProgram,
} from '#shared/testing';

const demo = 'flight-delay';
const flights = 'flight-delay.flights';
const group = 'flight-delay.scorer';
const PARTITIONS = [0, 1, 2, 3];

// In this order, each where all is well again.
await describeWithPrometheus('Faults in the parts of a demo', () => {
  const running: AsyncDisposable[] = [];
  let alerting: Alerting;
  let broker: ProgramProcess;
  let where: string[];
  let producer: ProgramProcess;
  let monitor: ProgramProcess;

  const start = async (part: string, says: RegExp, ...options: string[]): Promise<ProgramProcess> => {
    const program = startProgram('demos/flight-delay/demo.js', ['--only', part, ...where, ...options]);
    running.push(program);
    await program.said(says);
    return program;
  };
  const startScorer = (): Promise<ProgramProcess> => start('scorer', /^Scoring/m);
  const end = async (program: ProgramProcess): Promise<void> => {
    program.signal('SIGTERM');
    await program.exited;
  };

  beforeAll(async () => {
    broker = startProgram('shared/commands/broker.js', ['--port', '0', '--registry-port', '0']);
    running.push(broker);
    const brokers = await broker.said(/Kafka\s+([\d.:]+)/);
    where = ['--brokers', brokers, '--registry', await broker.said(/Registry\s+(http\S+)/)];
    alerting = await startAlerting();
    await startScorer();
    const dashboard = await start('dashboard', /live page is at/, '--port', '0');
    await alerting.watch(await dashboard.said(/live page is at (http[^;]+);/));
    monitor = await start('monitor', /^Monitoring/m);
    producer = await start('producer', /^Producing/m, '--rate', '200');
    await alerting.told({ alertname: 'NothingWatched' }, 'resolved');
    await alerting.scrapes(10);
  }, 90_000);
  afterAll(async () => {
    for (const each of running.toReversed()) await each[Symbol.asyncDispose]();
    await alerting[Symbol.asyncDispose]();
  });

  /** Does something, and sees that none but these alerts come of it. */
  async function seen(fault: () => Promise<void>, expected: readonly string[]): Promise<void> {
    const before = alerting.webhook.alerts.length;
    await fault();
    const names = alerting.webhook.alerts.slice(before).map(({ labels }) => labels.alertname);
    expect(expected).toEqual(expect.arrayContaining(names));
  }

  it('a scorer of two that does not come to its turn: which one, and which partitions wait', async () => {
    await seen(async () => {
      const other = await startScorer();
      await vi.waitUntil(async () => {
        const assigned = await alerting.prometheus.query('kafka_ml_scorer_assigned_partitions > 0');
        return assigned.length === 2;
      }, 30_000);
      other.signal('SIGSTOP');
      const silent = await alerting.told({ alertname: 'ScorerSilent', demo });
      expect(silent.labels.scorer).toMatch(new RegExp(`-${other.pid}$`));
      const stuck = await alerting.told({ alertname: 'ConsumerStuck', demo, group, topic: flights });
      expect(PARTITIONS.map(String)).toContain(stuck.labels.partition);
      await other[Symbol.asyncDispose]();
      await alerting.told({ alertname: 'ConsumerStuck', demo, partition: stuck.labels.partition ?? '' }, 'resolved');
    }, ['ScorerSilent', 'ConsumerStuck', 'PredictionLatencyHigh']);
  }, 120_000);

  it('more than can be scored', async () => {
    const burst = await start('producer', /^Producing/m, '--rate', '0');
    await alerting.told({ alertname: 'ScorerBehind', demo, group });
    await end(burst);
    await alerting.told({ alertname: 'ScorerBehind', demo, group }, 'resolved');
  }, 120_000);

  it('a monitor that hangs', async () => {
    monitor.signal('SIGSTOP');
    await alerting.told({ alertname: 'MonitoringBehind', demo });
    monitor.signal('SIGCONT');
    await alerting.told({ alertname: 'MonitoringBehind', demo }, 'resolved');
  }, 120_000);

  it('a broker that takes its time, and one that does not answer', async () => {
    const pulses = new AbortController();
    const slow = (async (): Promise<void> => {
      for (let stopped = true; !pulses.signal.aborted; stopped = !stopped) {
        broker.signal(stopped ? 'SIGSTOP' : 'SIGCONT');
        await alerting.scrapes(1);
      }
      broker.signal('SIGCONT');
    })();
    await alerting.told({ alertname: 'KafkaSlow', demo });
    pulses.abort();
    await slow;
    await alerting.told({ alertname: 'KafkaSlow', demo }, 'resolved');
    broker.signal('SIGSTOP');
    await alerting.told({ alertname: 'KafkaUnreachable', demo });
    broker.signal('SIGCONT');
    await alerting.told({ alertname: 'KafkaUnreachable', demo }, 'resolved');
  }, 120_000);

  it('nobody who produces', async () => {
    producer.signal('SIGKILL');
    await alerting.told({ alertname: 'NothingProduced', demo });
  }, 120_000);
});
