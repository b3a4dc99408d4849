import { expect, it } from 'vitest';
import { ControlWriter, controlTopic, UNDISTURBED } from '#shared/control';
import { connectCluster } from '#shared/kafka';
import { offlineSchemas } from '#shared/schema';
import { startEmbeddedBroker } from '#shared/testing';
import { ControlWatch } from './control-watch.js';

/** A demo's control topic that is watched, and another hand that writes there. */
async function watched() {
  const broker = await startEmbeddedBroker();
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  const topicName = ({ name }: { readonly name: string }): string => name;
  const demo = { cluster, schemas: offlineSchemas(), topicName };
  await cluster.ensureTopics([{ name: controlTopic('demo').name, partitions: 1, config: {} }]);
  const watch = new ControlWatch('demo', demo, () => undefined);
  const other = await ControlWriter.open('demo', demo);
  return {
    watch,
    other,
    async [Symbol.asyncDispose]() {
      await watch.close();
      await other.close();
      await cluster.close();
      await broker[Symbol.asyncDispose]();
    },
  };
}

const never = new AbortController().signal;

it('knows an order that it wrote, also where another has overtaken it when it is read back', async () => {
  await using demo = await watched();
  await demo.watch.order(async (writer, { pace }) => {
    const [mine] = await Promise.all([
      writer.switchFault('drift', { on: true, by: 'page' }),
      writer.switchFault('drift', { on: false, by: 'page' }),
      writer.changePace(pace, { speed: 2 }),
    ]);
    return mine.id;
  }, never);
  await demo.watch.order(async (writer) => {
    const { id } = await writer.changePace(UNDISTURBED.pace, { speed: 4 });
    await demo.other.changePace(UNDISTURBED.pace, { speed: 8 });
    return id;
  }, never);
  expect(demo.watch.state.faults.get('drift')).toBeDefined();
});

it('waits no longer than it is let', async () => {
  await using demo = await watched();
  const patience = new AbortController();
  const waiting = demo.watch.order(async () => {
    patience.abort();
    return 'an order that nobody wrote';
  }, patience.signal);
  await expect(waiting).rejects.toMatchObject({ code: 'run-failed' });
  await expect(demo.watch.order(async () => 'another', patience.signal)).rejects.toThrow('not read back in time');
});
