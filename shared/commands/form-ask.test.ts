import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Ask, AskReply, PredictionFields } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { monitoringTopics } from '#shared/monitoring';
import { type AvroSchema, defineTopic } from '#shared/schema';
import { CommittedRecords, startBrokerProgram, writeSumModel } from '#shared/testing';
import { type ClusterAddress, connectDemo, type DemoCluster } from './demo-cluster.js';
import { type DemoDefinition, defineDemo, demoRecord } from './demo-definition.js';
import { parseDemoOptions } from './demo-options.js';
import { createFormAsk } from './form-ask.js';
import { RunWatch } from './run-watch.js';
import { runScorer } from './scorer-role.js';
import type { Terminal } from './terminal.js';
import { TopicObserver } from './topic-observer.js';

interface Sum {
  readonly id: string;
  readonly a: number;
  readonly carrier: string;
}

const record = (name: string, fields: Readonly<Record<string, unknown>>): AvroSchema => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});
const topic = <V>(name: string, fields: Readonly<Record<string, unknown>>) =>
  defineTopic<V>({ name: `sums.${name}`, partitions: 2, schema: record(name, fields) });
const inputs = topic<Sum>('inputs', { id: 'string', a: 'double', carrier: 'string' });
const predictions = topic<PredictionFields>('predictions', {
  id: 'string',
  eventTime: 'long',
  score: 'double',
  decision: ['null', 'string'],
  modelName: 'string',
  modelVersion: 'string',
  scoredAt: 'long',
});
const outcomes = topic<{ id: string }>('outcomes', { id: 'string' });

const folder = mkdtempSync(join(tmpdir(), 'form-ask-'));
const STREAM_TIME = Date.UTC(2013, 9, 1);
const BEGINS_AT = Date.UTC(2013, 8, 30);
const quiet: Terminal = {
  say: () => undefined,
  progress: () => undefined,
  bold: (text) => text,
  dim: (text) => text,
  colour: (_name, text) => text,
  error: () => undefined,
};

/** A demo whose model adds two numbers. */
const sums: DemoDefinition<Sum, PredictionFields, { id: string }> = defineDemo({
  name: 'sums',
  module: import.meta.url,
  topics: { input: inputs, predictions, outcomes },
  scoredUnit: {
    name: 'sum',
    unitIds: (all) => all.map(({ id }) => id),
    expectedIds: (all) => all.map(({ id }) => id),
  },
  modelFolder: pathToFileURL(`${writeSumModel(folder)}/`),
  buildTopology: (builder, model) =>
    builder
      .stream(inputs)
      .mapValues((sum) => {
        if (sum.carrier === 'XX') throw new KitError('record-unprocessable', 'XX carries nobody.');
        return sum;
      })
      .score(model)
      .mapValues(({ input, score, decision, modelName, modelVersion, eventTime, scoredAt }) => {
        return { id: input.id, eventTime, score, decision, modelName, modelVersion, scoredAt };
      })
      .to(predictions),
  produce: () => [demoRecord(inputs, 'first', { id: 'first', a: 1, carrier: 'UA' }, BEGINS_AT)],
  eventTimeSpeed: 1,
  paceInWords: 'as it comes',
  dashboard: {
    title: 'Sums',
    subtitle: 'A demo.',
    eventTimeZone: 'UTC',
    positive: 'large',
    negative: 'small',
    columns: [],
    outcome: { id: ({ id }) => id, positive: () => true, text: () => '' },
  },
  ask: {
    parse(body, { id }) {
      if (typeof body !== 'object' || body === null || !('a' in body) || typeof body.a !== 'number') {
        throw new KitError('usage', 'There is no number a; give one.');
      }
      return { id, a: body.a, carrier: 'carrier' in body ? String(body.carrier) : 'UA' };
    },
    key: ({ id }) => id,
  },
});

