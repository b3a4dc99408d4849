import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramProcess, startProgram, WireClient } from '#shared/testing';
import { type Api, apis, buildBatch, encodeRequest, errorCode, FrameSplitter, type InputOf } from '#shared/wire';
import { eventually, produceBatch } from './test-broker.js';

const megabyte = 1024 * 1024;

let program: ProgramProcess;
let port: number;
let sockets: Socket[];
let neighbour: Neighbour;

beforeEach(async () => {
  program = startProgram('shared/commands/broker.js', ['--port', '0', '--registry-port', '0', '--topics', 't:100,n:1']);
  const address = await program.said(/Kafka\s+(\S+)/);
  port = Number(address.split(':')[1]);
  sockets = [];
  neighbour = new Neighbour(await WireClient.connect(address));
});
afterEach(async () => {
  await neighbour.stop();
  for (const socket of sockets) socket.destroy();
  await program[Symbol.asyncDispose]();
});

/** A well-behaved client next to all of this: produces a record, fetches it, and so on; nothing may go wrong. */
class Neighbour {
  readonly #wish = new AbortController();
  roundTrips = 0;
  readonly #run: Promise<void>;

  constructor(readonly client: WireClient) {
    this.#run = this.#goOn();
    this.#run.catch(() => {});
  }

