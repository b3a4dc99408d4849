import { EventEmitter, once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { KitError } from '#shared/errors';
import { type Cluster, type ConsumedRecord, connectCluster, parseBrokers } from '#shared/kafka';
import { type KafkaStreams, StreamsBuilder, serdes, serdeTopic, startStreams } from '#shared/streams';
import { describeOnEachKafka } from '#shared/testing';
import {
  loadModelFiles,
  type Model,
  ModelCatalogue,
  type ModelEvent,
  publishModel,
  rollbackModel,
  type ServedModel,
  serveModel,
} from '../index.js';
import { folderOf, plusModel } from '../test-models.js';
import type { ServeOptions } from './serve-model.js';

const champion = { demo: 'demo', role: 'champion' } as const;
const challenger = { demo: 'demo', role: 'challenger' } as const;
const json = {
  serialize: (value: object) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes: Buffer) => JSON.parse(bytes.toString()) as { x: number },
};

interface Prediction {
  readonly x: number;
  readonly score: number;
  readonly version: string;
  readonly vote?: { readonly score: number; readonly modelVersion: string } | null;
}

await describeOnEachKafka('a scorer that follows the model topic', (kafka) => {
  let opened = 0;
  async function open(name: string) {
    opened += 1;
    const cluster = await connectCluster({ brokers: parseBrokers(kafka.brokers), clientId: 'test' });
    const prefix = kafka.unique(`${name}-${opened}`);
    const topic = `${prefix}.models`;
    const [input, output, letters] = ['input', 'output', 'letters'].map((each) => `${prefix}.${each}`) as [
      string,
      string,
      string,
    ];
    await cluster.ensureTopics([input, output, letters].map((each) => ({ name: each, partitions: 2, config: {} })));
    const producer = await cluster.produce();
    const running: { close(): Promise<void> }[] = [];
    let next = 0;
    return {
      cluster,
      topic,
      events: [] as ModelEvent[],
      async serve(own = plusModel(0), prefersOwn = false, options: Partial<ServeOptions> = {}): Promise<ServedModel> {
        const served = await serveModel({
          cluster,
          topic,
          demo: 'demo',
          instance: 'test',
          ownFolder: folderOf(own),
          prefersOwn,
          onEvent: (event) => this.events.push(event),
          load: loadModelFiles,
          waitForRecordsMs: 0,
          ...options,
        });
        running.push(served);
        return served;
      },
      async score(served: ServedModel, config: object = {}): Promise<KafkaStreams> {
        const builder = new StreamsBuilder();
        builder
          .stream(serdeTopic<string, { x: number }>({ name: input, key: serdes.string, value: json }))
          .score(served.scorer)
          .mapValues(({ input: { x }, score, modelVersion: version, challenger: vote }): Prediction => {
            return { x, score, version, ...(vote !== undefined && { vote }) };
          })
          .to(serdeTopic({ name: output, key: serdes.string, value: json as never }));
        const streams = await startStreams(builder.build(), {
          cluster,
          applicationId: `${prefix}.app`,
          commitIntervalMs: 20,
          deadLetterTopic: { name: letters },
          ...config,
        });
        running.unshift(streams);
        return streams;
      },
      /** Produces so many records, x counting up. */
      async produce(count: number, fields: (x: number) => object = (x) => ({ x })): Promise<number> {
        const records = Array.from({ length: count }, (_, index) => ({
          topic: input,
          key: String(next + index),
          value: Buffer.from(JSON.stringify(fields(next + index))),
          timestamp: 1_000 + index,
        }));
        next += count;
        await producer.send(records);
        return next;
      },
      async read(isEnough: (records: readonly ConsumedRecord[]) => boolean): Promise<ConsumedRecord[]> {
        const reader = await cluster.reader({ isolation: 'read_committed' });
        reader.seek([0, 1].map((partition) => ({ topic: output, partition, offset: 0 })));
        const read: ConsumedRecord[] = [];
        await vi.waitUntil(async () => {
          for (const { records } of await reader.poll(50)) read.push(...records);
          return isEnough(read);
        }, 25_000);
        await reader.close();
        return read;
      },
      /** Why the champion is refused, as the topic has it. */
      async refusal() {
        const catalogue = await ModelCatalogue.open(cluster, topic);
        await catalogue.close();
        return catalogue.active('demo', 'champion')?.refusal;
      },
      async [Symbol.asyncDispose]() {
        for (const each of running) await each.close();
        await cluster.close();
      },
    };
  }

  const predictionOf = ({ value }: ConsumedRecord): Prediction => JSON.parse(String(value)) as Prediction;

  it.each(['exactly_once', 'at_least_once'] as const)(
    'exchanges versions between two transactions, no record unscored, none twice, each with its version (%s)',
    async (processingGuarantee) => {
      await using test = await open('swap');
      const served = await test.serve();
      await test.score(served, { processingGuarantee });
      let total = 0;
      for (let plus = 1; plus <= 6; plus += 1) {
        total = await test.produce(400);
        await publishModel(test.cluster, test.topic, plusModel(plus * 1_000_000), champion);
        total = await test.produce(400);
        await vi.waitUntil(() => served.current.version === String(plus * 1_000_000), 20_000);
      }
      total = await test.produce(10);
      const records = await test.read(({ length }) => length >= total);
      const predictions = records.map(predictionOf);
      expect(new Set(predictions.map(({ x }) => x)).size).toBe(total);
      expect(predictions).toHaveLength(total);
      for (const { x, score, version } of predictions) expect(score).toBe(x + Number(version));
      expect(new Set(predictions.map(({ version }) => version)).size).toBeGreaterThanOrEqual(6);
      if (processingGuarantee !== 'exactly_once') return;
      // The marker of a commit has an offset of its own: between two of them all predictions are of one version.
      for (const partition of [0, 1]) {
        const own = records.filter((record) => record.partition === partition);
        for (const [index, record] of own.entries()) {
          const before = own[index - 1];
          if (before === undefined || record.offset !== before.offset + 1) continue;
          expect(predictionOf(record).version).toBe(predictionOf(before).version);
        }
      }
    },
  );

  it.each<[string, Parameters<typeof plusModel>, string, string]>([
    ['scores its golden rows otherwise', [7, { golden: 9 }], 'model-golden-mismatch', 'gives the score 8 where'],
    [
      'needs a field that the stream does not have',
      [7, { input: 'luck' }],
      'model-invalid',
      'cannot score 5 of the last 5 records, which plus 0 scored: The required input "luck" is missing',
    ],
    ['contradicts its card', [7, { card: { output: { tensor: 'z' } } }], 'model-invalid', 'names the output "z"'],
  ])('refuses a version that %s, with the reason, and goes on', async (_, model, code, reason) => {
    await using test = await open('refusal');
    const loaded = new Set<Model>();
    const load: ServeOptions['load'] = async (files, where) => {
      const one = await loadModelFiles(files, where);
      loaded.add(one);
      const close = one.close.bind(one);
      vi.spyOn(one, 'close').mockImplementation(() => close().finally(() => loaded.delete(one)));
      return one;
    };
    const served = await test.serve(plusModel(0), false, { load });
    await test.score(served);
    await test.produce(5);
    await test.read(({ length }) => length === 5);
    await publishModel(test.cluster, test.topic, plusModel(...model), champion);
    await vi.waitUntil(() => test.events.length > 0, 20_000);
    expect(test.events).toEqual([
      {
        type: 'refused',
        role: 'champion',
        refusal: expect.objectContaining({ version: '7', code, message: expect.stringContaining(reason) }),
      },
    ]);
    expect(loaded.size).toBe(0);
    const total = await test.produce(5);
    const records = await test.read(({ length }) => length === total);
    expect(new Set(records.map((record) => predictionOf(record).version))).toEqual(new Set(['0']));
  });

  it('comes back with the version that was serving, also where a later one was refused', async () => {
    await using test = await open('restart');
    const first = await test.serve();
    await publishModel(test.cluster, test.topic, plusModel(1), champion);
    await vi.waitUntil(() => first.current.version === '1', 20_000);
    await publishModel(test.cluster, test.topic, plusModel(2, { golden: 0 }), champion);
    await vi.waitUntil(() => test.events.some(({ type }) => type === 'refused'), 20_000);
    expect((await test.serve()).current.version).toBe('1');
    await rollbackModel(test.cluster, test.topic, champion);
    await publishModel(test.cluster, test.topic, plusModel(3), champion);
    expect((await test.serve()).current.version).toBe('3');
    // One that prefers its own takes what is published from now on.
    const own = await test.serve(plusModel(0), true);
    await publishModel(test.cluster, test.topic, plusModel(9), challenger);
    await vi.waitUntil(() => own.comparison !== undefined, 20_000);
    expect(own.current.version).toBe('0');
    await publishModel(test.cluster, test.topic, plusModel(4), champion);
    await vi.waitUntil(() => own.current.version === '4', 20_000);
  });

  it('passes over what it cannot load at the start, and writes down why', async () => {
    await using test = await open('start');
    await publishModel(test.cluster, test.topic, plusModel(1), champion);
    await publishModel(test.cluster, test.topic, plusModel(2, { golden: 0 }), champion);
    expect((await test.serve()).current.version).toBe('1');
    expect(test.events).toEqual([
      {
        type: 'refused',
        role: 'champion',
        refusal: expect.objectContaining({ version: '2', code: 'model-golden-mismatch' }),
      },
    ]);
    // It is not even tried where that is written down.
    await vi.waitUntil(async () => (await test.refusal()) !== undefined, 20_000);
    const tried: string[] = [];
    const load: ServeOptions['load'] = (files, where) => {
      tried.push(where);
      return loadModelFiles(files, where);
    };
    await test.serve(plusModel(0), false, { load });
    expect(tried).toEqual(['plus 1']);
  });

  it('does not begin with another model than was published under its name', async () => {
    await using test = await open('another');
    await publishModel(test.cluster, test.topic, plusModel(1), champion);
    const producer = await test.cluster.produce();
    const pointer = { name: 'plus', version: '1', sha256: '0'.repeat(64), publishedAt: 1, previous: [] };
    const record = { topic: test.topic, key: 'active/demo/champion', timestamp: 1 };
    await producer.send([{ ...record, value: Buffer.from(JSON.stringify(pointer)) }]);
    expect((await test.serve()).current.version).toBe('0');
    expect(test.events).toMatchObject([{ type: 'refused', refusal: { code: 'model-hash-mismatch' } }]);
  });

  it('says that it does not take what another scorer has refused', async () => {
    await using test = await open('others');
    const released = new EventEmitter();
    const held = once(released, 'now');
    const events: ModelEvent[] = [];
    const slow = await test.serve(plusModel(0), false, {
      instance: 'slow',
      onEvent: (event) => events.push(event),
      load: async (files, where, options) => {
        await held;
        return loadModelFiles(files, where, options);
      },
    });
    await publishModel(test.cluster, test.topic, plusModel(1), champion);
    const quick = await test.serve();
    expect(quick.current.version).toBe('1');
    await publishModel(test.cluster, test.topic, plusModel(2, { golden: 0 }), champion);
    await vi.waitUntil(() => test.events.length > 0, 20_000);
    await vi.waitUntil(async () => (await test.refusal()) !== undefined, 20_000);
    released.emit('now');
    await vi.waitUntil(() => events.length >= 2, 20_000);
    expect(slow.current.version).toBe('1');
    expect(events).toMatchObject([
      { type: 'exchanged', to: { version: '1' } },
      { type: 'refused', refusal: { version: '2', instance: 'test', code: 'model-golden-mismatch' } },
    ]);
  });

  it('writes a refusal down as soon as that can be done', async () => {
    await using test = await open('later');
    let failures = 0;
    const cluster: Cluster = {
      ...test.cluster,
      async produce(...options) {
        if (failures === 2) return test.cluster.produce(...options);
        failures += 1;
        throw new KitError('cluster-unreachable', 'Writing: nobody answers.');
      },
    };
    await test.serve(plusModel(0), false, { cluster });
    await publishModel(test.cluster, test.topic, plusModel(1, { golden: 0 }), champion);
    await vi.waitUntil(async () => (await test.refusal()) !== undefined, 20_000);
    expect(failures).toBe(2);
    expect(test.events).toHaveLength(1);
  });

  it('refuses no model for what the cluster does', async () => {
    await using test = await open('cluster');
    let readers = 0;
    const cluster: Cluster = {
      ...test.cluster,
      reader(options) {
        readers += 1;
        if (readers === 2) throw new KitError('topic-mismatch', 'Reading: not authorized.');
        return test.cluster.reader(options);
      },
    };
    const served = await test.serve(plusModel(0), false, { cluster });
    await publishModel(test.cluster, test.topic, plusModel(1), champion);
    await vi.waitUntil(() => served.current.version === '1', 20_000);
    expect(test.events).toMatchObject([{ type: 'exchanged' }]);
  });

  it('rolls back to the version before, and then to its own model', async () => {
    await using test = await open('rollback');
    const served = await test.serve();
    for (const plus of [1, 2]) {
      await publishModel(test.cluster, test.topic, plusModel(plus), champion);
      await vi.waitUntil(() => served.current.version === String(plus), 20_000);
    }
    for (const version of ['1', '0']) {
      await rollbackModel(test.cluster, test.topic, champion);
      await vi.waitUntil(() => served.current.version === version, 20_000);
    }
  });

  it('compares a challenger on the same records, of which nothing is predicted', async () => {
    await using test = await open('challenger');
    const served = await test.serve(plusModel(0, { card: { threshold: 3, labels: ['0', '1'] } }));
    await test.score(served);
    // What the champion calls 0 and 1.
    const card = { threshold: 3, labels: ['low', 'high'] };
    await publishModel(test.cluster, test.topic, plusModel(2, { card }), challenger);
    await vi.waitUntil(() => served.comparison !== undefined, 20_000);
    const total = await test.produce(10);
    const records = await test.read(({ length }) => length === total);
    expect(records.map((record) => predictionOf(record).version)).toEqual(Array.from({ length: total }, () => '0'));
    await vi.waitUntil(() => served.comparison?.compared === total, 20_000);
    // They decide otherwise of 1 and 2.
    expect(served.comparison).toMatchObject({ version: '2', disagreed: 2, meanDifference: 2, failed: 0, skipped: 0 });
    await rollbackModel(test.cluster, test.topic, challenger);
    await vi.waitUntil(() => served.comparison === undefined, 20_000);
  });

  it('has a challenger of its own vote on each record, the published one in its place, and its own again', async () => {
    await using test = await open('votes');
    const served = await test.serve(plusModel(0), false, { ownChallenger: folderOf(plusModel(1_000)) });
    await test.score(served);
    let total = await test.produce(200);
    for (const plus of [2_000, 3_000]) {
      await publishModel(test.cluster, test.topic, plusModel(plus), challenger);
      await vi.waitUntil(() => served.comparison?.version === String(plus), 20_000);
      total = await test.produce(200);
    }
    // One that cannot be used leaves the old one voting.
    await publishModel(test.cluster, test.topic, plusModel(4_000, { golden: 0 }), challenger);
    await vi.waitUntil(() => test.events.some(({ type }) => type === 'refused'), 20_000);
    expect(served.comparison?.version).toBe('3000');
    for (const version of ['3000', '2000', '1000']) {
      await rollbackModel(test.cluster, test.topic, challenger);
      await vi.waitUntil(() => served.comparison?.version === version, 20_000);
      total = await test.produce(200);
    }
    await publishModel(test.cluster, test.topic, plusModel(7), champion);
    await vi.waitUntil(() => served.current.version === '7', 20_000);
    total = await test.produce(200);
    const predictions = (await test.read(({ length }) => length >= total)).map(predictionOf);
    expect(new Set(predictions.map(({ x }) => x)).size).toBe(total);
    expect(predictions).toHaveLength(total);
    for (const { x, vote } of predictions) expect(vote?.score).toBe(x + Number(vote?.modelVersion));
    expect(new Set(predictions.map(({ vote }) => vote?.modelVersion))).toEqual(new Set(['1000', '2000', '3000']));
    expect(new Set(predictions.map(({ version }) => version))).toEqual(new Set(['0', '7']));
    expect(served.comparison).toMatchObject({ version: '1000', failed: 0, skipped: 0, meanDifference: 993 });
  });

  it('begins with the challenger that was published, or with its own where that one is refused', async () => {
    await using test = await open('first-vote');
    const ownChallenger = folderOf(plusModel(1_000));
    await publishModel(test.cluster, test.topic, plusModel(2_000), challenger);
    const served = await test.serve(plusModel(0), false, { ownChallenger });
    expect(served.comparison).toMatchObject({ version: '2000', compared: 0 });
    await rollbackModel(test.cluster, test.topic, challenger);
    await publishModel(test.cluster, test.topic, plusModel(3_000, { golden: 0 }), challenger);
    const another = await test.serve(plusModel(0), false, { ownChallenger });
    expect(another.comparison).toMatchObject({ version: '1000' });
    expect(test.events).toContainEqual({
      type: 'refused',
      role: 'challenger',
      refusal: expect.objectContaining({ version: '3000', code: 'model-golden-mismatch' }),
    });
  });

  it('is not held up by a challenger that fails', async () => {
    await using test = await open('failing');
    const served = await test.serve();
    await test.score(served);
    await publishModel(test.cluster, test.topic, plusModel(2, { input: 'luck' }), challenger);
    await vi.waitUntil(() => served.comparison !== undefined, 20_000);
    const total = await test.produce(10);
    await test.read(({ length }) => length === total);
    await vi.waitUntil(() => served.comparison?.failed === total, 20_000);
  });
});
