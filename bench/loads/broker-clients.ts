import { connect } from 'node:net';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { apis, encodeRequest } from '#shared/wire';
import {
  batchOf,
  checkProduced,
  connectWire,
  fetchRequest,
  fetchVersion,
  produceFrame,
  type WireConnection,
} from './wire.js';

// The clients of bench/cases/broker.ts, each in a process of its own: node broker-load.js LOAD ADDRESS TOPIC NUMBERS…
// It writes {"is":"begin"} when the load begins and {"is":"end",…} when it is through.

const [load = '', address = '', topic = '', ...numbers] = process.argv.slice(2);
const [amount = 0, size = 0] = numbers.map(Number);

const say = (line: object): void => console.log(JSON.stringify(line));
const one = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Runs what is measured, and reports how much it was, in which time, at which cost. */
async function measure(work: () => Promise<number>): Promise<void> {
  say({ is: 'begin' });
  const cpu = process.cpuUsage();
  const started = performance.now();
  const done = await work();
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  say({ is: 'end', amount: done, seconds, cpuSeconds: (user + system) / 1e6 });
}

const kafka = new Kafka({ brokers: [address], logLevel: logLevel.ERROR });

/** `amount` records of `size` bytes in sends of 500, four under way at a time. */
async function kafkajsProduce(): Promise<void> {
  const sendOf = 500;
  const producer = kafka.producer();
  await producer.connect();
  const value = Buffer.alloc(size, 'x');
  const messages = one(sendOf).map(() => ({ value }));
  const sends = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) await producer.send({ topic, messages });
  };
  // Until the client's code is compiled.
  await sends(40);
  await measure(async () => {
    const each = Math.ceil(amount / sendOf / 4);
    await Promise.all(one(4).map(() => sends(each)));
    return each * 4 * sendOf;
  });
  await producer.disconnect();
}

/** Reads `amount` records from the beginning. */
async function kafkajsConsume(): Promise<void> {
  const consumer = kafka.consumer({ groupId: 'bench' });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  await measure(async () => {
    await new Promise<void>((resolve, reject) => {
      const run = consumer.run({
        eachBatch: ({ batch }) => {
          seen += batch.messages.length;
          if (seen >= amount) resolve();
          return Promise.resolve();
        },
      });
      run.catch(reject);
    });
    return seen;
  });
  await consumer.disconnect();
}

/** `amount` kafkajs consumers that wait for a topic in which nothing happens, until the process is ended. */
async function idleConsumers(): Promise<void> {
  const join = async (i: number): Promise<Consumer> => {
    const consumer = kafka.consumer({ groupId: `idle-${i}`, maxWaitTimeInMs: 500 });
    await consumer.connect();
    await consumer.subscribe({ topic });
    const joined = new Promise<void>((resolve) => {
      consumer.on(consumer.events.GROUP_JOIN, () => resolve());
    });
    await consumer.run({ eachBatch: () => Promise.resolve() });
    await joined;
    return consumer;
  };
  await Promise.all(one(amount).map(join));
  say({ is: 'begin' });
}

/** `amount` batches of `size` bytes, built before, over four connections to four partitions, two under way on each. */
async function wireProduce(): Promise<void> {
  const batch = largeBatch();
  const produce = async (partition: number): Promise<void> => {
    const connection = await connectWire(address);
    const frame = produceFrame(topic, partition, batch);
    const sends = async (): Promise<void> => {
      for (let i = 0; i < amount / 8; i += 1) checkProduced(await connection.send(frame));
    };
    await Promise.all([sends(), sends()]);
    connection.close();
  };
  await measure(async () => {
    await Promise.all(one(4).map(produce));
    return Math.ceil(amount / 8) * 8 * batch.length;
  });
}

/** Fetches what {@link wireProduce} has left, all of it, from four partitions over four connections. */
async function wireFetch(): Promise<void> {
  const batch = largeBatch();
  await measure(async () => {
    const fetched = await Promise.all(one(4).map((partition) => readThrough(partition, amount / 4, batch.length)));
    return fetched.reduce((sum, bytes) => sum + bytes, 0);
  });
}

const recordBytes = 1_000;
const largeBatch = (): Buffer => batchOf(Math.floor(size / (recordBytes + 12)), recordBytes);

/** Reads a partition's batches, all of one size, and looks at no more of an answer than its length. */
function readThrough(partition: number, batches: number, batchBytes: number): Promise<number> {
  const recordsInBatch = Math.floor(size / (recordBytes + 12));
  const [host = '', port] = address.split(':');
  let done = 0;
  let lengthBytes = 0;
  let length = 0;
  let left = 0;
  return new Promise((resolve, reject) => {
    const ask = (): void => {
      const wanted = fetchRequest(topic, partition, done * recordsInBatch, { maxBytes: 8 << 20, maxWaitMs: 500 });
      const parts = encodeRequest(apis.fetch, fetchVersion, { correlationId: 0, clientId: 'bench' }, wanted);
      lengthBytes = 0;
      length = 0;
      socket.write(Buffer.concat(parts));
    };
    const answered = (): void => {
      const fetched = Math.floor(length / batchBytes);
      done += fetched;
      if (fetched > 0 && done < batches) {
        ask();
        return;
      }
      socket.destroy();
      if (done < batches) reject(new Error(`An answer of ${length} bytes holds no batch.`));
      else resolve(done * batchBytes);
    };
    const take = (count: number, chunk: Uint8Array): boolean => {
      let at = 0;
      for (; lengthBytes < 4 && at < count; at += 1, lengthBytes += 1) {
        length = length * 256 + (chunk[at] ?? 0);
        left = length;
      }
      left -= count - at;
      if (lengthBytes === 4 && left === 0) answered();
      return true;
    };
    const onread = { buffer: Buffer.allocUnsafe(1 << 18), callback: take };
    const socket = connect({ host, port: Number(port), onread }, ask);
    socket.setNoDelay(true);
    socket.on('error', reject);
  });
}

/** `amount` connections share `size` partitions, write ten small records into each and read them, and stay. */
async function crowd(): Promise<void> {
  const batch = batchOf(10, 100);
  const work = async (connection: WireConnection, first: number): Promise<void> => {
    for (let partition = first; partition < size; partition += amount) {
      checkProduced(await connection.send(produceFrame(topic, partition, batch)));
      const wanted = fetchRequest(topic, partition, 0, { maxBytes: 1 << 20, maxWaitMs: 500 });
      const { responses } = await connection.request(apis.fetch, fetchVersion, wanted);
      if (responses[0]?.partitions[0]?.records?.length !== batch.length)
        throw new Error('The batch does not come back.');
    }
  };
  const connections = await Promise.all(one(amount).map(() => connectWire(address)));
  await Promise.all(connections.map(work));
  say({ is: 'begin' });
}

const loads: Readonly<Record<string, () => Promise<void>>> = {
  'kafkajs-produce': kafkajsProduce,
  'kafkajs-consume': kafkajsConsume,
  'idle-consumers': idleConsumers,
  'wire-produce': wireProduce,
  'wire-fetch': wireFetch,
  crowd,
};
const chosen = loads[load];
if (chosen === undefined) throw new Error(`"${load}" is no load; ${Object.keys(loads).join(', ')} are.`);
await chosen();
