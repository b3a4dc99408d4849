import { expect, it } from 'vitest';
import { ControlFollower, ControlWriter, controlTopic, type PartReport } from '#shared/control';
import { connectCluster } from '#shared/kafka';
import { offlineSchemas } from '#shared/schema';
import { startEmbeddedBroker } from '#shared/testing';
import { haveBegunAnew } from './have-begun-anew.js';

const supervising: PartReport = {
  role: 'supervisor',
  instance: 'host-1',
  heardAt: Date.now(),
  obeys: [],
  faults: [],
  eventTime: null,
  lap: null,
  sent: 0,
  held: 0,
  injected: 0,
};

/** Asks a demo as a whole that says `said` when it has heard the order. */
async function asking(said: (id: string) => Partial<PartReport>): Promise<void> {
  await using broker = await startEmbeddedBroker();
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  const access = { cluster, schemas: offlineSchemas(), topicName: ({ name }: { readonly name: string }) => name };
  await cluster.ensureTopics([{ name: controlTopic('demo').name, partitions: 1, config: {} }]);
  const follower = await ControlFollower.start('demo', access);
  const writer = await ControlWriter.open('demo', access);
  follower.onChange(({ reset }, news) => {
    if (news.reset && reset) void writer.report({ ...supervising, ...said(reset.id) });
  });
  try {
    await haveBegunAnew('demo', access, new AbortController().signal);
  } finally {
    await writer.close();
    await follower.close();
    await cluster.close();
  }
}

it('has begun anew when the demo says that it obeys the order', async () => {
  await expect(asking((id) => ({ obeys: [id], answer: { id, why: null } }))).resolves.toBeUndefined();
});

it('has not where the demo refuses, and says why', async () => {
  const refused = asking((id) => ({ answer: { id, why: 'At work on it is scorer a-1.' } }));
  await expect(refused).rejects.toMatchObject({ code: 'run-failed', message: 'At work on it is scorer a-1.' });
});
