import { beforeAll, expect, it } from 'vitest';
import { describeOnEachKafka, WireClient } from '#shared/testing';
import { apis } from '#shared/wire';
import { type Cluster, connectCluster } from './index.js';

await describeOnEachKafka('what a group has committed', (kafka) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    return () => cluster.close();
  });

  /** A transaction that is about to commit offset 7 of partition 0, and what ends it. */
  async function pending(topic: string, groupId: string): Promise<() => Promise<void>> {
    const transactionalId = kafka.unique('pending');
    // The coordinators are there, and know the id, when this has been.
    await (await cluster.transactionalProducer({ transactionalId })).close();
    await cluster.committedOffsets(groupId, [topic]);
    const client = await WireClient.connect(kafka.brokers);
    const { producerId, producerEpoch } = await client.request(apis.initProducerId, 0, {
      transactionalId,
      transactionTimeoutMs: 60_000,
    });
    const producer = { transactionalId, producerId, producerEpoch };
    expect(await client.request(apis.addOffsetsToTxn, 0, { ...producer, groupId })).toMatchObject({ errorCode: 0 });
    const partitions = [{ partitionIndex: 0, committedOffset: 7, committedMetadata: null }];
    const answer = await client.request(apis.txnOffsetCommit, 0, {
      ...producer,
      groupId,
      generationId: -1,
      memberId: '',
      groupInstanceId: null,
      topics: [{ name: topic, partitions }],
    });
    expect(answer.topics[0]?.partitions[0]?.errorCode).toBe(0);
    return async () => {
      expect(await client.request(apis.endTxn, 0, { ...producer, committed: true })).toMatchObject({ errorCode: 0 });
      client.close();
    };
  }

  it('is waited for where a transaction is about to commit it: of whole topics a while, of partitions to its end', async () => {
    const [topic, groupId] = [kafka.unique('topic'), kafka.unique('group')];
    await cluster.ensureTopics([{ name: topic, partitions: 2, config: {} }]);
    const commit = await pending(topic, groupId);

    let isKnown = false;
    const named = cluster.committedOffsets(groupId, new Map([[topic, [0]]])).finally(() => {
      isKnown = true;
    });
    // Nothing is pending here.
    expect((await cluster.committedOffsets(groupId, new Map([[topic, [1]]]))).get(topic)).toEqual([
      undefined,
      undefined,
    ]);
    expect((await cluster.committedOffsets(groupId, [topic])).get(topic)).toEqual([undefined, undefined]);
    expect(isKnown).toBe(false);

    await commit();
    expect((await named).get(topic)).toEqual([7]);
  });
});
