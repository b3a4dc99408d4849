import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { type Cluster, type ConsumedRecord, connectCluster, type OutgoingRecord } from '#shared/kafka';
import { connectSchemas, defineTopic } from '#shared/schema';
import { deadLetterReason } from '#shared/streams';
import {
  describeOnEachKafka,
  freePort,
  makeTopic,
  type ProgramProcess,
  startEmbeddedBroker,
  startProgram,
  writeSumModel,
} from '#shared/testing';

/** What is slow alone, and slower where another cluster is started beside it. */
const PATIENCE_MS = 90_000;

let model: string;
beforeAll(() => {
  const dir = mkdtempSync(join(tmpdir(), 'scorer-command-'));
  model = writeSumModel(dir);
  return () => rmSync(dir, { recursive: true, force: true });
});

const scorer = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ProgramProcess =>
  startProgram('shared/commands/scorer.js', args, env);

/** The committed records of a topic in the order of their offsets: at least so many, and all that were there when it was called. */
async function recordsOf(cluster: Cluster, topic: string, atLeast: number): Promise<ConsumedRecord[]> {
  const ends = (await cluster.endOffsets([topic])).get(topic) ?? [];
  const partitions = ends.map((end, partition) => ({ topic, partition, end }));
  const reader = await cluster.reader({ isolation: 'read_committed' });
  reader.seek(partitions.map((partition) => ({ ...partition, offset: 0 })));
  const records: ConsumedRecord[] = [];
  while (records.length < atLeast || partitions.some((one) => (reader.position(one) ?? 0) < one.end)) {
    records.push(...(await reader.poll(1_000)).flatMap((chunk) => chunk.records));
  }
  await reader.close();
  return records;
}

