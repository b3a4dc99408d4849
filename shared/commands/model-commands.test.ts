import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { type Cluster, connectCluster, parseBrokers } from '#shared/kafka';
import type { ScorerStatus } from '#shared/monitoring';
import { projectFile } from '#shared/project-file';
import { ModelCatalogue, readModelCard } from '#shared/scoring';
import { describeOnEachKafka } from '#shared/testing';
import { type ModelChanged, modelCommands } from './model-commands.js';
import { status } from './test-watch.js';

const folder = (of: string): string => fileURLToPath(projectFile(`demos/titanic/${of}/`));
const never = new AbortController().signal;

await describeOnEachKafka('the commands of a page about models', (kafka) => {
  let opened = 0;
  async function open(scorers: () => readonly ScorerStatus[] = () => []) {
    const cluster: Cluster = await connectCluster({ brokers: parseBrokers(kafka.brokers), clientId: 'test' });
    opened += 1;
    const topic = kafka.unique(`models-${opened}`);
    const folders = [folder('model'), folder('challenger')];
    const commands = modelCommands({ demo: 'titanic', cluster, topic, folders, scorers });
    const command = async (name: string, body: unknown, signal = never) =>
      (await commands[name]?.(body, signal)) as ModelChanged;
    const active = async (role: 'champion' | 'challenger') => {
      const catalogue = await ModelCatalogue.open(cluster, topic);
      try {
        return catalogue.active('titanic', role)?.pointer;
      } finally {
        await catalogue.close();
      }
    };
    return { topic, command, active, [Symbol.asyncDispose]: () => cluster.close() };
  }
  const own = { name: 'titanic-logistic', version: '1' };

  it('publish a version that comes with the demo, and roll back to before', async () => {
    await using test = await open();
    const { command, active } = test;
    expect(await command('model-publish', own)).toEqual({
      sentences: [
        'titanic-logistic 1 is published as champion.',
        'No scorer is running; the next one that starts begins with it.',
      ],
      refused: false,
    });
    expect(await active('champion')).toMatchObject(own);
    const { sentences } = await command('model-rollback', { role: 'champion' });
    expect(sentences[0]).toBe("The champion is now the demo's own model, instead of titanic-logistic 1.");
    expect(await active('champion')).toBeUndefined();
  });

  it('have a version vote beside the champion, and go back to one that was before on the topic', async () => {
    await using test = await open();
    const { command, active } = test;
    const { name, version } = await readModelCard(folder('challenger'));
    const challenger = { name, version };
    await command('model-publish', { ...challenger, role: 'challenger' });
    expect([await active('champion'), await active('challenger')]).toMatchObject([undefined, challenger]);
    await command('model-publish', own);
    const { sentences } = await command('model-publish', challenger);
    expect(sentences[0]).toBe(
      `${challenger.name} ${challenger.version} is published as champion, instead of titanic-logistic 1.`,
    );
    // One that becomes champion challenges nobody.
    expect([await active('champion'), await active('challenger')]).toMatchObject([challenger, undefined]);
    await command('model-publish', own);
    expect(await active('champion')).toMatchObject({ ...own, previous: [challenger] });
  });

  it('say what each scorer makes of it, and why one refuses', async () => {
    const heard: ScorerStatus[] = [];
    await using test = await open(() => heard);
    const { command, active } = test;
    const scorer = (instance: string, more: Partial<ScorerStatus>): ScorerStatus => ({
      ...status,
      instance,
      modelName: 'titanic-logistic',
      modelVersion: '1',
      modelPublishedAt: null,
      ...more,
    });
    heard.push(scorer('a', {}), scorer('b', {}));
    const changing = command('model-publish', own);
    await vi.waitUntil(async () => (await active('champion')) !== undefined, 20_000);
    const publishedAt = (await active('champion'))?.publishedAt ?? 0;
    const refusal = {
      role: 'champion',
      modelName: 'titanic-logistic',
      modelVersion: '1',
      publishedAt,
      code: 'model-golden-mismatch',
      message: 'Its golden rows come out otherwise.',
      refusedAt: publishedAt,
    };
    heard.splice(0, 2, scorer('a', { modelPublishedAt: publishedAt }), scorer('b', { refusal }));
    expect(await changing).toEqual({
      sentences: [
        'titanic-logistic 1 is published as champion.',
        'Scorer a serves titanic-logistic 1.',
        'Scorer b refused it and goes on with titanic-logistic 1: Its golden rows come out otherwise.',
      ],
      refused: true,
    });
  });

  it('take no version that the demo does not have, no path, and no more than is asked for', async () => {
    await using test = await open();
    const { command, topic } = test;
    await expect(command('model-publish', { name: 'other', version: '1' })).rejects.toMatchObject({
      code: 'usage',
      message: `titanic has no model other 1, on the topic ${topic} or of its own; publish it with npm run model:publish first.`,
    });
    for (const body of [
      {},
      { name: '../../etc', version: 1 },
      { ...own, folder: '/etc' },
      { ...own, role: 'king' },
      null,
      [],
    ]) {
      await expect(command('model-publish', body)).rejects.toMatchObject({ code: 'usage' });
    }
    await expect(command('model-publish', { name: '../../etc/passwd', version: '1' })).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(command('model-rollback', { role: 'champion' })).rejects.toMatchObject({
      code: 'usage',
      message: `titanic has no published champion on the topic ${topic}: there is nothing to roll back.`,
    });
  });
});