describe("a form's request and its reply over the topics", () => {
  const cleanUps: (() => Promise<unknown>)[] = [];
  let demo: DemoCluster;
  let registry: string;
  let watch: RunWatch<Sum, PredictionFields, { id: string }>;
  let ask: Ask;
  let streamTime: number | undefined = STREAM_TIME;

  beforeAll(async () => {
    const pair = await startBrokerProgram();
    cleanUps.push(async () => pair[Symbol.asyncDispose]());
    registry = pair.registry;
    const address: ClusterAddress = { cluster: { brokers: [pair.brokers] }, registry: { url: pair.registry } };
    const options = parseDemoOptions(['--only', 'scorer', '--brokers', pair.brokers, '--registry', pair.registry], {});
    const ending = new AbortController();
    const shutdown = { signal: ending.signal, request: (reason: string) => ending.abort(reason) };
    const scorer = runScorer(sums, options, address, quiet, shutdown);
    cleanUps.push(() => {
      shutdown.request('the test is over');
      return scorer;
    });
    demo = await connectDemo(sums, options, address);
    cleanUps.push(() => demo.cluster.close());
    const silent = { onWarning: () => undefined, onNews: () => undefined };
    watch = new RunWatch(sums, demo, { wholeRun: true, run: 'this-run', ...silent });
    const from = await demo.cluster.endOffsets([...watch.handlers.keys()]);
    const observer = await TopicObserver.start(demo.cluster, watch.handlers, {
      urgent: watch.urgent,
      from,
      onWarning: silent.onWarning,
    });
    cleanUps.push(() => observer.close());
    const { asks, run } = watch;
    const made = createFormAsk(sums, demo, { asks, run, eventTime: () => streamTime, monitoring: options.monitoring });
    if (made === undefined) throw new Error('the demo has a form');
    ask = made;
    await vi.waitFor(() => expect(watch.scorers.size).toBe(1), 20_000);
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    rmSync(folder, { recursive: true });
  });

  const inTime = (body: unknown): Promise<AskReply | undefined> => ask(body, AbortSignal.timeout(10_000));

  it('is the prediction of what was sent, at the time where the stream is', async () => {
    expect(await inTime({ a: 2.5 })).toEqual({
      prediction: {
        id: expect.stringMatching(/^form-[0-9a-f]{8}$/),
        eventTime: STREAM_TIME,
        score: 3.5,
        decision: 'large',
        modelName: 'sum',
        modelVersion: '1',
        scoredAt: expect.any(Number),
      },
    });
  });

  it('comes when the data begin, before the page has heard of any', async () => {
    streamTime = undefined;
    expect(await inTime({ a: 2 })).toMatchObject({ prediction: { eventTime: BEGINS_AT, score: 3 } });
    streamTime = STREAM_TIME;
  });

  it('is of each its own, many at a time', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, (_, a) => inTime({ a })));
    expect(replies).toMatchObject(Array.from({ length: 20 }, (_, a) => ({ prediction: { score: a + 1 } })));
  });

  it('is why it could not be scored, where it became a dead letter', async () => {
    expect(await inTime({ a: 1, carrier: 'XX' })).toEqual({
      deadLetter: expect.stringContaining('XX carries nobody.'),
    });
  });

  it('is a sentence at once where it is nothing that the demo could take, and nothing is produced', async () => {
    const before = await demo.cluster.endOffsets(['sums.inputs']);
    await expect(inTime({ b: 1 })).rejects.toThrow('There is no number a; give one.');
    expect(await demo.cluster.endOffsets(['sums.inputs'])).toEqual(before);
  });

  it('is given up when it is too late; the record is scored all the same', async () => {
    expect(await ask({ a: 1 }, AbortSignal.abort())).toBeUndefined();
    await expect.poll(() => watch.audit.counts(), { timeout: 10_000 }).toMatchObject({ scored: 23, lost: 0 });
  });

  it('makes each a unit of the run that is accounted for, and none is taken in when the run is being counted', async () => {
    const last = inTime({ a: 4 });
    await watch.asks.close();
    expect(await last).toMatchObject({ prediction: { score: 5 } });
    await expect(inTime({ a: 5 })).rejects.toThrow(/^The run is ending/);
    await expect
      .poll(() => watch.audit.counts(), { timeout: 10_000 })
      .toEqual({ produced: 25, filtered: 0, scored: 24, deadLettered: 1, lost: 0, duplicated: 0 });
  });

  it('is counted where it is written and where it is processed, the dead letter as well: it is no duplicate', async () => {
    const { deliveryCounts } = monitoringTopics('sums');
    const counts = await CommittedRecords.open(demo.cluster, registry, deliveryCounts);
    const sumOf = (role: string): { records: number; checksum: number } => {
      const sum = { records: 0, checksum: 0 };
      for (const { value } of counts.records.filter((record) => record.value.role === role)) {
        for (const { records, checksums } of value.partitions) {
          sum.records += records.reduce((all, each) => all + each, 0);
          sum.checksum = checksums.reduce((all, each) => (all + each) % 2 ** 32, sum.checksum);
        }
      }
      return sum;
    };
    await counts.until(() => sumOf('scorer').records >= 25);
    expect(sumOf('scorer')).toEqual({ records: 25, checksum: expect.any(Number) });
    expect(sumOf('producer')).toEqual(sumOf('scorer'));
  });
});
