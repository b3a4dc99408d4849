import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, connectCluster } from '#shared/kafka';
import { type DriftReport, monitoringTopics, type QualityReport } from '#shared/monitoring';
import { GraphBuilder } from '#shared/onnx';
import { connectSchemas, type Topic } from '#shared/schema';
import {
  type BrokerProgram,
  CommittedRecords,
  type ProgramProcess,
  reportOn,
  startBrokerProgram,
  startProgram,
} from '#shared/testing';
import { produce } from './producer.js';
import { passengers } from './topics.js';

const { qualityReports, driftReports } = monitoringTopics('titanic');
/** Of 1,309 passengers so many were held out; only their outcomes count. */
const HELD_OUT = 245;
/** Monitoring has what others leave; one that was killed is missed after 20 s. */
const PATIENCE_MS = 120_000;

/** A model that has the rescue upside down: the third class is the likeliest to be saved. */
function upsideDown(): string {
  const graph = new GraphBuilder('upside down');
  const passengerClass = graph.input('passengerClass', 'string', ['N', 1]);
  const chances = {
    keys_strings: { strings: ['1st', '2nd', '3rd'] },
    values_floats: { floats: [0.1, 0.4, 0.6] },
    default_float: { float: 0.5 },
  };
  const chance = graph.node('LabelEncoder', [passengerClass], chances, { domain: 'ai.onnx.ml', output: 'chance' });
  graph.output(chance, 'float', ['N', 1]);
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  writeFileSync(join(folder, 'model.onnx'), graph.toBytes());
  const inputs = [{ name: 'passengerClass', type: 'string' }];
  const labels = ['lost', 'saved'];
  const card = { name: 'upside-down', version: '1', task: 'binary', inputs, output: { tensor: 'chance' }, labels };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
  return folder;
}

