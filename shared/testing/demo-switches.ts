import { ControlWriter } from '#shared/control';
import { connectCluster } from '#shared/kafka';
import { type ScorerStatus, statusTopic } from '#shared/monitoring';
import { connectSchemas } from '#shared/schema';
import { CommittedRecords } from './committed-records.js';

/** The switches of a demo that runs, and what its scorers say. */
interface DemoSwitches extends AsyncDisposable {
  readonly writer: ControlWriter;
  /** The first heartbeat, of all from the beginning on, that is what is waited for. */
  heartbeat(isIt: (status: ScorerStatus) => boolean): Promise<ScorerStatus>;
}

/** Opens them where the demo runs. */
export async function openDemoSwitches(
  demo: string,
  {
    brokers,
    registry,
    namespace = '',
  }: { readonly brokers: string; readonly registry: string; readonly namespace?: string },
): Promise<DemoSwitches> {
  const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  try {
    const topicName = ({ name }: { readonly name: string }): string => `${namespace}${name}`;
    const writer = await ControlWriter.open(demo, { cluster, schemas: connectSchemas({ url: registry }), topicName });
    const topic = statusTopic(demo);
    const heartbeats = await CommittedRecords.open(cluster, registry, topic, topicName(topic));
    return {
      writer,
      async heartbeat(isIt) {
        const found = (): ScorerStatus | undefined => heartbeats.records.find(({ value }) => isIt(value))?.value;
        await heartbeats.until(() => found() !== undefined);
        // It was there a line above.
        return found() as ScorerStatus;
      },
      async [Symbol.asyncDispose]() {
        await writer.close();
        await cluster.close();
      },
    };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}
