import { describe, expect, it, vi } from 'vitest';
import { startRegistry } from '#shared/embedded/registry';
import { connectCluster } from '#shared/kafka';
import { monitoringTopics } from '#shared/monitoring';
import { describeOnEachKafkaAlone, type ProgramProcess, startProgram } from '#shared/testing';

const demo = (...args: string[]): ProgramProcess => startProgram('demos/flight-delay/demo.js', args);
const anyPorts = ['--broker-port', '0', '--port', '0'];
/** The monitor has what others leave, which on a machine that never rests is little, and one that was killed is missed after 20 s. */
const PATIENCE_MS = 240_000;
const monitoring = Object.values(monitoringTopics('flight-delay')).map(({ name }: { readonly name: string }) => name);

/** Sample values of a metric, by its labels without that of the demo. */
async function samples(page: string, name: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(new URL('metrics', page))).text();
  const found = text.matchAll(new RegExp(`^${name}\\{demo="flight-delay",?(.*)\\} (\\S+)$`, 'gm'));
  return new Map(Array.from(found, ([, labels = '', value]) => [labels, Number(value)]));
}

/** Of all partitions of a topic. */
function totalOf(partitions: ReadonlyMap<string, number>, topic: string): number {
  const own = [...partitions].filter(([labels]) => labels.startsWith(`topic="${topic}",`));
  return own.reduce((total, [, records]) => total + records, 0);
}

const pageOf = (program: ProgramProcess): Promise<string> => program.said(/Live page\s+(\S+)/);

/** The topics of monitoring that are on a demo's embedded cluster. */
async function monitoringTopicsOn(brokers: string): Promise<string[]> {
  const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  try {
    return (await cluster.topicNames()).filter((name) => monitoring.includes(name));
  } finally {
    await cluster.close();
  }
}

describe('a demo that is monitored', () => {
  it(
    'shows while it runs how records are delivered, and how right its model is',
    async () => {
      await using program = demo(...anyPorts, '--rate', '500');
      const page = await pageOf(program);
      await vi.waitFor(async () => {
        const labelled = await samples(page, 'kafka_ml_quality_labelled_records');
        expect([...labelled.keys()].toSorted()).toEqual([
          'name="flight-delay-gbm",version="1",window="all"',
          'name="flight-delay-gbm",version="1",window="rolling"',
        ]);
        expect(Math.min(...labelled.values())).toBeGreaterThan(0);
        const aucs = await samples(page, 'kafka_ml_quality_auc_ratio');
        expect(aucs.size).toBe(2);
        for (const auc of aucs.values()) expect(auc).toBeGreaterThan(0.5);
      }, PATIENCE_MS);
      await vi.waitFor(async () => {
        const consumed = await samples(page, 'kafka_ml_delivery_consumed_records');
        expect(totalOf(consumed, 'flight-delay.flights')).toBeGreaterThan(0);
      }, PATIENCE_MS);
      for (const fault of ['missing_records', 'duplicate_records', 'altered_minutes']) {
        const partitions = await samples(page, `kafka_ml_delivery_${fault}`);
        expect([...new Set(partitions.values())]).toEqual([0]);
      }
      program.signal('SIGINT');
      expect([await program.exited, program.stderr()]).toEqual([0, '']);
    },
    PATIENCE_MS,
  );

  it(
    'goes on when its monitor is killed, says so, and puts another in its place',
    async () => {
      await using program = demo(...anyPorts, '--rate', '500');
      const page = await pageOf(program);
      const up = async (): Promise<number | undefined> => (await samples(page, 'kafka_ml_monitor_up')).get('');
      const scored = async (): Promise<number> => (await samples(page, 'kafka_ml_records_scored_total')).get('') ?? 0;
      await vi.waitFor(async () => expect(await up()).toBe(1), PATIENCE_MS);

      process.kill(Number(await program.said(/Monitor\s+process (\d+)/)), 'SIGKILL');
      await program.said(/another monitor, started in 1 s/);
      const before = await scored();
      await vi.waitFor(async () => expect(await scored()).toBeGreaterThan(before), 10_000);
      expect((await fetch(new URL('readyz', page))).status).toBe(200);

      const another = Number(await program.said(/The monitor is process (\d+) now/));
      expect(process.kill(another, 0)).toBe(true);
      program.signal('SIGTERM');
      expect([await program.exited, program.stderr()]).toEqual([0, 'The monitor is gone (signal SIGKILL).\n']);
    },
    PATIENCE_MS,
  );

  it(
    'says which counts its monitor cannot read, and audits delivery from the event time at which they are whole again',
    async () => {
      await using program = demo(...anyPorts, '--rate', '500');
      const page = await pageOf(program);
      const sinces = () => samples(page, 'kafka_ml_delivery_since_timestamp_seconds');
      const audited = (): Promise<ReadonlyMap<string, number>> => samples(page, 'kafka_ml_delivery_consumed_records');
      await vi.waitFor(async () => expect((await audited()).size).toBeGreaterThan(0), PATIENCE_MS);
      expect(await sinces()).toEqual(new Map());

      const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
      const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
      const producer = await cluster.produce();
      const topic = 'flight-delay.delivery-counts';
      await producer.send([{ topic, key: 'one', value: Buffer.from('from kcat'), timestamp: Date.UTC(2013, 9, 1) }]);
      await producer.close();
      await cluster.close();
      await program.said(/(A record of flight-delay\.delivery-counts \(partition 0, offset \d+\) is passed over)/);
      await vi.waitFor(async () => {
        const passedOver = await samples(page, 'kafka_ml_monitor_passed_over_records_total');
        expect(passedOver.get('')).toBe(1);
        const inFlights = [...(await sinces())].filter(([labels]) => labels.startsWith('topic="flight-delay.flights"'));
        expect(inFlights.length).toBeGreaterThan(0);
        for (const [, since] of inFlights) expect(since).toBeGreaterThan(Date.UTC(2013, 0, 1) / 1_000);
      }, PATIENCE_MS);
      program.signal('SIGINT');
      expect([await program.exited, program.stderr()]).toEqual([0, '']);
    },
    PATIENCE_MS,
  );

  it(
    'takes its monitor along when it is killed itself',
    async () => {
      await using program = demo(...anyPorts);
      const monitor = Number(await program.said(/Monitor\s+process (\d+)/));
      expect(process.kill(monitor, 0)).toBe(true);
      program.signal('SIGKILL');
      expect(await program.exited).toBe('SIGKILL');
      await vi.waitFor(() => expect(() => process.kill(monitor, 0)).toThrow('ESRCH'), PATIENCE_MS);
    },
    PATIENCE_MS,
  );
});

