import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ControlWriter } from '#shared/control';
import { type Cluster, connectCluster } from '#shared/kafka';
import { buildDeliveryAudit, monitoringTopics } from '#shared/monitoring';
import { connectSchemas } from '#shared/schema';
import { type KafkaStreams, StreamsBuilder, startStreams } from '#shared/streams';
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
const auditGroup = 'flight-delay.delivery-audit';
const PARTITIONS = [0, 1, 2, 3];
const PATIENCE = { timeout: 240_000, interval: 200 };

// In this order, each where all is well again.
await describeWithPrometheus('Faults in the parts of a demo', () => {
  const running: AsyncDisposable[] = [];
  let alerting: Alerting;
  let cluster: Cluster;
  let broker: ProgramProcess;
  let where: string[];
  let scorer: ProgramProcess;
  let producer: ProgramProcess;
  let monitor: ProgramProcess;

  const start = async (part: string, says: RegExp, ...options: string[]): Promise<ProgramProcess> => {
    const program = startProgram('demos/flight-delay/demo.js', ['--only', part, ...where, ...options]);
    running.push(program);
    await program.said(says);
    return program;
  };
  const startScorer = (): Promise<ProgramProcess> => start('scorer', /^Scoring/m);
  const startMonitor = (): Promise<ProgramProcess> => start('monitor', /^Monitoring/m);
  const end = async (program: ProgramProcess): Promise<void> => {
    program.signal('SIGTERM');
    await program.exited;
  };

  beforeAll(async () => {
    broker = startProgram('shared/commands/broker.js', ['--port', '0', '--registry-port', '0']);
    running.push(broker);
    const brokers = await broker.said(/Kafka\s+([\d.:]+)/);
    where = ['--brokers', brokers, '--registry', await broker.said(/Registry\s+(http\S+)/)];
    cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
    alerting = await startAlerting();
    // First told that nothing is watched: where the parts start sooner than that, there is nothing that could be over.
    await alerting.told({ alertname: 'NothingWatched' });
    scorer = await startScorer();
    const dashboard = await start('dashboard', /live page is at/, '--port', '0');
    await alerting.watch(await dashboard.said(/live page is at (http[^;]+);/));
    monitor = await startMonitor();
    producer = await start('producer', /^Producing/m, '--rate', '200');
    await alerting.told({ alertname: 'NothingWatched' }, 'resolved');
    await alerting.scrapes(10);
  });
  afterAll(async () => {
    for (const each of running.toReversed()) await each[Symbol.asyncDispose]();
    await cluster.close();
    await alerting[Symbol.asyncDispose]();
  });

  /** Does something, and sees that none but these alerts come of it. */
  async function seen(fault: () => Promise<void>, expected: readonly string[]): Promise<void> {
    const before = alerting.webhook.alerts.length;
    await fault();
    const names = alerting.webhook.alerts.slice(before).map(({ labels }) => labels.alertname);
    expect(expected).toEqual(expect.arrayContaining(names));
  }

  /** Sets what the scorers have committed of the flights, while none of them is at work. */
  async function setOffsets(offsets: readonly number[]): Promise<void> {
    const transactional = await cluster.transactionalProducer({ transactionalId: 'test' });
    await transactional.commit({ groupId: group, offsets: new Map([[flights, offsets]]) });
    await transactional.close();
  }

  /** Another instance of the delivery audit, whose heart beats in its group whether it comes to its turn or not. */
  function startAudit(beforePoll: () => Promise<void>): Promise<KafkaStreams> {
    const builder = new StreamsBuilder();
    buildDeliveryAudit(builder, monitoringTopics(demo));
    const schemas = connectSchemas({ url: where[3] ?? '' });
    return startStreams(builder.build(), { cluster, schemas, applicationId: auditGroup, beforePoll });
  }

  const lag = async (): Promise<number> => {
    const [first] = await alerting.prometheus.query(`sum(kafka_ml_consumer_lag_records{group="${group}"})`);
    return first?.value ?? 0;
  };

  it('a scorer of two that does not come to its turn: which one, and which partitions wait', async () => {
    await seen(async () => {
      const other = await startScorer();
      await vi.waitUntil(async () => {
        const assigned = await alerting.prometheus.query('kafka_ml_scorer_assigned_partitions > 0');
        return assigned.length === 2;
      }, PATIENCE);
      other.signal('SIGSTOP');
      const silent = await alerting.told({ alertname: 'ScorerSilent', demo });
      expect(silent.labels.scorer).toMatch(new RegExp(`-${other.pid}$`));
      const stuck = await alerting.told({ alertname: 'ConsumerStuck', demo, group, topic: flights });
      expect(PARTITIONS.map(String)).toContain(stuck.labels.partition);
      await other[Symbol.asyncDispose]();
      await alerting.told({ alertname: 'ConsumerStuck', demo, partition: stuck.labels.partition ?? '' }, 'resolved');
    }, ['ScorerSilent', 'ConsumerStuck', 'PredictionLatencyHigh']);
  });

  it('records that were passed over, and records that came twice', async () => {
    await end(scorer);
    await vi.waitUntil(async () => (await lag()) > 200, 30_000);
    const [ends = []] = [(await cluster.endOffsets([flights])).get(flights)];
    await setOffsets(ends);
    scorer = await startScorer();
    const missing = await alerting.told({ alertname: 'RecordsMissing', demo, topic: flights });
    expect(missing.annotations.description).toMatch(/Producers say that they have written \d+ records/);

    await end(scorer);
    // Back by some that were processed, and not behind those that were not; airports leave a partition empty.
    const committed = (await cluster.committedOffsets(group, [flights])).get(flights) ?? [];
    await setOffsets(ends.map((offset, partition) => Math.max(offset, (committed[partition] ?? 0) - 50)));
    scorer = await startScorer();
    await alerting.told({ alertname: 'RecordsDuplicated', demo, topic: flights });
  });

  it('a producer that says to have written something else', async () => {
    const { deliveryCounts } = monitoringTopics(demo);
    const serialize = await connectSchemas({ url: where[3] ?? '' }).register(deliveryCounts, deliveryCounts.name);
    const forged = await cluster.produce();
    const [end = 0] = (await cluster.endOffsets([flights])).get(flights) ?? [];
    expect(end).toBeGreaterThan(0);
    const minutes = [Date.UTC(2013, 9, 1, 12)];
    const value = serialize({
      role: 'producer',
      instance: 'test',
      partitions: [{ topic: flights, partition: 0, minutes, records: [0], checksums: [1] }],
    });
    await forged.send([{ topic: deliveryCounts.name, key: `${flights}-0`, value, timestamp: Date.now() }]);
    await forged.close();
    await alerting.told({ alertname: 'RecordsAltered', demo, topic: flights });
  });

  it('flights that are held back for an hour of event time', async () => {
    const schemas = connectSchemas({ url: where[3] ?? '' });
    const control = await ControlWriter.open(demo, { cluster, schemas, topicName: ({ name }) => name });
    await control.switchFault('late-data', { on: true, by: 'test' });
    await alerting.told({ alertname: 'RecordsLate', demo });
    await control.switchFault('late-data', { on: false, by: 'test' });
    await control.close();
    await alerting.told({ alertname: 'RecordsLate', demo }, 'resolved');
  });

  it('more than can be scored', async () => {
    const burst = await start('producer', /^Producing/m, '--rate', '0');
    await alerting.told({ alertname: 'ScorerBehind', demo, group });
    await end(burst);
    await alerting.told({ alertname: 'ScorerBehind', demo, group }, 'resolved');
  });

  it('a monitor that hangs', async () => {
    monitor.signal('SIGSTOP');
    await alerting.told({ alertname: 'MonitorDown', demo });
    monitor.signal('SIGCONT');
    await alerting.told({ alertname: 'MonitorDown', demo }, 'resolved');
  });

  it('a monitor that is heard, and whose work somebody has who does nothing', async () => {
    await end(monitor);
    let goOn = (): void => undefined;
    const turn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const idle = await startAudit(() => turn);
    await vi.waitUntil(() => idle.state === 'RUNNING', PATIENCE);
    monitor = await startMonitor();
    await alerting.told({ alertname: 'MonitoringBehind', demo, group: auditGroup });
    goOn();
    await idle.close();
    await alerting.told({ alertname: 'MonitoringBehind', demo, group: auditGroup }, 'resolved');
  });

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
  });

  it('nobody who produces', async () => {
    producer.signal('SIGKILL');
    await alerting.told({ alertname: 'NothingProduced', demo });
  });
});
