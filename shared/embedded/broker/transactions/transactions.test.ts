import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WireClient } from '#shared/testing';
import { apis, buildBatch, errorCode, readRecords } from '#shared/wire';
import { Groups } from '../groups/groups.js';
import { inMemory, type JournalEntry, type Storage } from '../storage/storage.js';
import { recordsOf, startTestBroker, type TestBroker } from '../test-broker.js';
import { Topics } from '../topics/topics.js';
import { Transactions } from './transactions.js';

// What Apache Kafka does alike is in the contract; here is what only this broker promises, or what needs its inside.

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'transactions-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const topics = [{ name: 't', partitions: 2 }];
const start = (folder: string): Promise<TestBroker> => startTestBroker({ dataDir: join(root, folder), topics });

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

async function init(client: WireClient, transactionalId = 'x') {
  return client.request(apis.initProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 });
}

async function write(client: WireClient, producer: Producer, value: string, baseSequence = 0, partition = 0) {
  const added = await client.request(apis.addPartitionsToTxn, 3, {
    v3AndBelowTransactionalId: 'x',
    v3AndBelowProducerId: producer.producerId,
    v3AndBelowProducerEpoch: producer.producerEpoch,
    v3AndBelowTopics: [{ name: 't', partitions: [partition] }],
  });
  const code = added.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode;
  if (code !== errorCode.none) return code;
  const { producerId, producerEpoch } = producer;
  const batch = buildBatch(recordsOf(value), { producerId, producerEpoch, baseSequence, transactional: true });
  const produced = await client.request(apis.produce, 8, {
    transactionalId: 'x',
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: 't', partitionData: [{ index: partition, records: batch }] }],
  });
  return produced.responses[0]?.partitionResponses[0]?.errorCode;
}

async function sendOffset(client: WireClient, producer: Producer, committedOffset: number): Promise<void> {
  const of = { transactionalId: 'x', producerId: producer.producerId, producerEpoch: producer.producerEpoch };
  await client.request(apis.addOffsetsToTxn, 3, { ...of, groupId: 'g' });
  await client.request(apis.txnOffsetCommit, 3, {
    ...of,
    groupId: 'g',
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: null }] }],
  });
}

async function end(client: WireClient, producer: Producer, committed: boolean): Promise<number> {
  const { producerId, producerEpoch } = producer;
  return (await client.request(apis.endTxn, 3, { transactionalId: 'x', producerId, producerEpoch, committed }))
    .errorCode;
}

async function committedOffset(client: WireClient): Promise<number | undefined> {
  const found = await client.request(apis.offsetFetch, 5, {
    groupId: 'g',
    topics: [{ name: 't', partitionIndexes: [0] }],
  });
  return found.topics[0]?.partitions[0]?.committedOffset;
}

/** What a read_committed consumer gets of a partition. */
async function readCommitted(client: WireClient, partition = 0) {
  const { responses } = await client.request(apis.fetch, 11, {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1e6,
    isolationLevel: 1,
    topics: [{ topic: 't', partitions: [{ partition, fetchOffset: 0, partitionMaxBytes: 1e6 }] }],
  });
  const [answer] = responses[0]?.partitions ?? [];
  return { ...answer, end: answer?.lastStableOffset, aborted: answer?.abortedTransactions };
}

