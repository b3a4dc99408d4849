import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, connectCluster, type OutgoingRecord } from '#shared/kafka';
import { connectSchemas, defineTopic } from '#shared/schema';
import { freePort, type ProgramProcess, startProgram } from '#shared/testing';

let broker: ProgramProcess;
let brokers: string;
let registry: string;
let cluster: Cluster;
beforeAll(async () => {
  broker = startProgram('shared/commands/broker.js', ['--port', '0', '--registry-port', '0']);
  brokers = await broker.said(/Kafka\s+(\S+)/);
  registry = await broker.said(/Registry\s+(\S+)/);
  cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
});
afterAll(async () => {
  await cluster.close();
  await broker[Symbol.asyncDispose]();
});

const tail = (...args: string[]): ProgramProcess =>
  startProgram('shared/commands/tail.js', ['--brokers', brokers, '--registry', registry, ...args]);

type Given = Partial<Omit<OutgoingRecord, 'topic'>>;

/** Makes a topic with these records. */
async function topicOf(name: string, partitions: number, records: readonly Given[]): Promise<void> {
  await cluster.ensureTopics([{ name, partitions, config: { 'retention.ms': '-1' } }]);
  await send(name, records);
}

async function send(topic: string, records: readonly Given[]): Promise<void> {
  const producer = await cluster.produce();
  await producer.send(records.map((given) => ({ key: null, value: null, timestamp: 0, ...given, topic })));
  await producer.close();
}

const text = (value: string, over: Given = {}): Given => ({ value: Buffer.from(value), ...over });

/** What it wrote, a line each; its JSON parsed. */
const lines = (program: ProgramProcess): string[] => program.stdout().trimEnd().split('\n');
const parsed = (program: ProgramProcess): Record<string, unknown>[] => lines(program).map((line) => JSON.parse(line));

