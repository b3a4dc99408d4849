import { expect, it } from 'vitest';
import { ControlFollower, ControlWriter, controlTopic } from '#shared/control';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { offlineSchemas } from '#shared/schema';
import { isTurned, ModelCatalogue } from '#shared/scoring';
import { describeOnEachKafka } from '#shared/testing';
import { type FaultReach, switchFault } from './switch-fault.js';

const heard = (instance: string, heartbeatAt = 1_000, obeys: readonly string[] = []) => ({
  instance,
  heartbeatAt,
  obeys,
});

await describeOnEachKafka('switching a fault', (kafka) => {
  /** A demo whose faults are switched, without anybody who obeys. */
  async function reached(name: string) {
    const cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    const namespace = kafka.unique(name);
    const topicName = ({ name: topic }: { readonly name: string }): string => `${namespace}.${topic}`;
    const { config } = controlTopic('titanic');
    const control = topicName(controlTopic('titanic'));
    await cluster.ensureTopics([{ name: control, partitions: 1, config: { 'cleanup.policy': 'compact', ...config } }]);
    const demo = { cluster, schemas: offlineSchemas(), topicName };
    const done: string[] = [];
    const reach: FaultReach = {
      demo: 'titanic',
      writer: await ControlWriter.open('titanic', demo),
      cluster,
      modelsTopic: topicName({ name: 'models' }),
      modelFolder: projectFile('demos/titanic/model/'),
      scorers: () => [heard('b-2'), heard('a-1')],
      resumeBroker: () => done.push('resumed'),
    };
    return {
      reach,
      done,
      /** What is on the topic now. */
      async state() {
        const follower = await ControlFollower.start('titanic', demo);
        await follower.close();
        return follower.state;
      },
      async champion(): Promise<string | undefined> {
        const catalogue = await ModelCatalogue.open(cluster, reach.modelsTopic);
        const version = catalogue.active('titanic', 'champion')?.pointer.version;
        await catalogue.close();
        return version;
      },
      [Symbol.asyncDispose]: () => cluster.close(),
    };
  }

  it('is an order on the control topic, with an end', async () => {
    await using demo = await reached('order');
    const { order } = await switchFault({ name: 'drift', on: true, forMs: 30_000, by: 'command' }, demo.reach);
    expect(order).toMatchObject({ on: true, by: 'command', target: null, until: order.issuedAt + 30_000 });
    expect((await demo.state()).faults.get('drift')).toMatchObject({ on: true, id: order.id });
    await switchFault({ name: 'drift', on: false, by: 'command' }, demo.reach);
    expect((await demo.state()).faults.get('drift')?.on).toBe(false);
  });

  it('means one scorer where it is to be killed: the first by its name', async () => {
    await using demo = await reached('killed');
    await switchFault({ name: 'killed-scorer', on: true, by: 'page' }, demo.reach);
    expect((await demo.state()).faults.get('killed-scorer')?.target).toBe('a-1');
    const alone = { ...demo.reach, scorers: () => [] };
    await expect(switchFault({ name: 'killed-scorer', on: true, by: 'page' }, alone)).rejects.toMatchObject({
      code: 'usage',
      message: 'No scorer is heard of that could be killed.',
    });
  });

  it.each([
    ['has just been heard of', [heard('dead', 1_000), heard('living', 4_000)]],
    ['obeys what is switched', [heard('a-older', 4_000), heard('living', 3_500, ['an order'])]],
  ])('means one that %s, before one by its name', async (_, scorers) => {
    await using demo = await reached('victim');
    const { order } = await switchFault(
      { name: 'killed-scorer', on: true, by: 'page' },
      { ...demo.reach, scorers: () => scorers },
    );
    expect(order.target).toBe('living');
  });

  it('publishes the model that serves, turned round, and takes it back', async () => {
    await using demo = await reached('model');
    const on = await switchFault({ name: 'bad-model', on: true, by: 'page' }, demo.reach);
    expect(on.change?.to?.version).toBe(await demo.champion());
    expect(isTurned((await demo.champion()) ?? '')).toBe(true);
    const again = await switchFault({ name: 'bad-model', on: true, by: 'page' }, demo.reach);
    expect([again.change, await demo.champion()]).toEqual([undefined, on.change?.to?.version]);
    await switchFault({ name: 'bad-model', on: false, by: 'page' }, demo.reach);
    expect(await demo.champion()).toBeUndefined();
    const offAgain = await switchFault({ name: 'bad-model', on: false, by: 'page' }, demo.reach);
    expect(offAgain.change).toBeUndefined();
  });

  it('has a broker back at once that is away', async () => {
    await using demo = await reached('broker');
    await switchFault({ name: 'lost-broker', on: true, by: 'page' }, demo.reach);
    expect(demo.done).toEqual([]);
    await switchFault({ name: 'lost-broker', on: false, by: 'page' }, demo.reach);
    expect(demo.done).toEqual(['resumed']);
  });
});