describe('a broker that ended while transactions were open, and starts again', () => {
  it('aborts them, shuts their producer out, and drops the offsets in them', async () => {
    await using before = await start('data');
    const producer = await init(before.client);
    expect(await write(before.client, producer, 'a')).toBe(errorCode.none);
    expect(await write(before.client, producer, 'b', 0, 1)).toBe(errorCode.none);
    await sendOffset(before.client, producer, 7);
    // As a kill would leave it: everything that was acknowledged is with the operating system.
    cpSync(join(root, 'data'), join(root, 'killed'), { recursive: true });

    await using after = await start('killed');
    const { producerId } = producer;
    expect(await readCommitted(after.client)).toMatchObject({ end: 2, aborted: [{ producerId, firstOffset: 0 }] });
    expect(await readCommitted(after.client, 1)).toMatchObject({ end: 2, aborted: [{ producerId, firstOffset: 0 }] });
    expect(await committedOffset(after.client)).toBe(-1);
    expect(await end(after.client, producer, true)).toBe(errorCode.producerFenced);
    expect(await write(after.client, producer, 'late', 1)).toBe(errorCode.producerFenced);
    const next = await init(after.client);
    expect(next).toMatchObject({ errorCode: 0, producerId });
    expect(next.producerEpoch).toBeGreaterThan(producer.producerEpoch);
  });

  it('does not take a transaction of offsets alone for the committed one before it', async () => {
    await using before = await start('data');
    const producer = await init(before.client);
    await sendOffset(before.client, producer, 1);
    expect(await end(before.client, producer, true)).toBe(errorCode.none);
    await sendOffset(before.client, producer, 2);
    cpSync(join(root, 'data'), join(root, 'killed'), { recursive: true });

    await using after = await start('killed');
    expect(await end(after.client, producer, true)).toBe(errorCode.producerFenced);
    expect(await committedOffset(after.client)).toBe(1);
  });

  it('has what was committed, and lets its producer go on', async () => {
    await using before = await start('data');
    const producer = await init(before.client);
    await write(before.client, producer, 'a');
    await sendOffset(before.client, producer, 7);
    expect(await end(before.client, producer, true)).toBe(errorCode.none);
    cpSync(join(root, 'data'), join(root, 'killed'), { recursive: true });

    await using after = await start('killed');
    expect(await committedOffset(after.client)).toBe(7);
    expect(await end(after.client, producer, true)).toBe(errorCode.none);
    expect(await write(after.client, producer, 'b', 1)).toBe(errorCode.none);
    expect(await end(after.client, producer, true)).toBe(errorCode.none);
    const { records, end: stable, aborted } = await readCommitted(after.client);
    expect({ stable, aborted }).toEqual({ stable: 4, aborted: [] });
    expect([...readRecords(records ?? Buffer.alloc(0))].map(({ value }) => String(value))).toEqual(['a']);
  });

  it('still knows what was aborted in an earlier run', async () => {
    await using before = await start('data');
    const producer = await init(before.client);
    await write(before.client, producer, 'a');
    await end(before.client, producer, false);
    cpSync(join(root, 'data'), join(root, 'killed'), { recursive: true });
    await using after = await start('killed');
    const { producerId } = producer;
    expect(await readCommitted(after.client)).toMatchObject({ end: 2, aborted: [{ producerId, firstOffset: 0 }] });
  });
});