await describeOnEachKafka('npm run scorer', (kafka) => {
  let registry: Registry;
  let cluster: Cluster;
  beforeAll(async () => {
    registry = await startRegistry({ port: 0 });
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    return async () => {
      await cluster.close();
      await registry.close();
    };
  });

  const addresses = (): string[] => ['--brokers', kafka.brokers, '--registry', registry.url];

  async function produce(records: readonly OutgoingRecord[]): Promise<void> {
    const producer = await cluster.produce();
    await producer.send(records);
    await producer.close();
  }

  it(
    'scores Avro and JSON side by side, under their keys and with their headers; the rest are dead letters',
    async () => {
      const input = await makeTopic(kafka, cluster, 'mixed', 1);
      const output = kafka.unique('predictions');
      const schemas = connectSchemas({ url: registry.url });
      const avro = defineTopic<object>({
        name: input,
        partitions: 1,
        schema: {
          type: 'record',
          name: 'Event',
          fields: [
            { name: 'a', type: ['null', 'long'] },
            { name: 'carrier', type: { type: 'enum', name: 'Carrier', symbols: ['UA', 'AA'] } },
            { name: 'hash', type: 'long' },
          ],
        },
      });
      const serialize = await schemas.register(avro, input);
      const record = (key: string | Buffer | null, value: Buffer | string | null, timestamp: number) => ({
        topic: input,
        key,
        value: typeof value === 'string' ? Buffer.from(value) : value,
        timestamp,
        headers: { trace: `t${timestamp}` },
      });
      const avroValue = serialize({ a: 5, carrier: 'AA', hash: 1 });
      // A long of 2^62, in the place of hash.
      const bigLong = Buffer.concat([avroValue.subarray(0, -1), Buffer.from('80808080808080808001', 'hex')]);
      await produce([
        record('first', '{"a":1,"carrier":"UA"}', 1),
        record(null, avroValue, 2),
        record('tombstone', null, 3),
        record('third', bigLong, 4),
        record('unknown schema', Buffer.from([0, 0, 0, 0x7f, 0xff, 1]), 5),
        record('no number', '{"a":"one","carrier":"UA"}', 6),
        record('null in avro', serialize({ a: null, carrier: 'UA', hash: 1 }), 7),
        record('array', '[1]', 8),
        record(Buffer.of(0xff, 0x01), '{"a":1e3,"carrier":"ZZ","more":{"b":[]}}', 9),
        record('', Buffer.of(0xfe), 10),
      ]);

      await using program = scorer(['--input', input, '--output', output, '--model', model, ...addresses()]);
      await program.said(/^Scoring .*\n/m);
      const predicted = await recordsOf(cluster, output, 4);
      const letters = await recordsOf(cluster, `${output}.dead-letters`, 6);
      program.signal('SIGTERM');
      expect([await program.exited, program.stderr()]).toEqual([0, '']);
      expect(program.stdout().trim().split('\n')).toEqual([
        `Scoring ${input} with sum 1 to ${output}; Ctrl-C ends it.`,
        '6 records became dead letters, their headers say why.',
        'sum was not trained on the carrier of 1 records.',
      ]);

      const deserializer = schemas.deserializer<object>();
      await deserializer.prepare(predicted.map(({ value }) => value));
      const common = { modelName: 'sum', modelVersion: '1', scoredAt: expect.closeTo(Date.now(), -5) };
      expect(
        predicted.map(({ key, value, timestamp, headers }) => ({
          key: key?.toString('latin1') ?? null,
          value: deserializer.decode(value),
          timestamp,
          trace: headers.trace?.toString(),
        })),
      ).toEqual([
        {
          key: 'first',
          timestamp: 1,
          trace: 't1',
          value: { id: 'first', eventTime: 1, score: 2, decision: 'small', ...common },
        },
        {
          key: null,
          timestamp: 2,
          trace: 't2',
          value: { id: `${input}-0-1`, eventTime: 2, score: 7, decision: 'large', ...common },
        },
        {
          key: 'third',
          timestamp: 4,
          trace: 't4',
          value: { id: 'third', eventTime: 4, score: 7, decision: 'large', ...common },
        },
        {
          key: '\xff\x01',
          timestamp: 9,
          trace: 't9',
          value: { id: '0xff01', eventTime: 9, score: 1_000, decision: 'large', ...common },
        },
      ]);
      const subjects: unknown = await (await fetch(`${registry.url}/subjects`)).json();
      expect(subjects).toContain(`${output}-value`);

      const reason = (offset: number, code: string, message: RegExp) => ({
        topic: input,
        partition: 0,
        offset,
        code,
        message: expect.stringMatching(message),
      });
      expect(letters.map(deadLetterReason)).toEqual([
        reason(2, 'record-unscorable', /^The record has no value \(a tombstone\)/),
        reason(4, 'record-undecodable', /has no schema 32767$/),
        reason(5, 'record-unscorable', /^The input "a" is a string; the model takes a number\.$/),
        reason(6, 'record-unscorable', /^The required input "a" is missing\.$/),
        reason(7, 'record-undecodable', /^The record holds an array; /),
        reason(9, 'record-undecodable', /^The record is neither Avro .* it begins with the byte 254\.$/),
      ]);
      expect(letters.map(({ key }) => String(key))).toEqual([
        'tombstone',
        'unknown schema',
        'no number',
        'null in avro',
        'array',
        '',
      ]);
      expect(letters[1]?.value).toEqual(Buffer.from([0, 0, 0, 0x7f, 0xff, 1]));
      expect(letters.map(({ value }) => value === null)).toEqual([true, false, false, false, false, false]);
      expect(letters.map(({ headers }) => String(headers.trace))).toEqual(['t3', 't5', 't6', 't7', 't8', 't10']);
    },
    PATIENCE_MS,
  );

  it(
    'shows at a port what it measures, and whether it is ready',
    async () => {
      const input = await makeTopic(kafka, cluster, 'measured', 2);
      const output = kafka.unique('measured-predictions');
      const args = ['--input', input, '--output', output, '--model', model, '--port', '0'];
      await using program = scorer([...args, ...addresses()]);
      const url = await program.said(/metrics of this process are at (\S+)/);
      await program.said(/^Scoring /m);
      await vi.waitUntil(async () => (await fetch(new URL('/readyz', url))).status === 200, PATIENCE_MS);
      await produce([
        ...Array.from({ length: 20 }, (_, a) => ({
          topic: input,
          key: `k${a}`,
          timestamp: 1_000,
          value: Buffer.from(`{"a":${a},"carrier":"UA"}`),
        })),
        { topic: input, key: 'bad', value: Buffer.from('{"a":"one","carrier":"UA"}'), timestamp: 1_000 },
      ]);
      const labels = `demo="${output}.scorer",scorer="[^"]+"`;
      const value = (text: string, name: string): number =>
        Number(new RegExp(`^kafka_ml_${name}\\{${labels}\\} (\\S+)$`, 'm').exec(text)?.[1]);
      const text = await vi.waitUntil(async () => {
        const shown = await (await fetch(url)).text();
        return value(shown, 'streams_records_processed_total') === 21 && value(shown, 'streams_tasks') === 2 && shown;
      }, PATIENCE_MS);
      expect(value(text, 'streams_records_failed_total')).toBe(1);
      expect(value(text, 'scoring_rows_sum')).toBe(21);
      expect(value(text, 'streams_chunk_records_sum')).toBe(21);
      expect(value(text, 'scoring_duration_seconds_count')).toBe(value(text, 'scoring_rows_count'));
      expect(value(text, 'scorer_cpu_seconds_total')).toBeGreaterThan(0);
      program.signal('SIGTERM');
      expect([await program.exited, program.stderr()]).toEqual([0, '']);
    },
    PATIENCE_MS,
  );

  it(
    'scores each record once, killed in the middle and started again',
    async () => {
      const input = await makeTopic(kafka, cluster, 'killed', 3);
      const output = kafka.unique('killed-predictions');
      const count = 60_000;
      for (let from = 0; from < count; from += 10_000) {
        await produce(
          Array.from({ length: 10_000 }, (_, index) => ({
            topic: input,
            key: `k${from + index}`,
            value: Buffer.from(`{"a":${from + index},"carrier":"UA"}`),
            timestamp: from + index,
          })),
        );
      }
      const args = [
        '--input',
        input,
        '--output',
        output,
        '--model',
        model,
        '--group',
        kafka.unique('g'),
        ...addresses(),
      ];
      const predictions = async (isolation: 'read_committed' | 'read_uncommitted'): Promise<number> =>
        ((await cluster.endOffsets([output], { isolation })).get(output) ?? []).reduce((sum, end) => sum + end, 0);
      {
        await using first = scorer(args);
        await first.said(/Scoring/);
        await expect
          .poll(() => predictions('read_uncommitted'), { timeout: 30_000, interval: 5 })
          .toBeGreaterThan(1_000);
        first.signal('SIGKILL');
        await first.exited;
        expect(await predictions('read_committed')).toBeLessThan(count);
      }
      await using second = scorer(args);
      const predicted = await recordsOf(cluster, output, count);
      second.signal('SIGTERM');
      expect([await second.exited, second.stderr()]).toEqual([0, '']);
      expect(predicted).toHaveLength(count);
      expect(new Set(predicted.map(({ key }) => String(key))).size).toBe(count);
      expect(await cluster.partitionCounts([output, `${output}.dead-letters`])).toEqual(
        new Map([
          [output, 3],
          [`${output}.dead-letters`, 3],
        ]),
      );
      expect(await recordsOf(cluster, output, count)).toHaveLength(count);
    },
    PATIENCE_MS,
  );
});

