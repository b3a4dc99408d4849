import { expect, it, vi } from 'vitest';
import { KitError } from '#shared/errors';
import { type Cluster, connectCluster, type PartitionReader, parseBrokers } from '#shared/kafka';
import { describeOnEachKafka } from '#shared/testing';
import { ModelCatalogue, publishModel, rollbackModel, withdrawModels } from '../index.js';
import { plusModel } from '../test-models.js';
import { refusalOf, writeRefusal } from './refuse-model.js';

const champion = { demo: 'demo', role: 'champion' } as const;
const challenger = { demo: 'demo', role: 'challenger' } as const;
const versionOf = ({ from, to }: { from?: { version: string } | undefined; to?: { version: string } | undefined }) => [
  from?.version,
  to?.version,
];

await describeOnEachKafka('the model topic', (kafka) => {
  let opened = 0;
  async function open(): Promise<{ cluster: Cluster; topic: string } & AsyncDisposable> {
    const cluster = await connectCluster({ brokers: parseBrokers(kafka.brokers), clientId: 'test' });
    opened += 1;
    return { cluster, topic: kafka.unique(`models-${opened}`), [Symbol.asyncDispose]: () => cluster.close() };
  }

  async function catalogue<T>(
    cluster: Cluster,
    topic: string,
    look: (catalogue: ModelCatalogue) => T,
  ): Promise<Awaited<T>> {
    const opened = await ModelCatalogue.open(cluster, topic);
    try {
      return await look(opened);
    } finally {
      await opened.close();
    }
  }

  it('gives the files of every version that can be active again, and says which is', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    expect(versionOf(await publishModel(cluster, topic, plusModel(1), champion))).toEqual([undefined, '1']);
    expect(versionOf(await publishModel(cluster, topic, plusModel(2), champion))).toEqual(['1', '2']);
    await catalogue(cluster, topic, async (models) => {
      expect(models.active('demo', 'champion')?.pointer).toMatchObject({
        name: 'plus',
        version: '2',
        previous: [{ version: '1' }],
      });
      expect(models.active('demo', 'challenger')).toBeUndefined();
      expect(models.active('other', 'champion')).toBeUndefined();
      for (const plus of [1, 2])
        expect(await models.files({ name: 'plus', version: String(plus) })).toEqual(plusModel(plus));
      await expect(models.files({ name: 'plus', version: '3' })).rejects.toMatchObject({ code: 'model-missing' });
    });
  });

  it('writes the pointer last, so that whoever follows the topic has read what it points to', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    for (const plus of [1, 2]) await publishModel(cluster, topic, plusModel(plus), champion);
    const reader = await cluster.reader({ isolation: 'read_committed' });
    reader.seek([{ topic, partition: 0, offset: 0 }]);
    const keys: string[] = [];
    while (keys.length < 6) {
      for (const { records } of await reader.poll(100)) keys.push(...records.map(({ key }) => String(key)));
    }
    await reader.close();
    const of = (version: number) => [
      `artifact/plus/${version}/0`,
      `artifact/plus/${version}/1`,
      'active/demo/champion',
    ];
    expect(keys).toEqual([...of(1), ...of(2)]);
  });

  it('is withdrawn for one demo, with the files that no other one needs', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    expect(await withdrawModels(cluster, topic, 'demo')).toEqual([]);
    for (const plus of [1, 2]) await publishModel(cluster, topic, plusModel(plus), champion);
    await publishModel(cluster, topic, plusModel(3), challenger);
    await publishModel(cluster, topic, plusModel(2), { demo: 'other', role: 'champion' });
    expect(await withdrawModels(cluster, topic, 'demo')).toMatchObject([
      { role: 'champion', name: 'plus', version: '2' },
      { role: 'challenger', name: 'plus', version: '3' },
    ]);
    await catalogue(cluster, topic, async (models) => {
      expect(models.allActive.map(({ demo, role, pointer }) => [demo, role, pointer.version])).toEqual([
        ['other', 'champion', '2'],
      ]);
      expect(models.artifacts.map(({ version }) => version)).toEqual(['2']);
    });
    expect(await withdrawModels(cluster, topic, 'demo')).toEqual([]);
  });

  it('rolls back as far as there is something, and then to nothing published', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    for (const plus of [1, 2, 3]) await publishModel(cluster, topic, plusModel(plus), champion);
    const rollback = async () => versionOf(await rollbackModel(cluster, topic, champion));
    expect(await rollback()).toEqual(['3', '2']);
    expect(await rollback()).toEqual(['2', '1']);
    expect(await rollback()).toEqual(['1', undefined]);
    await expect(rollback()).rejects.toThrow('there is nothing to roll back');
  });

  it('goes back past what a scorer has refused', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    await publishModel(cluster, topic, plusModel(1), champion);
    const { to, publishedAt = 0 } = await publishModel(cluster, topic, plusModel(2), champion);
    const { name = '', version = '', sha256 = '' } = to ?? {};
    const refused = { name, version, sha256, publishedAt, previous: [] };
    const refusal = refusalOf(refused, new KitError('model-invalid', 'It is no good.'), 'test');
    await writeRefusal({ cluster, topic, demo: 'demo', instance: 'test' }, 'champion', refusal);
    await publishModel(cluster, topic, plusModel(3), champion);
    expect(versionOf(await rollbackModel(cluster, topic, champion))).toEqual(['3', '1']);
  });

  it('is published later than what was before, whatever the clock says', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    const first = await publishModel(cluster, topic, plusModel(1), champion);
    const now = Date.now;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
    try {
      const second = await publishModel(cluster, topic, plusModel(2), champion);
      expect(second.publishedAt).toBe((first.publishedAt ?? 0) + 1);
    } finally {
      clock.mockRestore();
    }
  });

  it('does not take the same version with other files', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    await publishModel(cluster, topic, plusModel(1), champion);
    await publishModel(cluster, topic, plusModel(1), champion);
    await expect(publishModel(cluster, topic, plusModel(2, { version: '1' }), champion)).rejects.toThrow(
      'has plus 1 already, with other files; give the model another "version"',
    );
  });

  it('writes a version again that is damaged on the topic', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    await publishModel(cluster, topic, plusModel(1), champion);
    const producer = await cluster.produce();
    await producer.send([{ topic, key: 'artifact/plus/1/1', value: Buffer.from('damaged'), timestamp: 1 }]);
    const files = () => catalogue(cluster, topic, (models) => models.files({ name: 'plus', version: '1' }));
    await vi.waitFor(() => expect(files()).rejects.toThrow('is damaged; publish it again'), 10_000);
    await publishModel(cluster, topic, plusModel(1), champion);
    await vi.waitFor(async () => expect(await files()).toEqual(plusModel(1)), 10_000);
  });

  it('says that a model could not be read, not that it is damaged, where nothing comes', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    await publishModel(cluster, topic, plusModel(1), champion);
    let now = performance.now();
    const silent: Cluster = {
      ...cluster,
      async reader(options) {
        const reader = await cluster.reader(options);
        if (isSilent) {
          vi.spyOn(reader, 'poll').mockImplementation(async () => {
            now += 15_000;
            return [];
          });
        }
        return reader;
      },
    };
    let isSilent = false;
    const models = await vi.waitUntil(async () => {
      const opened = await ModelCatalogue.open(silent, topic);
      if (opened.artifacts.length > 0) return opened;
      await opened.close();
      return undefined;
    }, 10_000);
    isSilent = true;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      await expect(models.files({ name: 'plus', version: '1' })).rejects.toMatchObject({ code: 'cluster-unreachable' });
    } finally {
      clock.mockRestore();
      await models.close();
    }
  });

  it('ends a challenger that becomes the champion', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    await publishModel(cluster, topic, plusModel(1), champion);
    await publishModel(cluster, topic, plusModel(2), challenger);
    expect(await catalogue(cluster, topic, (models) => models.active('demo', 'challenger')?.pointer.version)).toBe('2');
    await publishModel(cluster, topic, plusModel(2), champion);
    await catalogue(cluster, topic, (models) => {
      expect(models.active('demo', 'challenger')).toBeUndefined();
      expect(models.active('demo', 'champion')?.pointer.version).toBe('2');
    });
  });

  it('deletes what no role can go back to', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    await publishModel(cluster, topic, plusModel(100), { demo: 'another', role: 'champion' });
    for (let plus = 0; plus < 14; plus += 1) await publishModel(cluster, topic, plusModel(plus), champion);
    const versions = await catalogue(cluster, topic, (models) =>
      models.artifacts.map(({ version }) => Number(version)),
    );
    // The one that is active, ten before it, and the other demo's.
    expect(versions.toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 100]);
  });

  it('takes all who publish at the same time, one after the other, also from several processes', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    // By another name of the same topic's broker a process does not know that it is one.
    const [another, third] = ['another', 'third'].map((name) => ({ ...cluster, brokers: [name] }));
    if (another === undefined || third === undefined) throw new Error('There are two.');
    const publishers = [cluster, cluster, another, third];
    const changes = await Promise.all(
      publishers.map((each, i) => publishModel(each, topic, plusModel(i), { demo: `demo-${i}`, role: 'champion' })),
    );
    expect(changes.map(versionOf)).toEqual(publishers.map((_, i) => [undefined, String(i)]));
    await catalogue(cluster, topic, async (models) => {
      for (const [i] of publishers.entries()) {
        expect(models.active(`demo-${i}`, 'champion')?.pointer.version).toBe(String(i));
        expect(await models.files({ name: 'plus', version: String(i) })).toEqual(plusModel(i));
      }
    });
    const back = await Promise.all(
      publishers.map((each, i) => rollbackModel(each, topic, { demo: `demo-${i}`, role: 'champion' })),
    );
    expect(back.map(versionOf)).toEqual(publishers.map((_, i) => [String(i), undefined]));
  });

  it('passes over keys and values that are not its own', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    await publishModel(cluster, topic, plusModel(1), champion);
    const producer = await cluster.produce();
    const keys = ['active/demo/champion', 'active/demo/emperor', 'artifact/plus', 'artifact/%E0/1/0', '', 'x'];
    await producer.send(keys.map((key) => ({ topic, key, value: Buffer.from('no pointer'), timestamp: 1 })));
    expect(await catalogue(cluster, topic, (models) => models.active('demo', 'champion')?.pointer.version)).toBe('1');
  });

  it('does not show what is not committed', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    const { to } = await publishModel(cluster, topic, plusModel(1), champion);
    const producer = await cluster.transactionalProducer({ transactionalId: kafka.unique('somebody') });
    const value = Buffer.from(JSON.stringify({ ...to, version: '2', publishedAt: 1, previous: [] }));
    await producer.send([{ topic, key: 'active/demo/champion', value, timestamp: 1 }]);
    expect(await catalogue(cluster, topic, (models) => models.active('demo', 'champion')?.pointer.version)).toBe('1');
    await producer.close();
    expect(await catalogue(cluster, topic, (models) => models.active('demo', 'champion')?.pointer.version)).toBe('1');
  });

  /** The same cluster; tells when a transaction was committed, and what its readers have been given since. */
  function observed(cluster: Cluster, poll: (own: PartitionReader['poll']) => PartitionReader['poll'] = (own) => own) {
    const seen = { isCommitted: false, polls: 0, values: [] as string[] };
    const watching: Cluster = {
      ...cluster,
      async transactionalProducer(options) {
        const producer = await cluster.transactionalProducer(options);
        const commit = producer.commit.bind(producer);
        producer.commit = async (consumed) => {
          await commit(consumed);
          seen.isCommitted = true;
        };
        return producer;
      },
      async reader(options) {
        const reader = await cluster.reader(options);
        const own = reader.poll.bind(reader);
        const altered = poll(own);
        reader.poll = async (maxWaitMs) => {
          const chunks = await (seen.isCommitted ? altered : own)(maxWaitMs);
          if (seen.isCommitted) seen.polls += 1;
          seen.values.push(...chunks.flatMap(({ records }) => records.map(({ value }) => String(value))));
          return chunks;
        };
        return reader;
      },
    };
    /** Until the readers have been polled so often: what they are to find they have found by then. */
    const rounds = async (count: number): Promise<void> => {
      const until = seen.polls + count;
      await vi.waitUntil(() => seen.polls >= until, 20_000);
    };
    return { watching, seen, rounds };
  }

  it('comes back when its own pointer can be read, not when another one can that was hidden before', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    const { to } = await publishModel(cluster, topic, plusModel(1), champion);
    const [foreign, idle] = await Promise.all(
      ['foreign', 'idle'].map((id) => cluster.transactionalProducer({ transactionalId: kafka.unique(id) })),
    );
    if (foreign === undefined || idle === undefined) throw new Error('There are two.');
    const pointer = JSON.stringify({ ...to, version: 'foreign', publishedAt: Date.now(), previous: [] });
    await foreign.send([{ topic, key: 'active/demo/champion', value: Buffer.from(pointer), timestamp: 1 }]);
    await idle.send([{ topic, key: 'x', value: Buffer.from('no pointer'), timestamp: 1 }]);
    const { watching, seen, rounds } = observed(cluster);
    // However long this takes on a busy machine, it is no 5 s.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    try {
      let isBack = false;
      const publishing = publishModel(watching, topic, plusModel(2), champion).finally(() => {
        isBack = true;
      });
      await vi.waitUntil(() => seen.isCommitted, 20_000);
      await foreign.commit({ groupId: '', offsets: new Map() });
      await vi.waitUntil(() => seen.values.includes(pointer), 20_000);
      await rounds(3);
      expect(isBack).toBe(false);
      await idle.abort();
      expect(await publishing).toMatchObject({ to: { version: '2' }, unconfirmed: undefined });
    } finally {
      clock.mockRestore();
    }
    expect(await catalogue(cluster, topic, (models) => models.active('demo', 'champion')?.pointer.version)).toBe('2');
  });

  it('is published also where a transaction that is open hides it for long, and says so', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    await publishModel(cluster, topic, plusModel(1), champion);
    const idle = await cluster.transactionalProducer({ transactionalId: kafka.unique('idle') });
    await idle.send([{ topic, key: 'x', value: Buffer.from('no pointer'), timestamp: 1 }]);
    const { unconfirmed } = await publishModel(cluster, topic, plusModel(2), champion);
    expect(unconfirmed).toBe(
      "It did not come back within 5 s; a transaction of somebody else's hides it, or the cluster does not answer.",
    );
    await idle.close();
    await vi.waitFor(async () => {
      const active = await catalogue(cluster, topic, (models) => models.active('demo', 'champion'));
      expect(active?.pointer.version).toBe('2');
    }, 10_000);
  });

  it('is published also where the cluster goes away before that can be read back, and says so', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    await publishModel(cluster, topic, plusModel(1), champion);
    const { watching } = observed(cluster, () => async () => {
      throw new KitError('cluster-unreachable', 'The cluster has not answered.');
    });
    expect(await publishModel(watching, topic, plusModel(2), champion)).toMatchObject({
      to: { version: '2' },
      unconfirmed: 'The cluster has not answered.',
    });
    await vi.waitFor(async () => {
      const active = await catalogue(cluster, topic, (models) => models.active('demo', 'champion'));
      expect(active?.pointer.version).toBe('2');
    }, 10_000);
  });

  it('must have one partition, and is empty where it is missing', async () => {
    await using test = await open();
    const { cluster, topic } = test;
    expect(await catalogue(cluster, topic, (models) => models.allActive)).toEqual([]);
    await cluster.ensureTopics([{ name: topic, partitions: 2, config: {} }]);
    await expect(ModelCatalogue.open(cluster, topic)).rejects.toThrow('it must have one');
  });
});