describe('tail', () => {
  it('shows what is there, whatever it is, and goes on past what it cannot decode', async () => {
    const orders = defineTopic<{ id: string; at: number }>({
      name: 'orders',
      partitions: 1,
      schema: {
        type: 'record',
        name: 'Order',
        fields: [
          { name: 'id', type: 'string' },
          { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
        ],
      },
    });
    const serialize = await connectSchemas({ url: registry }).register(orders, 'orders');
    await topicOf('orders', 1, [
      { key: 'a', value: serialize({ id: 'a', at: 0 }), timestamp: 1_380_615_300_000, headers: { run: '7' } },
      { key: 'a', value: null },
      { key: Buffer.from([0xff]), value: Buffer.from([0, 0, 0, 0, 99, 1]) },
      text('{"n": 9007199254740993}'),
      text('plain \u001B[31mred\nsecond line'),
      { key: serialize({ id: 'k', at: 1 }), value: Buffer.alloc(0) },
    ]);
    await using program = tail('orders', '--from', 'beginning', '--limit', '6');
    expect(await program.exited).toBe(0);
    expect(lines(program)).toEqual([
      '2013-10-01T08:15:00.000Z  0/0  a  {"id":"a","at":"1970-01-01T00:00:00.000Z"}  run=7',
      '1970-01-01T00:00:00.000Z  0/1  a  (tombstone)',
      '1970-01-01T00:00:00.000Z  0/2  (1 byte, /w==; it is neither Avro in wire format nor JSON nor text)  ' +
        `(6 bytes, AAAAAGMB; the registry at ${registry} has no schema 99)`,
      '1970-01-01T00:00:00.000Z  0/3  (no key)  {"n":9007199254740993}',
      '1970-01-01T00:00:00.000Z  0/4  (no key)  plain \\u001b[31mred\\nsecond line',
      '1970-01-01T00:00:00.000Z  0/5  {"id":"k","at":"1970-01-01T00:00:00.001Z"}  (empty)',
    ]);
    expect(program.stderr()).toBe(`orders on ${brokers}, 1 partition, from the beginning on; ends after 6 records.\n`);

    await using json = tail('orders', '--from', '1', '--limit', '3', '--json');
    expect(await json.exited).toBe(0);
    expect(lines(json)[2]).toContain('"value":{"n":9007199254740993},"headers":{}}');
    expect(parsed(json)).toMatchObject([
      { topic: 'orders', partition: 0, offset: 1, timestamp: 0, key: 'a', value: null, headers: {} },
      { offset: 2, key: { bytes: 1, base64: '/w==' }, undecoded: { value: expect.stringContaining('no schema 99') } },
      { offset: 3 },
    ]);
  });

  it('gives what is there by time across partitions, and each partition in its own order', async () => {
    const records = Array.from({ length: 9_000 }, (_, index) =>
      text(String(index), { timestamp: 1_000 + index, partition: index < 5_000 ? index % 2 : 2 }),
    );
    await topicOf('merged', 4, records);
    await using program = tail('merged', '--from', 'beginning', '--limit', '9000', '--json');
    expect(await program.exited).toBe(0);
    expect(parsed(program).map(({ value }) => value)).toEqual(records.map((_, index) => String(index)));
  });

  it('begins at an offset of each partition, or so many before its end', async () => {
    const records = Array.from({ length: 20 }, (_, index) => text(String(index), { partition: index % 2 }));
    await topicOf('offsets', 2, records);
    const offsets = async (...args: string[]): Promise<unknown[]> => {
      await using program = tail('offsets', '--json', ...args);
      expect(await program.exited).toBe(0);
      return parsed(program).map(({ partition, offset }) => [partition, offset]);
    };
    expect(await offsets('--from', '8', '--limit', '4')).toEqual([
      [0, 8],
      [0, 9],
      [1, 8],
      [1, 9],
    ]);
    expect(await offsets('--from', '-1', '--limit', '2')).toEqual([
      [0, 9],
      [1, 9],
    ]);
    await using later = tail('offsets', '--json', '--from', '11', '--limit', '1');
    await later.said(/from offset 11/);
    await send('offsets', [text('10', { partition: 0 }), text('11', { partition: 0 })]);
    expect(await later.exited).toBe(0);
    expect(parsed(later)).toMatchObject([{ partition: 0, offset: 11, value: '11' }]);
  });

  it('waits at the end for what comes, until Ctrl-C', async () => {
    await topicOf('live', 1, [text('old')]);
    await using program = tail('live');
    await program.said(/from its end on .*; Ctrl-C ends it/);
    await send('live', [text('new')]);
    await program.said(/0\/1 {2}\(no key\) {2}new\n/);
    expect(program.stdout()).not.toContain('old');
    program.signal('SIGINT');
    expect(await program.exited).toBe(0);
  });

  it('shows what is committed, and nothing of a transaction that was aborted', async () => {
    await topicOf('committed', 1, []);
    const producer = await cluster.transactionalProducer({ transactionalId: 'tail-test' });
    const record = (value: string) => ({ topic: 'committed', key: null, value: Buffer.from(value), timestamp: 0 });
    await producer.send([record('aborted')]);
    await producer.abort();
    await producer.send([record('kept')]);
    await using program = tail('committed', '--from', 'beginning', '--limit', '1');
    await program.said(/from the beginning/);
    await producer.commit({ groupId: 'tail-test', offsets: new Map() });
    expect(await program.exited).toBe(0);
    expect(lines(program)).toEqual(['1970-01-01T00:00:00.000Z  0/2  (no key)  kept']);
    await producer.close();
  });

  it('ends quietly where nobody reads on', async () => {
    await topicOf(
      'many',
      1,
      Array.from({ length: 5_000 }, () => text('x'.repeat(200))),
    );
    await using program = tail('many', '--from', 'beginning');
    await program.said(/0\/0 /);
    program.stopReading();
    expect(await program.exited).toBe(0);
    expect(program.stderr()).toMatch(/^many on .*\n$/);
  });

  it('shows values as bytes where the registry does not answer, and says so once', async () => {
    const value = Buffer.from([0, 0, 0, 0, 1, 2, 97, 0]);
    await topicOf('unanswered', 1, [{ value }, text('text'), { value }]);
    await using program = startProgram('shared/commands/tail.js', ['unanswered', '--from', '0', '--limit', '3'], {
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: `http://127.0.0.1:${await freePort()}`,
    });
    expect(await program.exited).toBe(0);
    const undecoded = '(8 bytes, AAAAAAECYQA=; schema 1: the registry does not answer)';
    expect(lines(program).map((line) => line.split('  ').at(-1))).toEqual([undecoded, 'text', undecoded]);
    expect(program.stderr().match(/does not answer/g)).toHaveLength(1);
  });

  it('names topics that may have been meant', async () => {
    await topicOf('me.flight.predictions', 1, []);
    const refusal = async (...args: string[]): Promise<string> => {
      await using program = tail(...args);
      expect(await program.exited).toBe(2);
      expect(program.stdout()).toBe('');
      return program.stderr();
    };
    const there = `on ${brokers}; did you mean me.flight.predictions?\n`;
    expect(await refusal('predictions')).toBe(`There is no topic predictions ${there}`);
    expect(await refusal('flight.prediction', '--namespace', 'me')).toBe(
      `There is no topic me.flight.prediction ${there}`,
    );
    expect(await refusal('zzzzzzzz')).toMatch(
      /^There is no topic zzzzzzzz on \S+; there are .*me\.flight\.predictions/,
    );
  });

  it.each([
    [[], /^No topic was named; /],
    [['a', 'b'], /^2 topics were named \(a, b\); one is right\.$/],
    [['a b'], /^"a b" can't be a topic; /],
    [['a', '--from', 'start'], /^--from is "start"; it must be beginning, end, an offset, or -N /],
    [['a', '--limit', '0'], /^--limit is "0"; it must be a whole number from 1 /],
    [['a', '--form', 'end'], /did you mean --from\?/],
    [['a', '--registry', 'nowhere'], /^The registry "nowhere" is not a URL/],
  ])('refuses %j in one sentence', async (args, sentence) => {
    await using program = startProgram('shared/commands/tail.js', args);
    expect(await program.exited).toBe(2);
    expect(program.stdout()).toBe('');
    expect(program.stderr().trimEnd()).toMatch(sentence);
    expect(program.stderr().trimEnd().split('\n')).toHaveLength(1);
  });

  it('says how to start a broker where none answers', async () => {
    await using program = startProgram('shared/commands/tail.js', ['a', '--brokers', `127.0.0.1:${await freePort()}`]);
    expect(await program.exited).toBe(1);
    expect(program.stderr()).toMatch(/^Connecting to Kafka at .* start `npm run broker` in another terminal\.\n$/);
  });

  it('explains itself', async () => {
    await using program = startProgram('shared/commands/tail.js', ['--help']);
    expect(await program.exited).toBe(0);
    for (const line of ['npm run tail -- TOPIC', '--from WHERE', 'Exit codes'])
      expect(program.stdout()).toContain(line);
  });
});