describe('a command line of npm run scorer that is wrong', () => {
  it.each([
    [[], /^--input is not given; it names the topic of the records /],
    [['--input', 'i'], /^--output is not given; /],
    [['--input', 'i', '--output', 'o'], /^--model is not given; /],
    [['--input', 'i', '--output', 'a b', '--model', 'm'], /^--output is "a b"; a topic's name has /],
    [['--input', 'i', '--output', 'i', '--model', 'm'], /^--input i is the topic of --output: .* without an end\.$/],
    [
      ['--input', 'o.dead-letters', '--output', 'o', '--model', 'm'],
      /^--input o\.dead-letters is where dead letters go: /,
    ],
    [
      ['--input', 'i', '--output', 'o', '--model', 'm', '--guarantee', 'twice'],
      /^--guarantee is "twice"; it must be one of /,
    ],
    [['--input', 'i', '--output', 'o', '--model', 'm', '--port', 'x'], /^--port is "x"; it must be a whole number /],
    [['--input', 'i', '--output', 'o', '--model', '/no/model'], /^The model folder \/no\/model has no model\.onnx; /],
    [['--input', 'i', '--output', 'o', '--model', 'm', '--registry', 'here'], /^The registry "here" is not a URL /],
    [['--topic', 'i'], /^Unknown option '--topic'/],
  ])('%j exits with 2 and one sentence', async (args, sentence) => {
    await using program = scorer(args);
    expect(await program.exited).toBe(2);
    expect(program.stdout()).toBe('');
    expect(program.stderr().trimEnd()).toMatch(sentence);
    expect(program.stderr().trimEnd().split('\n')).toHaveLength(1);
  });

  it('names the topic that was probably meant', async () => {
    await using broker = await startEmbeddedBroker({
      topics: [
        { name: 'flights', partitions: 1 },
        { name: 'weather', partitions: 1 },
      ],
    });
    const args = ['--output', 'o', '--model', model, '--brokers', broker.address];
    await using misspelt = scorer(['--input', 'fligths', ...args]);
    await using unheard = scorer(['--input', 'earthquakes', ...args]);
    expect([await misspelt.exited, misspelt.stderr()]).toEqual([
      2,
      'The topic fligths, which is to be scored, is not on the cluster; did you mean flights?\n',
    ]);
    expect([await unheard.exited, unheard.stderr()]).toEqual([
      2,
      'The topic earthquakes, which is to be scored, is not on the cluster; create it before.\n',
    ]);
  });

  it('explains itself', async () => {
    await using program = scorer(['--help']);
    expect([await program.exited, program.stderr()]).toEqual([0, '']);
    expect(program.stdout()).toContain('--guarantee G');
  });
});

it('npm run scorer says what starts a cluster where there is none', async () => {
  const args = ['--input', 'i', '--output', 'o', '--model', model, '--brokers', `127.0.0.1:${await freePort()}`];
  await using program = scorer(args);
  expect(await program.exited).toBe(1);
  expect(program.stderr()).toMatch(/start `npm run broker` in another terminal\.\n$/);
});
