import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramProcess, startProgram } from '#shared/testing';
import { apis, buildBatch, errorCode } from '#shared/wire';
import { connectQuietly, type QuietClient, readPartition } from './crash-clients.contract.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'broker-full-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

interface Running extends AsyncDisposable {
  readonly program: ProgramProcess;
  connect(): Promise<QuietClient>;
}

/** A broker; with `fileBlocks`, one whose files meet a full disk when they have grown to so many blocks of 512 bytes. */
async function start(fileBlocks?: number): Promise<Running> {
  const args = ['--port', '0', '--registry-port', '0', '--data-dir', dataDir, '--topics', 't:2'];
  const limits = fileBlocks === undefined ? {} : { fileBlocks };
  const program = startProgram('shared/commands/broker.js', args, {}, limits);
  const address = await program.said(/Kafka\s+(\S+)/);
  return {
    program,
    connect: () => connectQuietly(address),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

async function produce(client: QuietClient, index: number, value: string) {
  const records = buildBatch([{ timestamp: 1_000, value: Buffer.from(value) }]);
  const topicData = [{ name: 't', partitionData: [{ index, records }] }];
  const { responses } = await client.wire.request(apis.produce, 8, { acks: -1, timeoutMs: 1000, topicData });
  return responses[0]?.partitionResponses[0]?.errorCode;
}

const valuesOf = async (client: QuietClient, partition: number) =>
  (await readPartition(client.wire, 't', partition)).map(({ value }) => value);

/** Undefined where the broker ended the connection instead of answering. */
async function commit(client: QuietClient, committedOffset: number, committedMetadata: string) {
  const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata }];
  const topics = [{ name: 't', partitions }];
  const asked = { groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '', topics };
  return (await client.ask(apis.offsetCommit, 2, asked))?.topics[0]?.partitions[0]?.errorCode;
}

/** False where the broker ended the connection instead of creating the topic. */
async function create(client: QuietClient, name: string): Promise<boolean> {
  const topics = [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
  const answer = await client.ask(apis.createTopics, 3, { topics, timeoutMs: 1, validateOnly: false });
  return answer?.topics[0]?.errorCode === errorCode.none;
}

async function committed(client: QuietClient) {
  const topics = [{ name: 't', partitionIndexes: [0] }];
  const found = await client.wire.request(apis.offsetFetch, 5, { groupId: 'g', topics });
  return found.topics[0]?.partitions[0]?.committedOffset;
}

describe.skipIf(process.platform === 'win32')('a broker whose disk is full', () => {
  it('refuses a batch that it cannot keep, keeps none of it, and goes on', async () => {
    const kept: string[] = [];
    {
      await using broker = await start(100);
      using client = await broker.connect();
      const value = (number: number) => `${number} `.padEnd(7_000, '.');
      let code = await produce(client, 0, value(0));
      for (let next = 0; code === errorCode.none; code = await produce(client, 0, value(next))) {
        kept.push(value(next));
        next += 1;
      }
      expect(code).toBe(errorCode.kafkaStorageError);
      expect(await valuesOf(client, 0)).toEqual(kept);
      // What still fits is taken, in its place; other partitions do not notice.
      expect(await produce(client, 0, 'small')).toBe(errorCode.none);
      expect(await produce(client, 1, 'elsewhere')).toBe(errorCode.none);
      broker.program.signal('SIGKILL');
      await broker.program.exited;
    }
    await using again = await start();
    using client = await again.connect();
    expect(await valuesOf(client, 0)).toEqual([...kept, 'small']);
    expect(await valuesOf(client, 1)).toEqual(['elsewhere']);
    expect(again.program.stderr()).toBe('');
  });

  it('answers no commit and creates no topic that it cannot keep, and starts again from what it has kept', async () => {
    let last = 0;
    let created: string[] = [];
    {
      await using broker = await start(60);
      using client = await broker.connect();
      const metadata = 'm'.repeat(3_000);
      while ((await commit(client, last + 1, metadata)) === errorCode.none) last += 1;
      expect(last).toBeGreaterThan(3);
      using other = await broker.connect();
      expect(await committed(other)).toBe(last);
      const made: string[] = ['t'];
      for (let next = 'x'.repeat(240); await create(other, next); next = `${next}x`) made.push(next);
      using third = await broker.connect();
      const { topics } = await third.wire.request(apis.metadata, 9, { topics: null });
      expect(topics.map(({ name }) => name)).toEqual(made);
      created = made;
      broker.program.signal('SIGKILL');
      await broker.program.exited;
    }
    await using again = await start();
    using client = await again.connect();
    expect(await committed(client)).toBe(last);
    const { topics } = await client.wire.request(apis.metadata, 9, { topics: null });
    expect(topics.map(({ name }) => name)).toEqual(created);
    expect(again.program.stderr()).toBe('');
  });
});