  async #goOn(): Promise<void> {
    for (; !this.#wish.signal.aborted; this.roundTrips += 1) {
      const records = buildBatch([{ timestamp: 1, value: Buffer.from(`round trip ${this.roundTrips}`) }]);
      expect(await produceBatch(this.client, 'n', records)).toMatchObject({
        errorCode: 0,
        baseOffset: this.roundTrips,
      });
      const partitions = [{ partition: 0, fetchOffset: this.roundTrips, partitionMaxBytes: 1000 }];
      const topics = [{ topic: 'n', partitions }];
      const asked = { maxWaitMs: 5_000, minBytes: 1, maxBytes: 1000, isolationLevel: 0, topics };
      const { responses } = await this.client.request(apis.fetch, 11, asked);
      expect(String(responses[0]?.partitions[0]?.records)).toContain(`round trip ${this.roundTrips}`);
    }
  }

  /** Waits for more round trips: the broker serves it now. */
  async goesOn(): Promise<void> {
    const before = this.roundTrips;
    await Promise.race([this.#run, eventually(() => expect(this.roundTrips).toBeGreaterThan(before + 3))]);
    expect(this.roundTrips).toBeGreaterThan(before);
  }

  async stop(): Promise<void> {
    this.#wish.abort();
    await this.#run;
    this.client.close();
  }
}

/** A client that writes what it likes, and reads only when it is told to. */
async function intruder(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.pause();
  await once(socket, 'connect');
  sockets.push(socket);
  return socket;
}

const frameOf = <A extends Api>(api: A, version: number, request: InputOf<A['request']>, correlationId = 1) =>
  Buffer.concat(encodeRequest(api, version, { correlationId, clientId: 'intruder' }, request));

/** Resolves when the broker has taken it all, or will take no more. */
const write = (socket: Socket, bytes: Buffer) =>
  new Promise<void>((resolve) => {
    if (socket.destroyed) return resolve();
    socket.once('close', resolve);
    socket.write(bytes, () => {
      socket.off('close', resolve);
      resolve();
    });
  });

/** The most memory that the process has had at a time; Linux alone says so. */
function peakBytes(): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

describe.skipIf(process.platform !== 'linux')('the memory of the broker, and the client next to it, bear', () => {
  const tooMuch = 700 * megabyte;

  it('forty clients that announce 99 MB each and send 10 MB of it', async () => {
    const announced = Buffer.alloc(10 * megabyte);
    announced.writeInt32BE(99 * megabyte, 0);
    const all = await Promise.all(Array.from({ length: 40 }, intruder));
    for (const socket of all) {
      socket.resume();
      await write(socket, announced);
    }
    await eventually(() => expect(all.filter(({ destroyed }) => destroyed).length).toBeGreaterThan(10));
    await neighbour.goesOn();
    // Who held less than the most is still served.
    expect(all.some(({ destroyed }) => !destroyed)).toBe(true);
    expect(program.stderr()).toMatch(/take \d+ bytes, 268435456 are allowed, and its \d+ are the most/);
    expect(peakBytes()).toBeLessThan(tooMuch);
  });

  it('one that sends ten thousand requests before it reads; it gets all answers, in order', async () => {
    const socket = await intruder();
    const asked = { topics: [{ name: 't' }], allowAutoTopicCreation: false };
    const frames = Array.from({ length: 10_000 }, (_, i) => frameOf(apis.metadata, 9, asked, i));
    socket.write(Buffer.concat(frames));
    await neighbour.goesOn();
    const before = peakBytes();
    const splitter = new FrameSplitter();
    const answered: number[] = [];
    socket.on('data', (chunk: Buffer) => {
      for (const frame of splitter.push(chunk)) answered.push(frame.readInt32BE(0));
    });
    socket.resume();
    await eventually(() => expect(answered).toHaveLength(10_000));
    expect(answered).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    await neighbour.goesOn();
    expect(before).toBeLessThan(tooMuch / 2);
    expect(peakBytes()).toBeLessThan(tooMuch / 2);
  });

  it('fifty that ask for 40 MB each, again and again, and read nothing', async () => {
    const batch = buildBatch([{ timestamp: 1, value: Buffer.alloc(1_000_000, 7) }]);
    for (let i = 0; i < 40; i += 1) await produceBatch(neighbour.client, 't', Buffer.from(batch));
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 50_000_000 }];
    const topics = [{ topic: 't', partitions }];
    const asked = { maxWaitMs: 0, minBytes: 1, maxBytes: 50_000_000, isolationLevel: 0, topics };
    const frames = Buffer.concat(Array.from({ length: 100 }, () => frameOf(apis.fetch, 11, asked)));
    for (let i = 0; i < 50; i += 1) (await intruder()).write(frames);
    await neighbour.goesOn();
    expect(peakBytes()).toBeLessThan(tooMuch);
  });

  it('a thousand that do nothing', async () => {
    for (let i = 0; i < 1_000; i += 1) await intruder();
    await neighbour.goesOn();
    expect(peakBytes()).toBeLessThan(tooMuch / 3);
  });

  it('one that asks for more than can be: elements, partitions, topics, groups and transactional ids', async () => {
    const emptyNames = frameOf(apis.deleteGroups, 0, { groupsNames: Array.from({ length: 300_000 }, () => '') });
    const stranger = await intruder();
    stranger.resume();
    await write(stranger, emptyNames);
    await eventually(() => expect(stranger.destroyed).toBe(true));
    expect(program.stderr()).toMatch(/a request may have 250000/);

    const client = await WireClient.connect(`127.0.0.1:${port}`);
    sockets.push(client.socket);
    const topicsOf = (count: number, numPartitions: number) => {
      const one = { numPartitions, replicationFactor: 1, assignments: [], configs: [] };
      return { topics: Array.from({ length: count }, (_, i) => ({ ...one, name: `many-${i}` })), timeoutMs: 1 };
    };
    const created = await client.request(apis.createTopics, 4, topicsOf(1, 100_000));
    expect(created.topics[0]).toMatchObject({
      errorCode: errorCode.invalidPartitions,
      errorMessage: '100000 partitions; 1 to 10000 are allowed',
    });
    const many = await client.request(apis.createTopics, 4, topicsOf(60_000, 1));
    const codes = many.topics.map((topic) => topic.errorCode);
    expect(codes.filter((code) => code === errorCode.none)).toHaveLength(50_000 - 101);
    expect(codes.filter((code) => code === errorCode.invalidPartitions)).toHaveLength(10_000 + 101);

    const partitions = Array.from({ length: 100_000 }, (_, i) => ({
      partition: i % 100,
      fetchOffset: 0,
      partitionMaxBytes: 1_000_000,
    }));
    const asked = { maxWaitMs: 0, minBytes: 1, maxBytes: 1_000_000, isolationLevel: 0 };
    const { responses } = await client.request(apis.fetch, 11, { ...asked, topics: [{ topic: 't', partitions }] });
    expect(responses[0]?.partitions).toHaveLength(100_000);

    const named = Array.from({ length: 200_000 }, () => ({ name: 't' }));
    expect((await client.request(apis.metadata, 9, { topics: named })).topics).toHaveLength(1);

    const offsets = [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }] }];
    const commits = await Promise.all(
      Array.from({ length: 11_000 }, (_, i) => {
        const member = { groupId: `group ${i}`, generationIdOrMemberEpoch: -1, memberId: '' };
        return client.request(apis.offsetCommit, 2, { ...member, topics: offsets });
      }),
    );
    const refused = commits.filter(({ topics }) => topics[0]?.partitions[0]?.errorCode !== errorCode.none);
    expect(refused).toHaveLength(1_000);

    const begun = await Promise.all(
      Array.from({ length: 11_000 }, (_, i) =>
        client.request(apis.initProducerId, 1, { transactionalId: `id ${i}`, transactionTimeoutMs: 60_000 }),
      ),
    );
    expect(begun.filter((one) => one.errorCode === errorCode.policyViolation)).toHaveLength(1_000);
    await neighbour.goesOn();
    expect(peakBytes()).toBeLessThan(tooMuch);
  });

  it('a group of a thousand members, and no more', async () => {
    const client = await WireClient.connect(`127.0.0.1:${port}`);
    sockets.push(client.socket);
    const joining = {
      groupId: 'crowd',
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from('m') }],
    };
    const answers = await Promise.all(Array.from({ length: 1_100 }, () => client.request(apis.joinGroup, 5, joining)));
    const count = (code: number) => answers.filter((one) => one.errorCode === code).length;
    expect(count(errorCode.memberIdRequired)).toBe(1_000);
    expect(count(errorCode.groupMaxSizeReached)).toBe(100);
  });
});
