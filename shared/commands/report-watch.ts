import type { ConsumedRecord, TopicOffsets } from '#shared/kafka';
import type { Metrics } from '#shared/metrics';
import {
  type AuditReport,
  type DriftReport,
  type MonitorStatus,
  monitoringTopics,
  type QualityReport,
  type ScorerStatus,
} from '#shared/monitoring';
import type { Topic } from '#shared/schema';
import { decodedRecords, saidOncePerTopic } from './decoded-records.js';
import type { DemoCluster } from './demo-cluster.js';
import type { AnyDemo } from './demo-definition.js';
import type { ChunkHandler } from './topic-observer.js';

/** Labels come after predictions: what no longer serves is reported on for a while. */
const SHOWN_AFTER_REPORT_MS = 300_000;
/** A monitor says about once a second that it is at work; it yields to all others, and may have to wait for its turn. */
const MONITOR_SILENT_MS = 10_000;
/** On a busy machine the first may take its time, and before that nothing is said; longer than this it is awaited in vain. */
const MONITOR_AWAITED_MS = 120_000;
/** More than a demo has partitions and versions: whatever somebody writes to a report topic, no more is kept. */
const MAX_KEPT = 1_024;

interface ReportWatchOptions {
  /** Where each topic is read from, and where they ended when the page began. */
  readonly from: TopicOffsets;
  readonly ends: TopicOffsets;
  /** Told once for each topic that holds a record which does not belong there. */
  readonly onWarning: (sentence: string) => void;
  /** Inputs of which the demo says that they move with the season. */
  readonly seasonal?: readonly string[];
  /** By input: how far it says that the newest rows are from training by themselves. */
  readonly swings?: Readonly<Record<string, number>>;
  /** The clock, in milliseconds; the system's where absent. */
  readonly now?: () => number;
}

/** How the monitor of a demo is, as far as its page has heard. */
export interface MonitorHeard {
  /** `awaited`: not heard yet, and on a busy machine it may take its time; `missing`: awaited in vain. */
  readonly state: 'awaited' | 'at work' | 'silent' | 'missing';
  /** When it was heard last, milliseconds since 1970; null before that. */
  readonly heardAt: number | null;
  /** When the newest report of each kind was read, milliseconds since 1970; null where none has come since the page began. */
  readonly reportedAt: {
    readonly delivery: number | null;
    readonly quality: number | null;
    readonly drift: number | null;
  };
  /** Records that the monitors have passed over. */
  readonly passedOver: number;
}

/** What the monitoring applications have reported last. */
export interface Reported {
  readonly monitor: MonitorHeard;
  readonly deliveries: readonly AuditReport[];
  readonly qualities: readonly QualityReport[];
  readonly drifts: readonly DriftReport[];
  /** Inputs of which the demo says that they move with the season. */
  readonly seasonal: ReadonlySet<string>;
  /** By input: how far it says that the newest rows are from training by themselves. */
  readonly swings: Readonly<Record<string, number>>;
}

/** A report, and when it was read; undefined where it was there before the page. */
interface Read<R> {
  readonly report: R;
  readonly readAt: number | undefined;
}

/**
 * The newest reports of a demo's monitoring applications, for the page and its metrics. They lie on compacted topics, to be read
 * from their beginning: a page that starts late knows at once what there is to know. Figures of a version of a model are
 * shown while it serves or challenges, and until it has not been reported on for five minutes: no alarm is to be raised for
 * good by a version that went.
 */
export class ReportWatch {
  /** How to take the records of each report topic, by its name on the cluster. */
  readonly handlers: ReadonlyMap<string, ChunkHandler>;
  /** From where on they are to be read. */
  readonly from: TopicOffsets;
  readonly #ends: TopicOffsets;
  readonly #now: () => number;
  readonly #deliveries = new Map<string, Read<AuditReport>>();
  readonly #qualities = new Map<string, Read<QualityReport>>();
  readonly #drifts = new Map<string, Read<DriftReport>>();
  readonly #seasonal: ReadonlySet<string>;
  readonly #swings: Readonly<Record<string, number>>;
  readonly #openedAt: number;
  /** When a monitor was last heard of. */
  #monitorHeardAt: number | undefined;
  /** How many records each monitor has said to have passed over, by its instance. */
  readonly #passedOver = new Map<string, number>();
  /** Those that are not on the page yet. */
  #newlyPassedOver = 0;