describe('a transaction whose topic is deleted', () => {
  it('writes nothing into a new topic of that name', async () => {
    await using test = await start('data');
    const producer = await init(test.client);
    await write(test.client, producer, 'a');
    await test.client.request(apis.deleteTopics, 1, { topicNames: ['t'], timeoutMs: 1000 });
    const again = { name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
    await test.client.request(apis.createTopics, 2, { topics: [again], timeoutMs: 1000 });
    expect(await end(test.client, producer, true)).toBe(errorCode.none);
    expect(await readCommitted(test.client)).toMatchObject({ highWatermark: 0, end: 0 });
  });
});

describe('the coordinator of transactions', () => {
  const claim = (producer: Producer) => ({ transactionalId: 'x', ...producer });
  const nobody = { producerId: -1, producerEpoch: -1 };

  function coordinate(storage: Storage = inMemory) {
    const clock = { now: 1_000_000 };
    const warnings: string[] = [];
    let producerId = 0;
    const transactions = new Transactions({
      topics: new Topics(1, storage),
      groups: new Groups(storage),
      storage,
      nextProducerId: () => ++producerId,
      now: () => clock.now,
      onWarning: (sentence) => warnings.push(sentence),
    });
    return { transactions, clock, warnings, topics: transactions.on.topics };
  }

  /** Keeps the journal in a list, and can be made to refuse appends to the logs. */
  function recording(entries: JournalEntry[], disk: { isFull: boolean }): Storage {
    return {
      ...inMemory,
      record: (entry) => entries.push(entry),
      logStore: () => ({
        ...inMemory.logStore({ name: 't', id: '' }, 0),
        append() {
          if (disk.isFull) throw new Error('no space left on device');
        },
      }),
    };
  }

  it('carries out what was decided, once the disk takes the markers', () => {
    const disk = { isFull: false };
    const { transactions, topics: all, warnings } = coordinate(recording([], disk));
    all.create({ name: 't', partitions: 2 });
    const producer = transactions.init('x', 1_000, nobody);
    const transaction = transactions.begin(claim(producer));
    if (typeof transaction === 'number') throw new Error(`Not begun: ${transaction}`);
    transaction.addPartition('t', 0);
    transaction.addPartition('t', 1);
    disk.isFull = true;
    expect(transactions.end(claim(producer), true)).toBe(errorCode.coordinatorNotAvailable);
    expect(warnings).toEqual([expect.stringContaining('no space left on device')]);
    expect(transaction.state).toBe('PrepareCommit');
    expect(transactions.end(claim(producer), false)).toBe(errorCode.invalidTxnState);
    expect(transactions.begin(claim(producer))).toBe(errorCode.concurrentTransactions);
    disk.isFull = false;
    expect(transactions.end(claim(producer), true)).toBe(errorCode.none);
    expect([all.log('t', 0)?.highWatermark, all.log('t', 1)?.highWatermark]).toEqual([1, 1]);
    transactions.close();
  });

  it('finishes after a restart what was decided before it, and writes no marker twice', () => {
    const entries: JournalEntry[] = [];
    const { transactions, topics: all } = coordinate(recording(entries, { isFull: false }));
    all.create({ name: 't', partitions: 2 });
    const producer = transactions.init('x', 1_000, nobody);
    const { producerId, producerEpoch } = producer;
    for (const [partition, log] of (all.find('t')?.partitions ?? []).entries()) {
      const options = { producerId, producerEpoch, baseSequence: 0, transactional: true };
      log.append(buildBatch(recordsOf(String(partition)), options), 0, () => undefined);
    }
    // Killed between the marker of partition 0 and that of partition 1.
    all.log('t', 0)?.endTransaction({ producerId, producerEpoch, commits: true }, 0);
    transactions.restore({
      is: 'transaction-ending',
      id: 'x',
      producerId,
      producerEpoch,
      timeoutMs: 1_000,
      commits: true,
      partitions: [
        ['t', 0],
        ['t', 1],
      ],
      offsets: [['g', [['t', 0, 5, -1, null]]]],
    });
    transactions.settle();
    const logs = [all.log('t', 0), all.log('t', 1)];
    expect(logs.map((log) => [log?.highWatermark, log?.lastStableOffset, log?.abortedIn(0, 9)])).toEqual([
      [2, 2, []],
      [2, 2, []],
    ]);
    expect(transactions.on.groups.find('g')?.offsets.get('t', 0)?.offset).toBe(5);
    expect(entries.at(-1)).toMatchObject({ is: 'transaction', state: 'CompleteCommit' });
  });

  it('aborts at the start what nobody can end any more, as after the journal was lost', () => {
    const { transactions, topics: all } = coordinate();
    const created = all.create({ name: 't', partitions: 1 });
    const log = all.log('t', 0);
    const options = { producerId: 77, producerEpoch: 3, baseSequence: 0, transactional: true };
    log?.append(buildBatch(recordsOf('a'), options), 0, () => undefined);
    expect([created, log?.lastStableOffset]).toEqual([all.find('t'), 0]);
    transactions.settle();
    expect([log?.lastStableOffset, log?.abortedIn(0, 9)]).toEqual([
      2,
      [{ producerId: 77, firstOffset: 0, lastOffset: 1 }],
    ]);
  });

  it('stays with the transaction where the decision itself cannot be recorded', () => {
    const storage = { ...inMemory, record: () => {} };
    const { transactions } = coordinate(storage);
    const producer = transactions.init('x', 1_000, nobody);
    transactions.begin(claim(producer));
    storage.record = () => {
      throw new Error('no space left on device');
    };
    expect(() => transactions.end(claim(producer), true)).toThrow('no space left');
    expect(transactions.find('x')?.state).toBe('Ongoing');
    transactions.close();
  });

  it('gives another producer id when the epochs of one are used up', () => {
    const { transactions } = coordinate();
    transactions.restore({
      is: 'transaction',
      id: 'x',
      producerId: 900,
      producerEpoch: 32_765,
      timeoutMs: 1_000,
      state: 'Empty',
    });
    expect(transactions.init('x', 1_000, nobody)).toMatchObject({ producerId: 900, producerEpoch: 32_766 });
    expect(transactions.init('x', 1_000, nobody)).toMatchObject({ producerId: 1, producerEpoch: 0 });
  });

  it('forgets an id that nobody has used for seven days, but none with a transaction', () => {
    const { transactions, clock } = coordinate();
    transactions.init('idle', 1_000, nobody);
    transactions.begin({ transactionalId: 'busy', ...transactions.init('busy', 1_000, nobody) });
    clock.now += 8 * 24 * 60 * 60 * 1000;
    transactions.init('new', 1_000, nobody);
    expect(Array.from(transactions.all(), ({ id }) => id)).toEqual(['busy', 'new']);
    transactions.close();
  });
});