describe('the monitor of the voyage', () => {
  let broker: BrokerProgram;
  let cluster: Cluster;
  let scorer: ProgramProcess;
  let at: readonly string[];
  const running: ProgramProcess[] = [];

  const part = (only: string, ...args: readonly string[]): ProgramProcess => {
    const program = startProgram('demos/titanic/demo.js', ['--only', only, ...at, ...args]);
    running.push(program);
    return program;
  };
  /** A voyage with everybody on board. */
  const voyage = async (): Promise<void> => {
    const producer = part('producer', '--records', '1309', '--rate', '0');
    expect([await producer.exited, producer.stderr()]).toEqual([0, '']);
  };
  const open = <V>(topic: Topic<V>): Promise<CommittedRecords<V>> =>
    CommittedRecords.open(cluster, broker.registry, topic);
  /** The newest report of a key once it says so much. */
  async function report<V>(topic: Topic<V>, key: string, enough: (report: V) => boolean): Promise<V> {
    const read = await open(topic);
    const newest = (): V | undefined => read.records.findLast((record) => record.key === key)?.value;
    await read.until(() => {
      const found = newest();
      return found !== undefined && enough(found);
    });
    // It was found when the reading ended.
    return newest() as V;
  }
  const quality = (key: string, labelled: number): Promise<QualityReport> =>
    report(qualityReports, key, (found) => found.labelled >= labelled);

  beforeAll(async () => {
    broker = await startBrokerProgram();
    at = ['--brokers', broker.brokers, '--registry', broker.registry, '--monitoring', 'on'];
    cluster = await connectCluster({ brokers: [broker.brokers], clientId: 'test' });
    scorer = part('scorer');
    await scorer.said(/Scoring /);
  }, PATIENCE_MS);

  afterAll(async () => {
    for (const program of running) await program[Symbol.asyncDispose]();
    await cluster.close();
    await broker[Symbol.asyncDispose]();
  });

  it(
    'finds the models as right as the report of a run does, and each labelled passenger once though it is killed',
    async () => {
      const doomed = part('monitor');
      await doomed.said(/Monitoring /);
      await voyage();
      const first = await quality('titanic-logistic/1/all', 1);
      doomed.signal('SIGKILL');
      await doomed.exited;
      await part('monitor').said(/Monitoring /);
      const all = await quality('titanic-logistic/1/all', HELD_OUT);
      const rolling = await quality('titanic-logistic/1/rolling', HELD_OUT);
      const challenger = await quality('titanic-gru/1/all', HELD_OUT);

      const once = ['--records', '1309', '--rate', '0', '--report', '-', '--broker-port', '0', '--headless'];
      await using run = startProgram('demos/titanic/demo.js', once);
      expect([await run.exited, all.labelled]).toEqual([0, HELD_OUT]);
      const auc = reportOn(run).quality?.auc ?? Number.NaN;
      expect(auc).toBeCloseTo(0.8624, 4);
      expect(first.labelled).toBeLessThanOrEqual(HELD_OUT);
      expect(rolling.auc).toBeCloseTo(auc, 6);
      expect(all.auc).toBeCloseTo(auc, 3);
      // As the card has it of the same passengers.
      expect(all.brier).toBeCloseTo(0.1392, 4);
      expect(challenger).toMatchObject({ labelled: HELD_OUT });
      expect(challenger.auc).toBeGreaterThan(0.8);
    },
    PATIENCE_MS,
  );

  it(
    'finds passengers as they were, and then those of another age',
    async () => {
      const drift = (enough: (found: DriftReport) => boolean): Promise<DriftReport> =>
        report(driftReports, 'titanic-logistic/1', enough);
      const { inputs } = await drift(({ rows }) => rows >= 1_309);
      expect(Object.keys(inputs).toSorted()).toEqual(
        ['age', 'parentsChildren', 'passengerClass', 'sex', 'siblingsSpouses', 'title'].toSorted(),
      );
      expect(Math.max(...Object.values(inputs))).toBeLessThan(0.05);

      const serialize = await connectSchemas({ url: broker.registry }).register(passengers, passengers.name);
      const producer = await cluster.produce();
      for (const lap of [3, 4]) {
        const older = [...produce({ lap, limit: 1_309, seed: 1 })].flatMap(({ topic, key, value, eventTime }) => {
          if (topic.name !== passengers.name) return [];
          // The topic says what it is.
          const passenger = value as { age: number | null };
          const aged = { ...passenger, age: passenger.age === null ? null : passenger.age + 30 };
          return [
            {
              topic: passengers.name,
              key,
              value: serialize(aged as never),
              timestamp: eventTime,
              headers: { run: 'test' },
            },
          ];
        });
        await producer.send(older);
      }
      const { inputs: after } = await drift((found) => (found.inputs.age ?? 0) > 0.25);
      const { age: _, ...others } = after;
      expect(Math.max(...Object.values(others))).toBeLessThan(0.05);
    },
    PATIENCE_MS,
  );

  it(
    'shows a worse model that is published as a version of its own',
    async () => {
      const where = ['--brokers', broker.brokers, '--registry', broker.registry, '--demo', 'titanic'];
      const challengerBefore = await quality('titanic-gru/1/rolling', HELD_OUT);
      await using publish = startProgram('shared/commands/model-publish.js', [upsideDown(), ...where]);
      expect(await publish.exited).toBe(0);
      expect(publish.stdout()).toContain('serves upside-down 1.');
      await voyage();
      const worse = await quality('upside-down/1/rolling', HELD_OUT);
      const before = await quality('titanic-logistic/1/rolling', HELD_OUT);
      expect(before).toMatchObject({ labelled: HELD_OUT, auc: expect.closeTo(0.8624, 4) });
      expect(worse.labelled).toBe(HELD_OUT);
      expect(worse.auc).toBeLessThan(0.5);
      expect(worse.calibrationError).toBeGreaterThan(before.calibrationError ?? 1);
      // It calls them otherwise: of those of the third class, whom it holds for saved, a quarter was.
      expect(worse.precision).toBeGreaterThan(0.1);
      expect(worse.precision).toBeLessThan(before.precision ?? 0);
      // The challenger votes in those words now, and is as right as it was.
      const challenger = await quality('titanic-gru/1/rolling', 2 * HELD_OUT);
      expect(challengerBefore.recall).toBeGreaterThan(0.5);
      const { precision, recall } = challengerBefore;
      expect(challenger).toMatchObject({ labelled: 2 * HELD_OUT, precision, recall });
    },
    PATIENCE_MS,
  );
});
