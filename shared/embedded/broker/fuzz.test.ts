import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { frameCorpus, mutate, type Random, seededRandom, type WireClient } from '#shared/testing';
import { type Api, apis, buildBatch, crc32c, encodeRequest, type InputOf, type NewRecord } from '#shared/wire';
import { produceBatch, startTestBroker } from './test-broker.js';

const damagedFrames = 30_000;
/** Of each connection, after as many that are whole: what is refused ends it. */
const damagedPerConnection = 2;
const seed = Number(process.env.FUZZ_SEED ?? 20);

const below = (limit: number, random: Random) => Math.floor(random() * limit);

/** Requests that mean something to this broker: its topics, groups and producers are named in them. */
function meaningfulFrames(random: Random): Buffer[] {
  const frame = <A extends Api>(api: A, version: number, request: InputOf<A['request']>) =>
    Buffer.concat(encodeRequest(api, version, { correlationId: 1, clientId: 'fuzz' }, request)).subarray(4);
  const producer = { producerId: 1 + below(3, random), producerEpoch: below(2, random) };
  const transaction = { transactionalId: 'tx', ...producer };
  const member = { groupId: 'g', memberId: random() < 0.5 ? '' : 'm', groupInstanceId: random() < 0.5 ? null : 'i' };
  const offsets = [{ partitionIndex: 0, committedOffset: below(9, random), committedMetadata: 'at' }];
  const partitions = [{ partition: 0, fetchOffset: below(9, random), partitionMaxBytes: 10_000 }];
  const fetched = { maxWaitMs: 5, minBytes: 1, maxBytes: 10_000, isolationLevel: below(2, random) };
  const resources = [{ resourceType: 2, resourceName: 'f', configurationKeys: null }];
  const creatable = { name: 'f', numPartitions: 3, replicationFactor: 1, assignments: [], configs: [] };
  const joining = { ...member, sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 6_000, protocolType: 'consumer' };
  return [
    ...[0, 1, 2, 3].map(() => produceFrame(random, producer, transaction.transactionalId)),
    frame(apis.fetch, 11, { ...fetched, topics: [{ topic: 'f', partitions }] }),
    frame(apis.listOffsets, 5, {
      replicaId: -1,
      topics: [{ name: 'f', partitions: [{ partitionIndex: 0, timestamp: below(9, random) - 4 }] }],
    }),
    frame(apis.metadata, 9, { topics: [{ name: 'f' }] }),
    frame(apis.joinGroup, 5, { ...joining, protocols: [{ name: 'range', metadata: Buffer.alloc(8, 1) }] }),
    frame(apis.syncGroup, 3, {
      ...member,
      generationId: 1,
      assignments: [{ memberId: 'm', assignment: Buffer.alloc(4) }],
    }),
    frame(apis.heartbeat, 3, { ...member, generationId: 1 }),
    frame(apis.leaveGroup, 3, { groupId: 'g', members: [{ memberId: 'm', groupInstanceId: null }] }),
    frame(apis.offsetCommit, 7, {
      ...member,
      generationIdOrMemberEpoch: -1,
      topics: [{ name: 'f', partitions: offsets }],
    }),
    frame(apis.offsetFetch, 5, { groupId: 'g', topics: [{ name: 'f', partitionIndexes: [0, 1] }] }),
    frame(apis.describeGroups, 3, { groups: ['g'], includeAuthorizedOperations: false }),
    frame(apis.deleteGroups, 1, { groupsNames: ['g'] }),
    frame(apis.initProducerId, 1, { transactionalId: random() < 0.3 ? null : 'tx', transactionTimeoutMs: 60_000 }),
    frame(apis.addPartitionsToTxn, 1, {
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: 'f', partitions: [0, 1] }],
    }),
    frame(apis.addOffsetsToTxn, 1, { ...transaction, groupId: 'g' }),
    frame(apis.txnOffsetCommit, 1, { ...transaction, groupId: 'g', topics: [{ name: 'f', partitions: offsets }] }),
    frame(apis.endTxn, 1, { ...transaction, committed: random() < 0.5 }),
    frame(apis.createTopics, 4, { topics: [creatable], timeoutMs: 1 }),
    frame(apis.createPartitions, 1, {
      topics: [{ name: 'f', count: 4, assignments: null }],
      timeoutMs: 1,
      validateOnly: false,
    }),
    frame(apis.deleteTopics, 3, { topicNames: ['f'], timeoutMs: 1 }),
    frame(apis.deleteRecords, 1, {
      topics: [{ name: 'f', partitions: [{ partitionIndex: 0, offset: below(9, random) }] }],
      timeoutMs: 1,
    }),
    frame(apis.describeConfigs, 2, { resources, includeSynonyms: true }),
    frame(apis.incrementalAlterConfigs, 0, {
      resources: [
        {
          resourceType: 2,
          resourceName: 'f',
          configs: [{ name: 'cleanup.policy', configOperation: 0, value: 'compact' }],
        },
      ],
      validateOnly: false,
    }),
  ];
}

