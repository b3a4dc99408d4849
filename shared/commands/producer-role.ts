import type { OutgoingRecord } from '#shared/kafka';
import type { Serializer } from '#shared/schema';
import type { DemoCluster } from './demo-cluster.js';
import { type DemoBasics, type DemoRecord, producedTopics } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { openDemoProducer } from './demo-producer.js';
import { firstLap } from './first-lap.js';
import { instanceName } from './instance-name.js';
import { createPace } from './pace.js';
import { PlayedPace } from './played-pace.js';
import { openProducerControl } from './producer-control.js';
import { FAULT_HEADER, ProducerFaults } from './producer-faults/producer-faults.js';
import { newRunId, RUN_HEADER } from './run-id.js';
import type { Shutdown } from './shutdown.js';
import type { Terminal } from './terminal.js';

const RECORDS_PER_SEND = 500;

/** When a record was sent, wall-clock milliseconds: travels on to the prediction, where latency is read from it. */
export const SENT_AT_HEADER = 'sentAt';
/**
 * From a run's second lap on: the number of the lap. The lap that a run begins with is not marked, whichever it is: the report
 * of a second run on the same topics is of its own outcomes, and a version published since then has none before them. Whoever
 * watches for longer than a run, as the quality of all predictions, sees the data of an earlier run again.
 */
export const LAP_HEADER = 'lap';

/** Milliseconds since the epoch, finer than Date.now. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

interface ProduceOptions extends Pick<DemoOptions, 'records' | 'rate' | 'seed' | 'monitoring'> {
  /** Marks the records of this run. */
  readonly run: string;
  /** Ends the production between two records. */
  readonly signal: AbortSignal;
  /** Told how many main records are sent; what it returns is waited for before the next send: back-pressure. */
  readonly onSent: (mainRecords: number) => Promise<void> | undefined;
}

/** Produces a demo's records lap after lap, at the pace that the options say, and as the demo's control topic asks. */
export async function produceRecords(
  definition: DemoBasics,
  demo: DemoCluster,
  { records = Number.POSITIVE_INFINITY, rate, seed, monitoring, run, signal, onSent }: ProduceOptions,
): Promise<void> {
  const producer = await openDemoProducer(definition, demo, { monitoring });
  const serializers = new Map<string, Serializer<unknown>>();
  for (const topic of producedTopics(definition)) {
    serializers.set(topic.name, await demo.schemas.register<unknown>(topic, demo.topicName(topic)));
  }
  const first = await firstLap(definition, demo, seed);
  // Its clock starts with the first record: reading the data takes its time, and must not count as lateness.
  const pace = new PlayedPace(createPace(rate, definition.eventTimeSpeed), preciseNow);
  let batch: OutgoingRecord[] = [];
  let isTimed = pace.isTimed;
  let produced = 0;
  let latest: { readonly eventTime: number; readonly lap: number } | undefined;
  const faults = new ProducerFaults(definition, instanceName(), () => control.state);
  const control = await openProducerControl(definition.name, demo, pace, () => ({
    faults: faults.names,
    eventTime: latest?.eventTime ?? null,
    lap: latest?.lap ?? null,
    sent: produced,
    held: faults.held,
    injected: faults.injected,
  }));
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const sentAt = isTimed ? preciseNow().toFixed(3) : undefined;
    const sending = sentAt === undefined ? batch : batch.map((record) => withHeader(record, SENT_AT_HEADER, sentAt));
    batch = [];
    await producer.send(sending);
    await onSent(produced);
  };
  const outgoing = (record: DemoRecord, lap: number, fault: string | undefined): OutgoingRecord => ({
    topic: demo.topicName(record.topic),
    key: record.key,
    value: record.value === null ? null : (serializers.get(record.topic.name)?.(record.value) ?? null),
    timestamp: record.eventTime,
    headers: {
      [RUN_HEADER]: run,
      ...(lap > first && { [LAP_HEADER]: String(lap) }),
      ...(fault !== undefined && { [FAULT_HEADER]: fault }),
    },
  });
  const send = (sending: ReturnType<ProducerFaults['take']>, lap: number): void => {
    for (const { record, fault } of sending) {
      const main = record.topic.name === definition.topics.input.name;
      const sent = outgoing(record, lap, fault);
      batch.push(sent);
      if (!main) continue;
      produced += 1;
      batch.push(...faults.beside(sent, preciseNow()));
    }
  };

  try {
    for (let lap = first; produced < records && !signal.aborted; lap++) {
      let isBegun = false;
      for (const record of definition.produce({ lap, limit: records - produced, seed })) {
        const { eventTime } = record;
        const main = record.topic.name === definition.topics.input.name;
        pace.next({ eventTime, main, lap });
        if (batch.length >= RECORDS_PER_SEND) await flush();
        while (pace.waitMs() > 0 && !signal.aborted) {
          // Switched off, a fault holds nothing any longer, though nothing else is to go now.
          send(faults.due(latest?.eventTime ?? 0), lap);
          await flush();
          if (pace.isStanding) control.report();
          await pace.wait(signal);
        }
        // Brokers write the topics of one send in an order of their own: the tables that a lap begins with are to be there,
        // not on their way, when the first record comes that is joined with them.
        if (main && !isBegun) await flush();
        isBegun ||= main;
        if (signal.aborted) break;
        pace.goes();
        if (pace.isTimed !== isTimed) {
          await flush();
          isTimed = pace.isTimed;
          control.report();
        }
        send(faults.take(record), lap);
        latest = { eventTime, lap };
      }
      send(faults.release(), lap);
    }
    await flush();
  } finally {
    await control.close();
  }
  await producer.close();
}

function withHeader(record: OutgoingRecord, name: string, value: string): OutgoingRecord {
  return { ...record, headers: { ...record.headers, [name]: value } };
}

/** The producer alone, until its records are sent or it is asked to end. */
export async function produceAlone(
  definition: DemoBasics,
  options: DemoOptions,
  demo: DemoCluster,
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<void> {
  let sent = 0;
  const onSent = (records: number): undefined => {
    sent = records;
    terminal.progress(`${records} records produced`);
  };
  const { records, rate, seed, monitoring } = options;
  if (demo.noControl !== undefined) terminal.say(demo.noControl);
  terminal.say(`Producing to ${demo.topicName(definition.topics.input)}; Ctrl-C ends it.`);
  await produceRecords(definition, demo, {
    ...(records !== undefined && { records }),
    ...(rate !== undefined && { rate }),
    seed,
    monitoring,
    run: newRunId(),
    signal: shutdown.signal,
    onSent,
  });
  terminal.say(`${sent} records produced.`);
}
