import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramProcess, type Random, seededRandom, startProgram, type WireClient } from '#shared/testing';
import { apis, buildBatch, errorCode } from '#shared/wire';
import { connectQuietly, type QuietClient, readPartition, type StoredRecord } from './crash-clients.contract.js';
import { TransactionalProducer } from './crash-transactions.contract.js';

const seed = Number(process.env.CRASH_SEED ?? 7);
const rounds = 5;

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'broker-crash-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

interface Running extends AsyncDisposable {
  readonly process: ProgramProcess;
  readonly address: string;
}

async function startBroker(port: number): Promise<Running> {
  const args = ['--port', String(port), '--registry-port', '0', '--data-dir', dataDir];
  const process = startProgram('shared/commands/broker.js', args);
  const address = await process.said(/Kafka\s+(\S+)/);
  await process.said(/Ready/);
  return { process, address, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

/** Kills the broker once so many things were acknowledged. */
class Executioner {
  acknowledged = 0;
  isDone = false;

  constructor(
    readonly victim: ProgramProcess,
    readonly after: number,
  ) {}

  acknowledge(): void {
    this.acknowledged += 1;
    if (this.acknowledged < this.after || this.isDone) return;
    this.isDone = true;
    this.victim.signal('SIGKILL');
  }
}

const topic = 'crash';
const partitions = { plain: 0, idempotent: 1, kafkajs: 2, kafkajsIdempotent: 3, large: 4 } as const;

/** One sender, one partition: numbers its records, and remembers which of them were acknowledged, and where. */
class Ledger {
  next = 0;
  readonly acknowledged = new Map<number, number>();

  constructor(
    readonly name: keyof typeof partitions,
    readonly paddingBytes = 0,
  ) {}

  take(count: number): { readonly first: number; readonly records: { timestamp: number; value: Buffer }[] } {
    const first = this.next;
    this.next += count;
    const records = Array.from({ length: count }, (_, i) => ({
      timestamp: 1_000 + first + i,
      value: Buffer.from(`${first + i}`.padEnd(this.paddingBytes, '.')),
    }));
    return { first, records };
  }

  acknowledge(first: number, count: number, baseOffset: number): void {
    for (let i = 0; i < count; i += 1) this.acknowledged.set(first + i, baseOffset + i);
  }

  /** What must hold of the partition, whatever happened. */
  check(stored: readonly StoredRecord[]): void {
    const numbers = stored.map(({ value }) => Number.parseInt(value, 10));
    expect(stored.map(({ offset }) => offset)).toEqual(stored.map((_, i) => i));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    const offsets = new Map(numbers.map((number, offset) => [number, offset]));
    const missing = [...this.acknowledged].filter(([number, offset]) => offsets.get(number) !== offset);
    expect(missing).toEqual([]);
  }
}

async function produce(client: QuietClient, name: keyof typeof partitions, records: Buffer) {
  const topicData = [{ name: topic, partitionData: [{ index: partitions[name], records }] }];
  const response = await client.ask(apis.produce, 8, { acks: -1, timeoutMs: 1000, topicData });
  return response?.responses[0]?.partitionResponses[0];
}

/** Sends batch after batch until the broker is gone. */
async function producePlainly(address: string, ledger: Ledger, most: number, random: Random, killer: Executioner) {
  using client = await connectQuietly(address);
  for (;;) {
    const count = 1 + Math.floor(random() * most);
    const { first, records } = ledger.take(count);
    const answer = await produce(client, ledger.name, buildBatch(records));
    if (answer === undefined) return;
    expect(answer.errorCode).toBe(errorCode.none);
    ledger.acknowledge(first, count, answer.baseOffset);
    killer.acknowledge();
  }
}

interface Unanswered {
  readonly first: number;
  readonly count: number;
  readonly bytes: () => Buffer;
}

/** An idempotent producer that lives longer than the broker: what was not answered is sent again, in its order. */
class IdempotentProducer {
  #unanswered: Unanswered[] = [];

  constructor(
    readonly producerId: number,
    readonly ledger: Ledger,
  ) {}

  async run(address: string, random: Random, killer: Executioner): Promise<void> {
    using client = await connectQuietly(address);
    await Promise.all(this.#unanswered.map((batch) => this.#send(client, batch, killer)));
    let isOpen = true;
    const lane = async () => {
      while (isOpen) {
        const count = 1 + Math.floor(random() * 10);
        const { first, records } = this.ledger.take(count);
        const options = { producerId: this.producerId, producerEpoch: 0, baseSequence: first };
        const batch = { first, count, bytes: () => buildBatch(records, options) };
        this.#unanswered.push(batch);
        isOpen = (await this.#send(client, batch, killer)) && isOpen;
      }
    };
    // Five batches in flight: as many as the broker knows again.
    await Promise.all(Array.from({ length: 5 }, lane));
  }

  /** Sends again what the last broker left without an answer. */
  async settle(address: string): Promise<void> {
    using client = await connectQuietly(address);
    await Promise.all(this.#unanswered.map((batch) => this.#send(client, batch)));
    expect(this.#unanswered).toEqual([]);
  }

  async #send(client: QuietClient, batch: Unanswered, killer?: Executioner): Promise<boolean> {
    const answer = await produce(client, this.ledger.name, batch.bytes());
    if (answer === undefined) return false;
    expect(answer.errorCode).toBe(errorCode.none);
    this.ledger.acknowledge(batch.first, batch.count, answer.baseOffset);
    this.#unanswered = this.#unanswered.filter((one) => one !== batch);
    killer?.acknowledge();
    return true;
  }
}

/** kafkajs, one producer a round: after a failure it is to be made anew. */
async function produceWithKafkajs(address: string, ledger: Ledger, idempotent: boolean, killer: Executioner) {
  // Without idempotence a retry may well append twice; kafkajs does not let an idempotent producer go without any.
  const retry = { retries: idempotent ? 1 : 0, initialRetryTime: 10 };
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry });
  const producer = kafka.producer({ idempotent, maxInFlightRequests: 1 });
  await producer.connect();
  try {
    for (;;) {
      const { first, records } = ledger.take(3);
      const messages = records.map(({ value }) => ({ value, partition: partitions[ledger.name] }));
      const [sent] = await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.GZIP });
      ledger.acknowledge(first, messages.length, Number(sent?.baseOffset));
      killer.acknowledge();
    }
  } catch (reason) {
    if (!killer.isDone) throw reason;
  } finally {
    await producer.disconnect();
  }
}

/** Commits one offset after another, and creates a topic now and then, until the broker is gone. */
async function administer(address: string, kept: { offset: number; topics: string[] }, killer: Executioner) {
  using client = await connectQuietly(address);
  for (;;) {
    const committedOffset = kept.offset + 1;
    const one = { partitionIndex: 0, committedOffset, committedMetadata: `number ${committedOffset}` };
    const committed = await client.ask(apis.offsetCommit, 2, {
      groupId: 'g',
      generationIdOrMemberEpoch: -1,
      memberId: '',
      topics: [{ name: topic, partitions: [one] }],
    });
    if (committed === undefined) return;
    kept.offset = committedOffset;
    killer.acknowledge();
    if (committedOffset % 10 !== 0) continue;
    const name = `made-at-${committedOffset}`;
    const created = await client.ask(apis.createTopics, 3, topicsOf(name, 2, String(committedOffset)));
    if (created === undefined) return;
    kept.topics.push(name);
  }
}

const topicsOf = (name: string, numPartitions: number, deleteRetentionMs: string) => ({
  topics: [
    {
      name,
      numPartitions,
      replicationFactor: 1,
      assignments: [],
      configs: [
        { name: 'max.message.bytes', value: '20000000' },
        { name: 'delete.retention.ms', value: deleteRetentionMs },
      ],
    },
  ],
  timeoutMs: 1000,
});

async function checkAdministered(client: WireClient, kept: { offset: number; topics: string[] }): Promise<void> {
  const asked = [{ name: topic, partitionIndexes: [0] }];
  const { topics } = await client.request(apis.offsetFetch, 5, { groupId: 'g', topics: asked });
  const [found] = topics[0]?.partitions ?? [];
  // The last commit may have been kept without the client having been told.
  expect([kept.offset, kept.offset + 1]).toContain(found?.committedOffset);
  expect(found?.metadata).toBe(`number ${found?.committedOffset}`);
  kept.offset = found?.committedOffset ?? -1;
  const resources = kept.topics.map((resourceName) => ({
    resourceType: 2,
    resourceName,
    configurationKeys: ['delete.retention.ms'],
  }));
  const { results } = await client.request(apis.describeConfigs, 1, { resources });
  expect(results.map(({ resourceName, configs }) => [resourceName, configs[0]?.value])).toEqual(
    kept.topics.map((name) => [name, name.slice('made-at-'.length)]),
  );
}

describe('a broker with --data-dir that is killed while clients produce', () => {
  it(`has all that it acknowledged, once and in order, ${rounds} times in a row (CRASH_SEED=${seed})`, async () => {
    const random = seededRandom(seed);
    const ledgers = {
      plain: new Ledger('plain'),
      idempotent: new Ledger('idempotent'),
      kafkajs: new Ledger('kafkajs'),
      kafkajsIdempotent: new Ledger('kafkajsIdempotent'),
      large: new Ledger('large', 300_000),
    };
    const kept = { offset: 0, topics: [] as string[] };
    const transactional = new TransactionalProducer(topic, [5, 6]);
    let idempotent: IdempotentProducer | undefined;
    let port = 0;
    for (let round = 0; round <= rounds; round += 1) {
      await using broker = await startBroker(port);
      port = Number(broker.address.split(':')[1]);
      using client = await connectQuietly(broker.address);
      if (idempotent === undefined) {
        await client.wire.request(apis.createTopics, 3, topicsOf(topic, 7, '1'));
        const { producerId } = await client.wire.request(apis.initProducerId, 1, {
          transactionalId: null,
          transactionTimeoutMs: -1,
        });
        idempotent = new IdempotentProducer(producerId, ledgers.idempotent);
        await transactional.begin(client.wire);
      } else {
        await idempotent.settle(broker.address);
        for (const ledger of Object.values(ledgers)) {
          ledger.check(await readPartition(client.wire, topic, partitions[ledger.name]));
        }
        await transactional.begin(client.wire);
        await transactional.check(client.wire);
        await checkAdministered(client.wire, kept);
        for (const line of broker.process.stderr().split('\n').filter(Boolean)) expect(line).toMatch(/were cut off$/);
      }
      if (round === rounds) break;
      const killer = new Executioner(broker.process, 100 + Math.floor(random() * 400));
      await Promise.all([
        producePlainly(broker.address, ledgers.plain, 20, random, killer),
        producePlainly(broker.address, ledgers.large, 8, random, killer),
        idempotent.run(broker.address, random, killer),
        produceWithKafkajs(broker.address, ledgers.kafkajs, false, killer),
        produceWithKafkajs(broker.address, ledgers.kafkajsIdempotent, true, killer),
        transactional.run(broker.address, () => killer.acknowledge()),
        administer(broker.address, kept, killer),
      ]);
      expect(await broker.process.exited).toBe('SIGKILL');
    }
    for (const ledger of Object.values(ledgers)) expect(ledger.acknowledged.size).toBeGreaterThan(0);
    expect(transactional.transactions).toBeGreaterThan(0);
  }, 120_000);
});
