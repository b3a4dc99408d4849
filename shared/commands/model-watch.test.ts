import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { type Cluster, connectCluster, parseBrokers } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { publishModel, readModelFolder, rollbackModel } from '#shared/scoring';
import { describeOnEachKafka } from '#shared/testing';
import { ModelWatch } from './model-watch.js';

const folder = (of: string): string => fileURLToPath(projectFile(`demos/titanic/${of}/`));

await describeOnEachKafka('ModelWatch', (kafka) => {
  let opened = 0;
  async function open(): Promise<{ cluster: Cluster; topic: string; watch: ModelWatch } & AsyncDisposable> {
    const cluster = await connectCluster({ brokers: parseBrokers(kafka.brokers), clientId: 'test' });
    opened += 1;
    const topic = kafka.unique(`models-${opened}`);
    const watch = new ModelWatch(cluster, { topic, demo: 'titanic' });
    return {
      cluster,
      topic,
      watch,
      async [Symbol.asyncDispose]() {
        await watch.close();
        await cluster.close();
      },
    };
  }

  it('says that there is no topic until there is one, then what is published, with its card, and what was before', async () => {
    await using test = await open();
    const { cluster, topic, watch } = test;
    await vi.waitUntil(() => watch.trouble === 'There is no model topic yet: the first scorer makes it.', 20_000);
    const role = { demo: 'titanic', role: 'champion' } as const;
    const first = await publishModel(cluster, topic, await readModelFolder(folder('model')), role);
    await vi.waitUntil(() => watch.active('champion') !== undefined, 20_000);
    const second = await publishModel(cluster, topic, await readModelFolder(folder('challenger')), role);
    await vi.waitUntil(() => watch.active('champion')?.pointer.publishedAt === second.publishedAt, 20_000);
    const { pointer } = watch.active('champion') ?? {};
    expect(pointer?.previous).toEqual([first.to]);
    expect(watch.trouble).toBeUndefined();
    for (const model of [first.to, second.to]) {
      await vi.waitUntil(() => model && watch.card(model)?.quality?.auc !== undefined, 20_000);
    }
    await rollbackModel(cluster, topic, role);
    await vi.waitUntil(() => watch.active('champion')?.pointer.sha256 === first.to?.sha256, 20_000);
    await rollbackModel(cluster, topic, role);
    await vi.waitUntil(() => watch.active('champion') === undefined, 20_000);
  });

  it('knows nothing of what is published for another demo', async () => {
    await using test = await open();
    const { cluster, topic, watch } = test;
    await publishModel(cluster, topic, await readModelFolder(folder('model')), { demo: 'other', role: 'champion' });
    const change = await publishModel(cluster, topic, await readModelFolder(folder('challenger')), {
      demo: 'titanic',
      role: 'challenger',
    });
    await vi.waitUntil(() => watch.active('challenger')?.pointer.publishedAt === change.publishedAt, 20_000);
    expect(watch.active('champion')).toBeUndefined();
  });
});
