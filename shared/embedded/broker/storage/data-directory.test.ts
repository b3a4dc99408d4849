import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WireClient } from '#shared/testing';
import { apis, buildBatch, errorCode } from '#shared/wire';
import { produceBatch, produceValues, recordsOf, startTestBroker, type TestBroker } from '../test-broker.js';

let root: string;
let dataDir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'broker-data-'));
  dataDir = join(root, 'data');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const topics = [{ name: 't', partitions: 2, config: { 'max.message.bytes': '50000000' } }];
const start = (from = dataDir): Promise<TestBroker> => startTestBroker({ dataDir: from, topics });

/** Runs against the folder once, from start to close. */
async function withBroker<T>(use: (test: TestBroker) => Promise<T>, from = dataDir): Promise<T> {
  await using test = await start(from);
  return await use(test);
}

async function offsets(client: WireClient): Promise<{ earliest: number; latest: number }> {
  const ask = async (timestamp: number) => {
    const partitions = [{ partitionIndex: 0, timestamp }];
    const found = await client.request(apis.listOffsets, 5, { replicaId: -1, topics: [{ name: 't', partitions }] });
    return found.topics[0]?.partitions[0]?.offset ?? -1;
  };
  return { earliest: await ask(-2), latest: await ask(-1) };
}

async function fetchBytes(client: WireClient): Promise<Buffer> {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1e8 }];
  const asked = { maxWaitMs: 0, minBytes: 1, maxBytes: 1e8, isolationLevel: 0, topics: [{ topic: 't', partitions }] };
  const { responses } = await client.request(apis.fetch, 11, asked);
  return Buffer.from(responses[0]?.partitions[0]?.records ?? Buffer.alloc(0));
}

const logFile = (from = dataDir) => {
  const [folder = ''] = readdirSync(join(from, 'topics'));
  return join(from, 'topics', folder, '0.log');
};

