import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { DemoDefinition } from '#shared/commands';
import type { PredictionFields } from '#shared/dashboard';
import { type ConsumedRecord, connectCluster } from '#shared/kafka';
import type { RunCounts } from '#shared/monitoring';
import { type AvroSchema, connectSchemas, defineTopic } from '#shared/schema';
import { readModelCard } from '#shared/scoring';
import { startBrokerProgram } from './broker-program.js';
import { expectedCounts } from './demo-inputs.js';
import { type ProgramProcess, startProgram } from './program-process.js';

/** What a demo is held to, counted by somebody in its data. */
export interface DemoExpectations {
  /** What the first records come to. */
  readonly run: {
    /** Of the main input. */
    readonly records: number;
    readonly counts: Pick<RunCounts, 'produced' | 'filtered' | 'scored'>;
    /** Predictions whose outcome is known, and what the AUC on them exceeds; absent where none is known so soon. */
    readonly quality?: { readonly n: number; readonly aucAbove: number };
  };
  /** A run of a few seconds that has predictions from its first second on: records of the main input, and how many a second. */
  readonly paced: { readonly records: number; readonly rate: number };
  /** A value of the main input by a schema of its own, which decodes and cannot be scored, and what its dead letter says. */
  readonly unscorable?: { readonly schema: AvroSchema; readonly value: object; readonly says: string };
}

/** The report of a run, as far as every demo has it. */
export interface DemoReport {
  readonly records: RunCounts;
  readonly quality?: { readonly auc: number; readonly n: number };
  readonly latencyMs?: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly urls: Readonly<Record<string, string>>;
}

export function reportOn(program: ProgramProcess): DemoReport {
  return JSON.parse(program.stdout()) as DemoReport;
}

const anyPorts = ['--broker-port', '0', '--headless'];