describe('a demo that is not monitored', () => {
  it(
    'has neither monitor nor topics of monitoring',
    async () => {
      await using program = demo(...anyPorts, '--rate', '500', '--monitoring', 'off');
      const page = await pageOf(program);
      await vi.waitFor(async () => {
        expect((await samples(page, 'kafka_ml_records_scored_total')).get('')).toBeGreaterThan(0);
      }, PATIENCE_MS);
      expect(program.stdout()).not.toContain('Monitor');
      expect(await samples(page, 'kafka_ml_monitor_up')).toEqual(new Map());
      expect(await monitoringTopicsOn(await program.said(/embedded Kafka at ([\d.:]+)/))).toEqual([]);
    },
    PATIENCE_MS,
  );
});

await describeOnEachKafkaAlone('the parts of a demo', (kafka) => {
  it(
    'are watched by a monitor alone, or by who takes its place, and shown by a page that comes later',
    async () => {
      const registry = await startRegistry({ port: 0 });
      const namespace = kafka.unique('watched');
      const at = ['--brokers', kafka.brokers, '--registry', registry.url, '--namespace', namespace];
      await using scorer = demo('--only', 'scorer', ...at);
      await using monitor = demo('--only', 'monitor', ...at);
      await Promise.all([scorer.said(/Scoring /), monitor.said(/Monitoring /)]);
      const produce = async (): Promise<void> => {
        await using producer = demo('--only', 'producer', '--records', '1000', '--rate', '0', ...at);
        expect([await producer.exited, producer.stderr()]).toEqual([0, '']);
      };
      await produce();
      await using page = demo('--only', 'dashboard', '--port', '0', ...at);
      const url = await page.said(/The live page is at (\S+);/);
      await vi.waitFor(async () => {
        expect((await samples(url, 'kafka_ml_monitor_up')).get('')).toBe(1);
        const labelled = await samples(url, 'kafka_ml_quality_labelled_records');
        expect(labelled.get('name="flight-delay-gbm",version="1",window="all"')).toBeGreaterThan(900);
        for (const counted of ['expected', 'consumed']) {
          const records = await samples(url, `kafka_ml_delivery_${counted}_records`);
          expect(totalOf(records, `${namespace}.flight-delay.flights`)).toBe(1_000);
        }
      }, PATIENCE_MS);

      monitor.signal('SIGKILL');
      const up = async (): Promise<number | undefined> => (await samples(url, 'kafka_ml_monitor_up')).get('');
      await vi.waitFor(async () => expect(await up()).toBe(0), PATIENCE_MS);
      await using another = demo('--only', 'monitor', ...at);
      await produce();
      await vi.waitFor(async () => {
        expect(await up()).toBe(1);
        const records = await samples(url, 'kafka_ml_delivery_consumed_records');
        expect(totalOf(records, `${namespace}.flight-delay.flights`)).toBe(2_000);
      }, PATIENCE_MS);
      for (const part of [another, page, scorer]) {
        part.signal('SIGTERM');
        expect([await part.exited, part.stderr()]).toEqual([0, '']);
      }
      await registry.close();
    },
    PATIENCE_MS,
  );
});
