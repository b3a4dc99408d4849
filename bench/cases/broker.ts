import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import type { Case, Figure } from '../harness/case.js';
import { megabytes, milliseconds } from '../harness/figures.js';
import { startLoad, whyMissing } from '../harness/load.js';
import { type MeasuredBroker, ownProgram, startMeasuredBroker, temporaryFolder } from '../harness/measured-broker.js';
import { hasProcFiles } from '../harness/proc.js';
import { type Loaded, runCommand, runNodeLoad, startNodeLoad } from './broker-clients.js';
import { timeStart, timeWholeProcess } from './broker-start-times.js';

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
const latencyProgram = fileURLToPath(projectFile('bench/loads/librdkafka.py'));

/** A rate, and how many cores both sides kept busy meanwhile: where the broker's is below 1, the client was the limit. */
function perSecond(name: string, load: Loaded, wished?: number, unit = '/s'): Figure[] {
  return [
    { name, unit, kind: 'rate', value: load.amount / load.seconds, ...(wished !== undefined && { wished }) },
    { name: '   busy meanwhile: the broker', unit: 'cores', kind: 'told', value: load.brokerBusy },
    { name: '   busy meanwhile: its client', unit: 'cores', kind: 'told', value: load.clientBusy },
  ];
}

const megabytesPerSecond = (name: string, load: Loaded, wished?: number): Figure[] =>
  perSecond(name, { ...load, amount: load.amount / 1e6 }, wished, 'MB/s');

async function takeKafkajs(): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(ownProgram, ['--topics', 'small:4']);
  const produced = await runNodeLoad(broker, 'kafkajs-produce', 'small', kafkajsRecords, smallRecordBytes);
  const consumed = await runNodeLoad(broker, 'kafkajs-consume', 'small', kafkajsRecords);
  return [
    ...perSecond('kafkajs, sends of 500 records of 100 B: produced', produced, 50_000),
    ...perSecond('the same: consumed', consumed),
  ];
}

async function takeKcat(): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(ownProgram, ['--topics', 'small:1,large:1']);
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
    ...perSecond('kcat (librdkafka), records of 100 B: produced', produced, 300_000),
    ...perSecond('the same: consumed', consumed, 300_000),
    ...megabytesPerSecond('kcat, records of 100 KB: produced', producedLarge),
    ...megabytesPerSecond('the same: consumed', consumedLarge),
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

async function takeBytes(): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(ownProgram, ['--topics', 'large:4']);
  const produced = await runNodeLoad(broker, 'wire-produce', 'large', batches, batchBytes);
  const fetched = await runNodeLoad(broker, 'wire-fetch', 'large', batches, batchBytes);
  return [
    ...megabytesPerSecond('batches of 1 MB, built before: produced', produced, 300),
    ...megabytesPerSecond('the same: fetched', fetched, 600),
  ];
}

async function takeDataDir(): Promise<readonly Figure[]> {
  using folder = temporaryFolder();
  await using broker = await startMeasuredBroker(ownProgram, [
    '--topics',
    'large:4',
    '--data-dir',
    join(folder.path, 'data'),
  ]);
  const produced = await runNodeLoad(broker, 'wire-produce', 'large', batches, batchBytes);
  return megabytesPerSecond('the same with --data-dir (page cache, no fsync): produced', produced);
}

async function takeLatency(): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(ownProgram, ['--topics', 'paced:1']);
  const consumer = startLoad([python, latencyProgram, 'consume', broker.address, 'paced', String(latencyRecords)]);
  await consumer.begun;
  const rate = String(latencyRate);
  const args = [latencyProgram, 'produce', broker.address, 'paced', String(latencyRecords), rate];
  await runCommand(broker, latencyRecords, python, args);
  const { p50, p99, most } = await consumer.result;
  return [
    milliseconds('produce (acks=all) to delivery at 1,000 records/s, librdkafka: p50', Number(p50)),
    milliseconds('the same: p99', Number(p99), 3),
    milliseconds('the same: the slowest', Number(most)),
  ];
}

async function takeIdle(): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(ownProgram, ['--topics', 'quiet:4']);
  const nobody = await busyPercent(broker);
  const consumers = startNodeLoad('idle-consumers', broker.address, 'quiet', 20);
  await consumers.begun;
  const waiting = await busyPercent(broker);
  await consumers.kill();
  return [
    percent('idle, nobody connected', nobody),
    percent('idle, 20 kafkajs consumers long-polling (500 ms)', waiting),
  ];
}

const percent = (name: string, value: number): Figure => ({
  name,
  unit: '% of a core',
  kind: 'cpu-time',
  value,
  wished: 1,
});

async function busyPercent(broker: MeasuredBroker): Promise<number> {
  // What was done before may still be cleaned up after.
  await delay(2_000);
  const before = broker.cpuSeconds();
  const started = performance.now();
  await delay(idleSeconds * 1_000);
  return ((broker.cpuSeconds() - before) / ((performance.now() - started) / 1_000)) * 100;
}

async function takeStart(): Promise<readonly Figure[]> {
  const { call, withImport } = timeStart(10);
  return [
    milliseconds('startBroker(), from the call to listening', call, 50),
    milliseconds('the same with the import of the broker before it', withImport, 50),
    milliseconds('node and the whole program, to its first answer', await timeWholeProcess(ownProgram, 5)),
  ];
}

async function takeMemory(): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(ownProgram, ['--topics', `crowd:${partitions}`]);
  const before = broker.residentMegabytes();
  const crowd = startNodeLoad('crowd', broker.address, 'crowd', connections, partitions);
  await crowd.begun;
  const after = broker.residentMegabytes();
  await crowd.kill();
  return [
    megabytes('memory of the whole process, just started', before),
    megabytes(`with ${partitions} partitions of ten records and ${connections} connections`, after, 200),
  ];
}

async function takeStore(): Promise<readonly Figure[]> {
  await using broker = await startMeasuredBroker(ownProgram, ['--topics', 'large:4']);
  const before = broker.residentMegabytes();
  const { amount } = await runNodeLoad(broker, 'wire-produce', 'large', 400, batchBytes);
  const grown = broker.residentMegabytes() - before;
  return [
    {
      name: 'memory for each byte of records in batches of 1 MB',
      unit: 'B',
      kind: 'size',
      value: (grown * 2 ** 20) / amount,
    },
  ];
}

const needsProcFiles = () => (hasProcFiles ? undefined : 'this system has no /proc to read it from');
const needsKcat = () => whyMissing('kcat', 'kcat', ['-V']);
const needsPython = () => whyMissing('confluent-kafka for Python', python, ['-c', 'import confluent_kafka']);

/** The embedded broker alone, as a user gets it and as its clients see it; broker and clients are processes of their own. */
export const broker: Case = {
  name: 'broker',
  about:
    'the embedded broker alone, by kafkajs, by librdkafka, by a client that costs as little as can be; idle, start, memory',
  contenders: () => [
    { name: 'kafkajs', take: takeKafkajs },
    { name: 'kcat', take: takeKcat, whyNot: needsKcat },
    { name: 'bytes', take: takeBytes },
    { name: 'data-dir', take: takeDataDir },
    { name: 'librdkafka-latency', take: takeLatency, whyNot: needsPython },
    { name: 'idle', take: takeIdle, whyNot: needsProcFiles },
    { name: 'start', take: takeStart },
    { name: 'memory', take: takeMemory, whyNot: needsProcFiles },
    { name: 'store', take: takeStore, whyNot: needsProcFiles },
  ],
};
