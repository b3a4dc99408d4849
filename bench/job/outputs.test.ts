import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, connectCluster } from '#shared/kafka';
import { loadModel } from '#shared/scoring';
import { startEmbeddedBroker } from '../../shared/testing/embedded-broker.js';
import { expectedScores, writeModel } from './model.js';
import { checkCommitted, checkScores } from './outputs.js';
import { knownSchemas, PARTITIONS, paymentOf } from './payments.js';

const COUNT = 40;

let folder = '';
let expected: Float32Array;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-model-'));
  await writeModel(folder);
  expected = await expectedScores(join(folder, 'model.onnx'), COUNT);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the model of the job', () => {
  it('is the same bytes wherever it is made', async () => {
    const bytes = await readFile(join(folder, 'model.onnx'));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      'f1051221d6a1e13658b26a50ee84023dd42ad1c86dce7f740299146397afed83',
    );
  });

  it('is a model folder that shared/scoring reads and agrees with', async () => {
    const model = await loadModel(folder);
    const results = await model.score(Array.from({ length: COUNT }, (_, number) => paymentOf(number)));
    expect(results.map((result) => (result instanceof Error ? result : result.score))).toEqual(
      Array.from(expected, (score) => expect.closeTo(score, 6)),
    );
    await model.close();
  });
});

describe('what is checked of a rival', () => {
  let cluster: Cluster;
  let broker: Awaited<ReturnType<typeof startEmbeddedBroker>>;
  let topics = 0;
  beforeAll(async () => {
    broker = await startEmbeddedBroker();
    cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  });
  afterAll(async () => {
    await cluster.close();
    await broker[Symbol.asyncDispose]();
  });

  async function topicOf(scores: readonly { id: string; score: number; key?: string }[]): Promise<string> {
    topics += 1;
    const topic = `scores-${topics}`;
    await cluster.ensureTopics([{ name: topic, partitions: PARTITIONS, config: {} }]);
    const { writeScore } = await knownSchemas();
    const producer = await cluster.produce();
    const timestamp = 1;
    await producer.send(
      scores.map(({ id, score, key = id }, at) => {
        const value = writeScore({ id, score, modelVersion: '1' });
        return { topic, key, value, timestamp, partition: at % PARTITIONS };
      }),
    );
    return topic;
  }

  const right = () => Array.from(expected, (score, number) => ({ id: paymentOf(number).id, score }));
  const changed = (at: number, change: { id?: string; score?: number; key?: string }) =>
    right().map((score, number) => (number === at ? { ...score, ...change } : score));

  it('takes every score once, in any order', async () => {
    await checkScores(cluster, await topicOf(right().reverse()), expected);
  });

  it.each([
    ['a score that is lost', () => right().slice(1), '1 are lost, 0 duplicated, 0 wrong'],
    ['one that is there twice', () => [...right(), ...right().slice(3, 4)], '0 are lost, 1 duplicated, 0 wrong'],
    ['another score', () => changed(2, { score: 2 }), '1 are lost, 0 duplicated, 1 wrong'],
    ['none', () => changed(2, { score: Number.NaN }), 'has the score NaN'],
    ['a payment that was not there', () => changed(2, { id: 'payment-99999999' }), 'no payment "payment-99999999"'],
    ["another one's key", () => changed(2, { key: 'payment-00000003' }), 'has the key payment-00000003'],
    ['nothing at all', () => [], `${COUNT} are lost`],
  ])('refuses %s', async (_, scores, message) => {
    await expect(checkScores(cluster, await topicOf(scores()), expected)).rejects.toThrow(message);
  });

  it('refuses one that has not committed what it has read', async () => {
    const topic = await topicOf(right());
    await expect(checkCommitted(cluster, 'nobody', topic, COUNT)).rejects.toThrow('4 partitions are behind');
  });
});