  constructor(
    demo: string,
    { schemas, topicName }: Pick<DemoCluster, 'schemas' | 'topicName'>,
    { from, ends, onWarning, seasonal = [], swings = {}, now = Date.now }: ReportWatchOptions,
  ) {
    this.from = from;
    this.#ends = ends;
    this.#now = now;
    this.#seasonal = new Set(seasonal);
    this.#swings = swings;
    this.#openedAt = now();
    const foreign = saidOncePerTopic(onWarning);
    const each = <R>(topic: Topic<R>, kept: Map<string, Read<R>>): [string, ChunkHandler] => [
      topicName(topic),
      decodedRecords(
        schemas.deserializer<R>({ reader: topic.schema }),
        (report, record) => keep(kept, keyOf(record), this.#read(report, record)),
        foreign,
        (record) => kept.delete(keyOf(record)),
      ),
    ];
    const { auditReports, qualityReports, driftReports, monitorStatus } = monitoringTopics(demo);
    const hear = ({ instance, passedOver }: MonitorStatus): void => {
      this.#monitorHeardAt = now();
      this.#newlyPassedOver += Math.max(0, passedOver - (this.#passedOver.get(instance) ?? 0));
      keep(this.#passedOver, instance, passedOver);
    };
    this.handlers = new Map([
      each(auditReports, this.#deliveries),
      each(qualityReports, this.#qualities),
      each(driftReports, this.#drifts),
      [
        topicName(monitorStatus),
        decodedRecords(schemas.deserializer<MonitorStatus>({ reader: monitorStatus.schema }), hear, foreign),
      ],
    ]);
  }

  /** Looks up where the report topics of a demo begin and end; a monitor is heard from now on. */
  static async open(
    { name: demo, drift }: Pick<AnyDemo, 'name' | 'drift'>,
    on: DemoCluster,
    onWarning: (sentence: string) => void,
  ): Promise<ReportWatch> {
    const { seasonal = [], swings = {} } = drift ?? {};
    const { auditReports, qualityReports, driftReports, monitorStatus } = monitoringTopics(demo);
    const topics = [auditReports, qualityReports, driftReports].map(on.topicName);
    const [begins, ends, heartbeats] = await Promise.all([
      on.cluster.beginningOffsets(topics),
      on.cluster.endOffsets(topics),
      on.cluster.endOffsets([on.topicName(monitorStatus)]),
    ]);
    return new ReportWatch(demo, on, { from: new Map([...begins, ...heartbeats]), ends, onWarning, seasonal, swings });
  }

  /** Sets the gauges; `scorers` say which versions serve and challenge. */
  refresh(metrics: Metrics, scorers: readonly ScorerStatus[]): void {
    const atWork = versionsAtWork(scorers);
    this.#refreshMonitor(metrics);
    this.#refreshDelivery(metrics);
    refreshQuality(metrics, this.#shown(this.#qualities, atWork));
    refreshDrift(metrics, this.#shown(this.#drifts, atWork), this.#seasonal);
  }

  /** What is shown at this moment; `scorers` say which versions serve and challenge. */
  reported(scorers: readonly ScorerStatus[]): Reported {
    const atWork = versionsAtWork(scorers);
    return {
      monitor: this.#monitor(),
      deliveries: Array.from(this.#deliveries.values(), ({ report }) => report),
      qualities: this.#shown(this.#qualities, atWork),
      drifts: this.#shown(this.#drifts, atWork),
      seasonal: this.#seasonal,
      swings: this.#swings,
    };
  }

  #monitor(): MonitorHeard {
    const now = this.#now();
    const heardAt = this.#monitorHeardAt ?? null;
    const isAwaited = now - this.#openedAt < MONITOR_AWAITED_MS;
    const unheard = isAwaited ? 'awaited' : 'missing';
    const heard = heardAt !== null && heardAt > now - MONITOR_SILENT_MS ? 'at work' : 'silent';
    return {
      state: heardAt === null ? unheard : heard,
      heardAt,
      reportedAt: {
        delivery: latest(this.#deliveries),
        quality: latest(this.#qualities),
        drift: latest(this.#drifts),
      },
      passedOver: [...this.#passedOver.values()].reduce((sum, each) => sum + each, 0),
    };
  }

  #read<R>(report: R, { topic, partition, offset }: ConsumedRecord): Read<R> {
    const wasThere = offset < (this.#ends.get(topic)?.[partition] ?? 0);
    return { report, readAt: wasThere ? undefined : this.#now() };
  }

  #shown<R extends { readonly modelName: string; readonly modelVersion: string }>(
    reads: ReadonlyMap<string, Read<R>>,
    atWork: ReadonlySet<string>,
  ): R[] {
    const since = this.#now() - SHOWN_AFTER_REPORT_MS;
    return [...reads.values()]
      .filter(({ report, readAt = 0 }) => readAt > since || atWork.has(versionOf(report)))
      .map(({ report }) => report);
  }

  #refreshMonitor(metrics: Metrics): void {
    const { state } = this.#monitor();
    if (state === 'awaited') return;
    metrics.monitorUp.set(state === 'at work' ? 1 : 0);
    metrics.monitorPassedOver.add(this.#newlyPassedOver);
    this.#newlyPassedOver = 0;
  }

  #refreshDelivery(metrics: Metrics): void {
    for (const gauge of deliveryGauges(metrics)) gauge.clear();
    for (const { report } of this.#deliveries.values()) {
      const { topic, partition: number } = report;
      const labels = { topic, partition: String(number) };
      if (report.since !== null) metrics.deliverySince.set(report.since / 1_000, labels);
      metrics.deliveryExpected.set(report.expected, labels);
      metrics.deliveryConsumed.set(report.consumed, labels);
      metrics.deliveryMissing.set(report.missing, labels);
      metrics.deliveryDuplicate.set(report.duplicate, labels);
      metrics.deliveryLate.set(report.late, labels);
      metrics.deliveryAltered.set(report.altered, labels);
    }
  }
}

function deliveryGauges(metrics: Metrics): readonly { clear(): void }[] {
  const { deliverySince, deliveryExpected, deliveryConsumed } = metrics;
  const { deliveryMissing, deliveryDuplicate, deliveryLate, deliveryAltered } = metrics;
  const faults = [deliveryMissing, deliveryDuplicate, deliveryLate, deliveryAltered];
  return [deliverySince, deliveryExpected, deliveryConsumed, ...faults];
}

function keyOf({ key }: ConsumedRecord): string {
  return key?.toString() ?? '';
}

/** When the newest of them was read; null where all were there before the page. */
function latest(reads: ReadonlyMap<string, Read<unknown>>): number | null {
  return Array.from(reads.values(), ({ readAt }) => readAt ?? null).reduce(
    (newest, readAt) => (readAt !== null && readAt > (newest ?? 0) ? readAt : newest),
    null,
  );
}

/** The newest of a key; what was told longest ago makes room. */
function keep<R>(reports: Map<string, R>, key: string, report: R): void {
  reports.delete(key);
  reports.set(key, report);
  const [oldest] = reports.keys();
  if (reports.size > MAX_KEPT && oldest !== undefined) reports.delete(oldest);
}

function versionsAtWork(scorers: readonly ScorerStatus[]): ReadonlySet<string> {
  return new Set(
    scorers.flatMap(({ modelName, modelVersion, challenger }) => [
      versionOf({ modelName, modelVersion }),
      ...(challenger === null ? [] : [versionOf(challenger)]),
    ]),
  );
}

function versionOf(model: { readonly modelName: string; readonly modelVersion: string }): string {
  return JSON.stringify([model.modelName, model.modelVersion]);
}

function refreshQuality(metrics: Metrics, reports: readonly QualityReport[]): void {
  const { qualityAuc, qualityPrecision, qualityRecall, qualityCalibrationError, qualityLabelled } = metrics;
  for (const gauge of [qualityAuc, qualityPrecision, qualityRecall, qualityCalibrationError, qualityLabelled])
    gauge.clear();
  for (const { modelName: name, modelVersion: version, window, ...report } of reports) {
    const labels = { name, version, window };
    qualityLabelled.set(report.labelled, labels);
    if (report.auc !== null) qualityAuc.set(report.auc, labels);
    if (report.precision !== null) qualityPrecision.set(report.precision, labels);
    if (report.recall !== null) qualityRecall.set(report.recall, labels);
    if (report.calibrationError !== null) qualityCalibrationError.set(report.calibrationError, labels);
  }
}

function refreshDrift(metrics: Metrics, reports: readonly DriftReport[], seasonal: ReadonlySet<string>): void {
  metrics.inputDrift.clear();
  metrics.inputDriftRows.clear();
  for (const { modelName: name, modelVersion: version, rows, inputs } of reports) {
    metrics.inputDriftRows.set(rows, { name, version });
    for (const [input, index] of Object.entries(inputs)) {
      const kind = seasonal.has(input) ? 'seasonal' : 'steady';
      metrics.inputDrift.set(index, { name, version, input, kind });
    }
  }
}