/** What each demo does on the embedded cluster, whatever its subject. */
export function specifyDemo<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  { run, paced, unscorable }: DemoExpectations,
): void {
  const { name, topics } = definition;
  const demo = (...args: string[]): ProgramProcess => startProgram(`demos/${name}/demo.js`, args);
  const pacedBy = (...args: string[]): ProgramProcess => demo('--rate', String(paced.rate), ...args);

  describe('as every demo, a run of given length', () => {
    it('accounts for every unit and reports it', async () => {
      await using program = demo('--records', String(run.records), '--rate', '0', '--report', '-', ...anyPorts);
      expect([await program.exited, program.stderr()]).toEqual([0, expect.stringContaining('0 lost, 0 duplicated.')]);
      const report = reportOn(program);
      const card = await readModelCard(fileURLToPath(definition.modelFolder));
      expect(report).toMatchObject({
        demo: name,
        mode: 'embedded',
        guarantee: 'exactly_once',
        model: { name: card.name, version: card.version },
        records: { ...run.counts, deadLettered: 0, lost: 0, duplicated: 0 },
        throughput: { recordsPerSecond: expect.any(Number) },
        startup: { toFirstPredictionMs: expect.any(Number) },
        urls: { brokers: expect.stringMatching(/^127\.0\.0\.1:\d+$/), registry: expect.stringMatching(/^http:/) },
      });
      // Unpaced: latency would say how long the queue was.
      expect(report).not.toHaveProperty('latencyMs');
      expect(report.quality?.n).toBe(run.quality?.n);
      if (run.quality !== undefined) expect(report.quality?.auc).toBeGreaterThan(run.quality.aucAbove);
    });

    it('makes one dead letter of each record that cannot be scored, goes on, and measures latency where it is paced', async () => {
      const length = ['--records', String(paced.records)];
      await using program = pacedBy(...length, '--report', '-', '--broker-port', '0', '--port', '0');
      const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
      const registry = await program.said(/Registry\s+(http\S+)/);
      const values: (Buffer | null)[] = [Buffer.from('no Avro at all'), Buffer.from([0, 0, 0, 3, 231, 1, 2, 3]), null];
      const reasons = values.map(() => 'record-undecodable');
      if (unscorable !== undefined) {
        const foreign = defineTopic<object>({ name: 'foreign', partitions: 1, schema: unscorable.schema });
        const bytes = (await connectSchemas({ url: registry }).register(foreign, 'foreign'))(unscorable.value);
        values.push(bytes, bytes.subarray(0, 8));
        reasons.push('record-unscorable', 'record-undecodable');
      }
      const found = await deadLettersOf(definition, brokers, values);
      expect(found.map((letter) => header(letter, 'exception'))).toEqual(reasons);
      expect(found.map((letter) => header(letter, 'topic'))).toEqual(values.map(() => topics.input.name));
      expect(found.map(({ headers }) => headers.origin?.toString())).toEqual(values.map(() => 'test'));
      expect(found.map(({ value }) => value)).toEqual(values);
      if (unscorable !== undefined) expect(found[3] && header(found[3], 'message')).toContain(unscorable.says);

      expect(await program.exited).toBe(0);
      const report = reportOn(program);
      const undisturbed = expectedCounts(definition, paced.records);
      const deadLettered = values.length;
      expect(report).toMatchObject({
        records: { ...undisturbed, produced: undisturbed.produced + deadLettered, deadLettered },
        urls: { dashboard: expect.stringMatching(/^http:/), metrics: expect.stringMatching(/\/metrics$/) },
      });
      const { p50, p99, max } = report.latencyMs ?? { p50: 0, p99: 0, max: 0 };
      expect(p50).toBeGreaterThan(0);
      expect(p99).toBeGreaterThanOrEqual(p50);
      expect(max).toBeGreaterThanOrEqual(p99);
    });
  });

  describe('as every demo, a run without end', () => {
    it('drains, reports and leaves when it is told to', async () => {
      const report = join(mkdtempSync(join(tmpdir(), `${name}-`)), 'report.json');
      await using program = pacedBy('--report', report, '--port', '0', ...anyPorts);
      const metrics = await program.said(/Metrics\s+(\S+)/);
      await vi.waitFor(async () => {
        expect(await (await fetch(metrics)).text()).toMatch(/kafka_ml_records_scored_total(\{.+\})? [1-9]/);
      }, 10_000);
      program.signal('SIGTERM');
      expect([await program.exited, program.stderr()]).toEqual([0, '']);
      const { records } = JSON.parse(readFileSync(report, 'utf8')) as DemoReport;
      expect(records.scored).toBeGreaterThan(0);
      expect(records).toMatchObject({ deadLettered: 0, lost: 0, duplicated: 0 });
    });
  });

  describe('as every demo, on a cluster that others use', () => {
    it('keeps to its namespace, and counts each run by itself', async () => {
      await using cluster = await startBrokerProgram();
      const at = ['--brokers', cluster.brokers, '--registry', cluster.registry, '--rate', '0', '--headless'];
      const runIn = (namespace: string, records: number): ProgramProcess =>
        demo(...at, '--namespace', namespace, '--records', String(records), '--report', '-');
      const half = Math.ceil(paced.records / 2);
      await using alice = runIn('alice', paced.records);
      await using bob = runIn('bob', half);
      expect([await alice.exited, await bob.exited]).toEqual([0, 0]);
      expect(reportOn(alice)).toMatchObject({ mode: 'cluster', records: expectedCounts(definition, paced.records) });
      expect(reportOn(bob)).toMatchObject({ mode: 'cluster', records: expectedCounts(definition, half) });
      await using again = runIn('alice', paced.records);
      expect([await again.exited, again.stderr()]).toEqual([0, expect.stringContaining('0 lost, 0 duplicated.')]);
      expect(reportOn(again).records).toEqual(expectedCounts(definition, paced.records));
    }, 60_000);
  });
}

/** Puts values on the main input that a demo cannot score, and gives their dead letters in the same order. */
async function deadLettersOf<I, P extends PredictionFields, O>(
  { name, topics, produce }: DemoDefinition<I, P, O>,
  brokers: string,
  values: readonly (Buffer | null)[],
): Promise<ConsumedRecord[]> {
  const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  try {
    const producer = await cluster.produce();
    const [first] = produce({ lap: 1, limit: 1, seed: 1 });
    const timestamp = first?.eventTime ?? 0;
    const headers = { origin: 'test' };
    await producer.send(
      values.map((value, index) => ({ topic: topics.input.name, key: `poison-${index}`, value, timestamp, headers })),
    );
    const letters = await cluster.consume({ groupId: 'letters', topics: [`${name}.dead-letters`], from: 'beginning' });
    const found: ConsumedRecord[] = [];
    while (found.length < values.length) found.push(...((await letters.poll(1_000))?.records ?? []));
    return found.toSorted((a, b) => String(a.key).localeCompare(String(b.key)));
  } finally {
    await cluster.close();
  }
}

function header({ headers }: ConsumedRecord, name: string): string | undefined {
  return headers[`__streams.errors.${name}`]?.toString();
}
