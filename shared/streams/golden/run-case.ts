import { createTopologyTestDriver, type TopologyTestDriver } from '#shared/streams';
import { buildTopology, type CaseTopology } from './build-topology.js';
import type { GoldenCase, InputRecord, OutputRecord, RecordedKey, StoredRecord } from './case.js';
import type { CaseResult } from './compare.js';
import type { CaseKey, CaseValue } from './values.js';

/** One way to run a case; none may show in its result. */
export interface CaseRun {
  readonly name: string;
  /** How many consecutive records are fetched at once, at most. */
  readonly chunkSize: number;
  /** Whether asynchronous operators stand in for synchronous ones. */
  readonly batched: boolean;
}

/** Record by record, in chunks that end anywhere, and in chunks larger than a case; each also batched. */
export const caseRuns: readonly CaseRun[] = [1, 7, 256].flatMap((chunkSize) => [
  { name: `chunk ${chunkSize}`, chunkSize, batched: false },
  { name: `chunk ${chunkSize} batched`, chunkSize, batched: true },
]);

/** Builds a case's topology, gives it the input and takes what came out. */
export async function runCase(golden: GoldenCase, run: CaseRun): Promise<CaseResult> {
  const built = buildTopology(golden, run);
  const driver = await createTopologyTestDriver(built.topology, {
    emitIntervalMs: golden.config?.emitIntervalMs ?? 0,
  });
  await feed(driver, built, golden.input, run.chunkSize);
  const output = (await driver.output()).map((record): OutputRecord => {
    return { step: record.step, topic: record.topic, ...recorded(record) };
  });
  const stores = Object.keys(golden.stores).map((name) => [name, storeOf(driver, name)] as const);
  const { droppedRecordsTotal, droppedRecords } = driver.metrics;
  return { output, stores: Object.fromEntries(stores), dropped: droppedRecordsTotal, drops: droppedRecords };
}

async function feed(
  driver: TopologyTestDriver,
  { topic }: CaseTopology,
  input: GoldenCase['input'],
  chunkSize: number,
): Promise<void> {
  let chunk: InputRecord[] = [];
  const pipe = async (): Promise<void> => {
    if (chunk.length === 0) return;
    await driver.pipeAll(chunk.map((record) => ({ topic: topic(record.topic), record })));
    chunk = [];
  };
  for (const step of input) {
    if ('advanceWallClockMs' in step) {
      await pipe();
      await driver.advanceWallClockTime(step.advanceWallClockMs);
    } else {
      chunk.push(step);
      if (chunk.length === chunkSize) await pipe();
    }
  }
  await pipe();
}

function storeOf(driver: TopologyTestDriver, name: string): StoredRecord[] {
  return driver.tableStore(name).map(recorded);
}

/** A record in the format's form. */
export function recorded({ key, value, timestamp }: { key: unknown; value: unknown; timestamp: number }): StoredRecord {
  // A case's topics and stores have one serde for keys and one for values, and these types are theirs.
  return { key: recordedKey(key as CaseKey | null), value: value as CaseValue, timestamp };
}

function recordedKey(key: CaseKey | null): RecordedKey {
  return key === null || typeof key === 'string' ? key : { key: recordedKey(key.key), ...key.window };
}