describe('a broker with a data directory', () => {
  it('has its topics, settings, records and id again when it starts again', async () => {
    const look = async ({ client }: TestBroker) => {
      const { clusterId, topics: known } = await client.request(apis.metadata, 12, { topics: null });
      const resources = [{ resourceType: 2, resourceName: 't', configurationKeys: ['max.message.bytes'] }];
      const { results } = await client.request(apis.describeConfigs, 1, { resources });
      return { clusterId, known, settings: results[0]?.configs, bytes: await fetchBytes(client) };
    };
    const before = await withBroker(async (test) => {
      await produceValues(test.client, 't', 'a', 'b');
      await produceBatch(test.client, 't', buildBatch(recordsOf('c'), { compression: 'gzip' }));
      const grown = [{ name: 't', count: 3, assignments: null }];
      await test.client.request(apis.createPartitions, 1, { topics: grown, timeoutMs: 1, validateOnly: false });
      return look(test);
    });
    expect(before.known[0]?.partitions).toHaveLength(3);
    await withBroker(async (test) => {
      expect(await look(test)).toEqual(before);
      expect(await produceValues(test.client, 't', 'd')).toBe(3);
      expect(test.warnings).toEqual([]);
    });
  });

  it('has on disk what it has acknowledged, however it ends', async () => {
    const copy = join(root, 'as-if-killed');
    await withBroker(async ({ client }) => {
      await produceValues(client, 't', 'a', 'b');
      await commit(client, 2);
      cpSync(dataDir, copy, { recursive: true });
    });
    await withBroker(async ({ client }) => {
      expect(await offsets(client)).toEqual({ earliest: 0, latest: 2 });
      expect(await committed(client)).toBe(2);
    }, copy);
  });

  it('finds offsets by time as before', async () => {
    const at = async (client: WireClient, timestamp: number) => {
      const asked = [{ name: 't', partitions: [{ partitionIndex: 0, timestamp }] }];
      const found = await client.request(apis.listOffsets, 7, { replicaId: -1, isolationLevel: 0, topics: asked });
      const { offset, timestamp: time } = found.topics[0]?.partitions[0] ?? {};
      return { offset, time };
    };
    const batchAt = (...timestamps: number[]) =>
      buildBatch(timestamps.map((timestamp) => ({ timestamp, value: Buffer.from('v') })));
    const look = ({ client }: TestBroker) =>
      Promise.all([5, 15, 25, 40, 41, -3].map((timestamp) => at(client, timestamp)));
    const before = await withBroker(async (test) => {
      await produceBatch(test.client, 't', batchAt(10, 20, 30));
      await produceBatch(test.client, 't', batchAt(40, 25));
      return look(test);
    });
    const none = { offset: -1, time: -1 };
    const [first, second, third, last] = [0, 1, 2, 3].map((offset) => ({ offset, time: [10, 20, 30, 40][offset] }));
    expect(before).toEqual([first, second, third, last, none, last]);
    expect(await withBroker(look)).toEqual(before);
  });

  it('cuts off a batch that was not written whole, and says so', async () => {
    await withBroker(({ client }) => produceValues(client, 't', 'a', 'b'));
    const whole = readFileSync(logFile());
    appendFileSync(logFile(), buildBatch(recordsOf('torn'), { baseOffset: 2 }).subarray(0, 66));
    await withBroker(async ({ client, warnings }) => {
      expect(warnings).toEqual([expect.stringMatching(/0\.log: the last 66 of \d+ bytes are no whole record batch/)]);
      expect(await produceValues(client, 't', 'c')).toBe(2);
    });
    expect(readFileSync(logFile()).subarray(0, whole.length)).toEqual(whole);
    await withBroker(async ({ client, warnings }) => {
      expect(await offsets(client)).toEqual({ earliest: 0, latest: 3 });
      expect(warnings).toEqual([]);
    });
  });

  it('knows a repeated batch of an idempotent producer, and gives out no producer id twice', async () => {
    const askId = async (client: WireClient) =>
      (await client.request(apis.initProducerId, 1, { transactionalId: null, transactionTimeoutMs: 1 })).producerId;
    const batch = () => buildBatch(recordsOf('a'), { producerId: 1, producerEpoch: 0, baseSequence: 0 });
    const firstId = await withBroker(async ({ client }) => {
      await produceBatch(client, 't', batch());
      return askId(client);
    });
    await withBroker(async ({ client }) => {
      expect(await produceBatch(client, 't', batch())).toMatchObject({ errorCode: 0, baseOffset: 0 });
      expect(await offsets(client)).toEqual({ earliest: 0, latest: 1 });
      expect(await askId(client)).toBeGreaterThan(firstId);
    });
  });

  it('keeps the start that DeleteRecords has given a log, even an empty one', async () => {
    await withBroker(async ({ client }) => {
      await produceValues(client, 't', 'a', 'b');
      const partitions = [{ partitionIndex: 0, offset: -1 }];
      await client.request(apis.deleteRecords, 1, { topics: [{ name: 't', partitions }], timeoutMs: 1 });
    });
    await withBroker(async ({ client }) => {
      expect(await offsets(client)).toEqual({ earliest: 2, latest: 2 });
      expect(await produceValues(client, 't', 'c')).toBe(2);
    });
  });

  it('forgets what was deleted', async () => {
    await withBroker(async ({ client }) => {
      await produceValues(client, 't', 'a');
      await commit(client, 1);
      await client.request(apis.deleteGroups, 1, { groupsNames: ['g'] });
      await client.request(apis.deleteTopics, 3, { topicNames: ['t'], timeoutMs: 1 });
      expect(readdirSync(join(dataDir, 'topics'))).toEqual([]);
    });
    await withBroker(async ({ client }) => {
      expect(await offsets(client)).toEqual({ earliest: 0, latest: 0 });
      expect(await committed(client)).toBe(-1);
    });
  });

  it('gives back the room of what retention has dropped', async () => {
    const megabyte = 'x'.repeat(1_000_000);
    await withBroker(async ({ client }) => {
      const configs = [{ name: 'retention.bytes', configOperation: 0, value: '2100000' }];
      const resources = [{ resourceType: 2, resourceName: 't', configs }];
      await client.request(apis.incrementalAlterConfigs, 0, { resources, validateOnly: false });
      for (let i = 0; i < 25; i += 1) await produceValues(client, 't', megabyte);
      expect(statSync(logFile()).size).toBeLessThan(11_000_000);
      expect(await offsets(client)).toEqual({ earliest: 23, latest: 25 });
    });
    await withBroker(async ({ client }) => expect(await offsets(client)).toEqual({ earliest: 23, latest: 25 }));
  });

  it('goes by the retention that holds now, not by one of before', async () => {
    const retain = async (client: WireClient, value: string) => {
      const configs = [{ name: 'retention.bytes', configOperation: 0, value }];
      const resources = [{ resourceType: 2, resourceName: 't', configs }];
      await client.request(apis.incrementalAlterConfigs, 0, { resources, validateOnly: false });
    };
    await withBroker(async ({ client }) => {
      await retain(client, '10');
      await retain(client, '-1');
      for (const value of ['a', 'b', 'c']) await produceValues(client, 't', value);
    });
    await withBroker(async ({ client }) => expect(await offsets(client)).toEqual({ earliest: 0, latest: 3 }));
  });

  it('answers that it can not keep a batch, and does not count it', async () => {
    await withBroker(async ({ client }) => {
      await produceBatch(client, 't', buildBatch(recordsOf('a')), 1);
      mkdirSync(logFile());
      expect((await produceBatch(client, 't', buildBatch(recordsOf('a')))).errorCode).toBe(errorCode.kafkaStorageError);
      expect(await offsets(client)).toEqual({ earliest: 0, latest: 0 });
    });
  });
});

