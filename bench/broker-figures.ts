import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { hasProcFiles, type MeasuredBroker, startMeasuredBroker, temporaryFolder } from './broker-process.js';
import { type Loaded, runCommand, runNodeLoad, startLoad, startNodeLoad, whyMissing } from './broker-run.js';
import { timeStart, timeWholeProcess } from './broker-start-times.js';

/** One number of the table. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** How many cores were busy meanwhile. */
  readonly load?: Pick<Loaded, 'brokerBusy' | 'clientBusy'>;
}

/** A group of figures that are taken together, with the name that --only takes. */
export interface Measurement {
  readonly name: string;
  /** Why it can't be done here; undefined where it can. */
  readonly whyNot?: () => string | undefined;
  take(program: string): Promise<readonly Figure[]>;
}

const kafkajsRecords = 200_000;
const kcatRecords = 1_000_000;
const smallRecordBytes = 100;
const kcatLargeRecords = 5_000;
const largeRecordBytes = 100_000;
const batchBytes = 1_000_000;
const batches = 1_000;
const latencyRecords = 10_000;
const latencyRate = 1_000;
const idleSeconds = 10;
const partitions = 1_000;
const connections = 200;

const python = process.env.CONFLUENT_KAFKA_PYTHON ?? 'python3';
const latencyProgram = fileURLToPath(projectFile('bench/broker-latency.py'));

const perSecond = (name: string, load: Loaded, atLeast?: number): Figure => ({
  name,
  value: load.amount / load.seconds,
  load,
  ...(atLeast !== undefined && { atLeast }),
});

const megabytesPerSecond = (name: string, load: Loaded, atLeast?: number): Figure =>
  perSecond(name, { ...load, amount: load.amount / 1e6 }, atLeast);

async function takeKafkajs(program: string): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(program, ['--topics', 'small:4']);
  const produced = await runNodeLoad(broker, 'kafkajs-produce', 'small', kafkajsRecords, smallRecordBytes);
  const consumed = await runNodeLoad(broker, 'kafkajs-consume', 'small', kafkajsRecords);
  return [
    perSecond('kafkajs, sends of 500 records of 100 B: produced, records/s', produced, 50_000),
    perSecond('the same: consumed, records/s', consumed),
  ];
}

async function takeKcat(program: string): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(program, ['--topics', 'small:1,large:1']);
  using folder = temporaryFolder();
  const small = join(folder.path, 'small');
  await writeLines(small, kcatRecords, smallRecordBytes);
  const large = join(folder.path, 'large');
  await writeLines(large, kcatLargeRecords, largeRecordBytes);
  const kcat = (amount: number, ...args: string[]) =>
    runCommand(broker, amount, 'kcat', ['-b', broker.address, ...args]);
  const largeBytes = kcatLargeRecords * largeRecordBytes;
  const reading = ['-q', '-p', '0', '-o', 'beginning', '-c'];
  const produced = await kcat(kcatRecords, '-P', '-t', 'small', '-p', '0', '-l', small);
  const consumed = await kcat(kcatRecords, '-C', '-t', 'small', ...reading, String(kcatRecords));
  const producedLarge = await kcat(largeBytes, '-P', '-t', 'large', '-p', '0', '-l', large);
  const consumedLarge = await kcat(largeBytes, '-C', '-t', 'large', ...reading, String(kcatLargeRecords));
  return [
    perSecond('kcat (librdkafka), records of 100 B: produced, records/s', produced, 300_000),
    perSecond('the same: consumed, records/s', consumed, 300_000),
    megabytesPerSecond('kcat, records of 100 KB: produced, MB/s', producedLarge),
    megabytesPerSecond('the same: consumed, MB/s', consumedLarge),
  ];
}

