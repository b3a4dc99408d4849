import { ControlFollower, ControlWriter, controlTopic } from '#shared/control';
import { connectCluster } from '#shared/kafka';
import { offlineSchemas } from '#shared/schema';
import { startEmbeddedBroker } from './embedded-broker.js';

/** The control topic of a demo called demo, on a broker of its own. */
export async function startEmbeddedSwitches() {
  const broker = await startEmbeddedBroker();
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  const topicName = ({ name }: { readonly name: string }): string => name;
  await cluster.ensureTopics([{ name: controlTopic('demo').name, partitions: 1, config: {} }]);
  const access = { cluster, schemas: offlineSchemas(), topicName };
  const writer = await ControlWriter.open('demo', access);
  const followers: ControlFollower[] = [];
  return {
    writer,
    async follower() {
      const follower = await ControlFollower.start('demo', access);
      followers.push(follower);
      return follower;
    },
    async [Symbol.asyncDispose]() {
      for (const each of followers) await each.close();
      await writer.close();
      await cluster.close();
      await broker[Symbol.asyncDispose]();
    },
  };
}