describe('the folder', () => {
  it('belongs to one broker at a time', async () => {
    await withBroker(async () => {
      await expect(start()).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('uses that folder'),
      });
    });
    await withBroker(async ({ client }) => expect(await offsets(client)).toEqual({ earliest: 0, latest: 0 }));
  });

  it('is free where the process that held it is gone, and held where it lives', async () => {
    mkdirSync(dataDir);
    const lock = join(dataDir, 'broker.lock');
    // No process has this number: it lies above the highest that Linux gives out.
    writeFileSync(lock, '4194305');
    await withBroker(async () => expect(readFileSync(lock, 'utf8')).toBe(String(process.pid)));
    expect(existsSync(lock)).toBe(false);
    writeFileSync(lock, String(process.ppid));
    await expect(start()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(String(process.ppid)),
    });
  });

  it('is free again where the port was taken', async () => {
    await using other = await startTestBroker();
    await expect(startTestBroker({ dataDir, port: other.broker.port })).rejects.toMatchObject({ code: 'port-taken' });
    await withBroker(async ({ client }) => expect(await offsets(client)).toEqual({ earliest: 0, latest: 0 }));
  });

  it('with a journal whose last line is torn is used without it; one that is no journal is refused', async () => {
    await withBroker(({ client }) => commit(client, 1));
    const journal = join(dataDir, 'journal.jsonl');
    appendFileSync(journal, '{"is":"offsets","group":"g","off');
    await withBroker(async ({ client, warnings }) => {
      expect(warnings).toEqual([expect.stringContaining('its last line is not whole')]);
      expect(await committed(client)).toBe(1);
    });
    writeFileSync(journal, 'nonsense\n');
    await expect(start()).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('line 1') });
  });
});

async function commit(client: WireClient, committedOffset: number): Promise<void> {
  await client.request(apis.offsetCommit, 2, {
    groupId: 'g',
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: null }] }],
  });
}

async function committed(client: WireClient): Promise<number | undefined> {
  const topicsAsked = [{ name: 't', partitionIndexes: [0] }];
  const response = await client.request(apis.offsetFetch, 5, { groupId: 'g', topics: topicsAsked });
  return response.topics[0]?.partitions[0]?.committedOffset;
}