async function writeLines(path: string, lines: number, lineBytes: number): Promise<void> {
  const file = createWriteStream(path);
  const linesAtOnce = Math.ceil(1_000_000 / lineBytes);
  const text = `${'x'.repeat(lineBytes)}\n`.repeat(linesAtOnce);
  for (let left = lines; left > 0; left -= linesAtOnce) {
    if (!file.write(text.slice(0, left * (lineBytes + 1)))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

async function takeBytes(program: string): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(program, ['--topics', 'large:4']);
  const produced = await runNodeLoad(broker, 'wire-produce', 'large', batches, batchBytes);
  const fetched = await runNodeLoad(broker, 'wire-fetch', 'large', batches, batchBytes);
  return [
    megabytesPerSecond('batches of 1 MB, built before: produced, MB/s', produced, 300),
    megabytesPerSecond('the same: fetched, MB/s', fetched, 600),
  ];
}

async function takeDataDir(program: string): Promise<readonly Figure[]> {
  using folder = temporaryFolder();
  await using broker = await startMeasuredBroker(program, [
    '--topics',
    'large:4',
    '--data-dir',
    join(folder.path, 'data'),
  ]);
  const produced = await runNodeLoad(broker, 'wire-produce', 'large', batches, batchBytes);
  return [megabytesPerSecond('the same with --data-dir (page cache, no fsync): produced, MB/s', produced)];
}

async function takeLatency(program: string): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(program, ['--topics', 'paced:1']);
  const consumer = startLoad(python, [latencyProgram, 'consume', broker.address, 'paced', String(latencyRecords)]);
  await consumer.begun;
  const rate = String(latencyRate);
  const args = [latencyProgram, 'produce', broker.address, 'paced', String(latencyRecords), rate];
  await runCommand(broker, latencyRecords, python, args);
  const { p50, p99, most } = await consumer.result;
  return [
    { name: 'produce (acks=all) to delivery at 1,000 records/s, librdkafka: p50, ms', value: Number(p50) },
    { name: 'the same: p99, ms', value: Number(p99), atMost: 3 },
    { name: 'the same: the slowest, ms', value: Number(most) },
  ];
}

async function takeIdle(program: string): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(program, ['--topics', 'quiet:4']);
  const nobody = await busyPercent(broker);
  const consumers = startNodeLoad('idle-consumers', broker.address, 'quiet', 20);
  await consumers.begun;
  const waiting = await busyPercent(broker);
  await consumers.end();
  return [
    { name: 'idle, nobody connected: % of a core', value: nobody, atMost: 1 },
    { name: 'idle, 20 kafkajs consumers long-polling (500 ms): % of a core', value: waiting, atMost: 1 },
  ];
}

async function busyPercent(broker: MeasuredBroker): Promise<number> {
  // What was done before may still be cleaned up after.
  await delay(2_000);
  const before = broker.cpuSeconds();
  const started = performance.now();
  await delay(idleSeconds * 1_000);
  return ((broker.cpuSeconds() - before) / ((performance.now() - started) / 1_000)) * 100;
}

async function takeStart(program: string): Promise<readonly Figure[]> {
  const { call, withImport } = timeStart(10);
  return [
    { name: 'startBroker(), from the call to listening, ms', value: call, atMost: 50 },
    { name: 'the same with the import of the broker before it, ms', value: withImport, atMost: 50 },
    {
      name: 'node and the whole program, to its first answer, ms',
      value: await timeWholeProcess(program, 5),
    },
  ];
}

async function takeMemory(program: string): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(program, ['--topics', `crowd:${partitions}`]);
  const before = broker.residentMegabytes();
  const crowd = startNodeLoad('crowd', broker.address, 'crowd', connections, partitions);
  await crowd.begun;
  const after = broker.residentMegabytes();
  await crowd.end();
  return [
    { name: 'memory of the whole process, just started, MB', value: before },
    {
      name: `with ${partitions} partitions of ten records and ${connections} connections, MB`,
      value: after,
      atMost: 200,
    },
  ];
}

async function takeStore(program: string): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(program, ['--topics', 'large:4']);
  const before = broker.residentMegabytes();
  const { amount } = await runNodeLoad(broker, 'wire-produce', 'large', 400, batchBytes);
  const grown = broker.residentMegabytes() - before;
  return [{ name: 'memory for each byte of records in batches of 1 MB, bytes', value: (grown * 2 ** 20) / amount }];
}

const needsProcFiles = () => (hasProcFiles ? undefined : 'this system has no /proc to read it from');
const needsKcat = () => whyMissing('kcat', 'kcat', ['-V']);
const needsPython = () => whyMissing('confluent-kafka for Python', python, ['-c', 'import confluent_kafka']);

/** All that is measured, in this order. */
export const measurements: readonly Measurement[] = [
  { name: 'kafkajs', take: takeKafkajs },
  { name: 'kcat', take: takeKcat, whyNot: needsKcat },
  { name: 'bytes', take: takeBytes },
  { name: 'data-dir', take: takeDataDir },
  { name: 'latency', take: takeLatency, whyNot: needsPython },
  { name: 'idle', take: takeIdle, whyNot: needsProcFiles },
  { name: 'start', take: takeStart },
  { name: 'memory', take: takeMemory, whyNot: needsProcFiles },
  { name: 'store', take: takeStore, whyNot: needsProcFiles },
];