/** A batch of any kind; often damaged inside, under a checksum that is right all the same. */
function produceFrame(
  random: Random,
  producer: { producerId: number; producerEpoch: number },
  transactionalId: string,
): Buffer {
  const records = Array.from({ length: 1 + below(4, random) }, (): NewRecord => {
    const value = random() < 0.2 ? null : Buffer.alloc(below(50, random), below(256, random));
    return { timestamp: below(1_000, random), key: Buffer.from('k'), value };
  });
  const transactional = random() < 0.3;
  const batch = buildBatch(records, {
    compression: random() < 0.3 ? 'gzip' : 'none',
    ...((transactional || random() < 0.5) && { ...producer, baseSequence: below(6, random) }),
    transactional,
  });
  if (random() < 0.5) {
    const at = 21 + below(batch.length - 21, random);
    batch[at] = below(256, random);
    batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
  }
  const topicData = [{ name: 'f', partitionData: [{ index: below(3, random), records: batch }] }];
  const request = { transactionalId: transactional ? transactionalId : null, acks: -1, timeoutMs: 1, topicData };
  return Buffer.concat(encodeRequest(apis.produce, 8, { correlationId: 1, clientId: 'fuzz' }, request)).subarray(4);
}

const withLength = (frame: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(frame.length, 0);
  return Buffer.concat([length, frame]);
};

/** Sends what it has been given and leaves; resolves when the broker is through with it. */
async function sendAndLeave(port: number, bytes: Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.resume();
  socket.end(bytes);
  await closed;
}

/** One record after another in, and exactly that out. */
async function roundTrip(client: WireClient, number: number): Promise<void> {
  const value = `number ${number}`;
  const batch = buildBatch([{ timestamp: 1, value: Buffer.from(value) }]);
  expect(await produceBatch(client, 'steady', batch)).toMatchObject({ errorCode: 0, baseOffset: number });
  const partitions = [{ partition: 0, fetchOffset: number, partitionMaxBytes: 1000 }];
  const asked = { maxWaitMs: 1000, minBytes: 1, maxBytes: 1000, isolationLevel: 1 };
  const { responses } = await client.request(apis.fetch, 11, { ...asked, topics: [{ topic: 'steady', partitions }] });
  expect(String(responses[0]?.partitions[0]?.records)).toContain(value);
}

describe('a broker that is sent damaged requests', () => {
  it(`serves the client next to them as ever, ${damagedFrames} of them later (FUZZ_SEED=${seed})`, async () => {
    const random = seededRandom(seed);
    const topics = [
      { name: 'f', partitions: 3 },
      { name: 'steady', partitions: 1 },
    ];
    await using test = await startTestBroker({ topics });
    const anything = frameCorpus(Object.values(apis), 3, random).map(({ frame }) => frame);
    const next = (isDamaged: boolean): Buffer => {
      const meaningful = meaningfulFrames(random);
      const pick = () => {
        const from = random() < 0.8 ? meaningful : anything;
        return from[below(from.length, random)] ?? Buffer.alloc(0);
      };
      return withLength(isDamaged ? mutate(pick(), pick(), random) : pick());
    };
    const connections = damagedFrames / damagedPerConnection;
    const lanes = 10;
    for (let i = 0; i < connections; i += lanes) {
      const isDamaged = Array.from({ length: damagedPerConnection * 2 }, (_, at) => at >= damagedPerConnection);
      const sent = Array.from({ length: lanes }, () => Buffer.concat(isDamaged.map(next)));
      await Promise.all([
        ...sent.map((bytes) => sendAndLeave(test.broker.port, bytes)),
        roundTrip(test.client, i / lanes),
      ]);
    }
    // Much of it was refused at the connection, and much got through.
    expect(test.warnings.length).toBeGreaterThan(connections / 20);
    expect(test.warnings.length).toBeLessThan(connections);
    // Whatever else ends a connection is a fault of the broker's.
    const refusal = / closed: (Reading|Coding|Opening|Taking a request|It ended|\w+ version -?\d+ is not known)/;
    expect(test.warnings.filter((one) => !refusal.test(one))).toEqual([]);
    const { topics: found } = await test.client.request(apis.metadata, 9, { topics: null });
    expect(found.map(({ name }) => name)).toContain('steady');
    expect(process.memoryUsage().heapUsed).toBeLessThan(600 * 1024 * 1024);
  }, 180_000);
});
