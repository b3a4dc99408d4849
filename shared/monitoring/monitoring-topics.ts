import { projectFile } from '#shared/project-file';
import { defineTopic, type Topic } from '#shared/schema';

/** What a producer has written, or a task of a scorer has processed, since it said so last. Key: instance. */
export interface DeliveryCounts {
  readonly role: 'producer' | 'scorer';
  readonly instance: string;
  readonly partitions: readonly PartitionCounts[];
}

/** Counts by minute, in lists of equal length: where minutes have a record each, an object for each would cost more than to count. */
export interface PartitionCounts {
  readonly topic: string;
  readonly partition: number;
  /** When each minute of event time begins, milliseconds since 1970; one may be there several times. */
  readonly minutes: readonly number[];
  readonly records: readonly number[];
  /** Of each minute, the sum of the CRC-32 of its records, modulo 2^32. */
  readonly checksums: readonly number[];
}

/** How the records of a partition were delivered, since the audit began or `since`; what the figures mean: `buildDeliveryAudit`. Key: `topic-partition`. */
export interface AuditReport {
  readonly topic: string;
  readonly partition: number;
  /** The latest minute of which records were both written and processed, milliseconds since 1970; null before that. */
  readonly eventTime: number | null;
  /** The event time from which on minutes are counted, milliseconds since 1970; null where no counts were lost. */
  readonly since: number | null;
  readonly expected: number;
  readonly consumed: number;
  readonly missing: number;
  readonly duplicate: number;
  readonly late: number;
  /** Settled minutes of which as many records were processed as written, with another sum of checksums. */
  readonly altered: number;
}

/** How the inputs of rows that were scored fall into the bins of the model card's profile. Key: `name/version`. */
export interface InputCounts {
  readonly instance: string;
  readonly modelName: string;
  readonly modelVersion: string;
  /** By the scorer's clock, milliseconds since 1970. */
  readonly countedAt: number;
  /** Rows that were counted: at high rates a sample. */
  readonly rows: number;
  readonly inputs: Readonly<Record<string, BinCounts>>;
}

/** Of an input: its bins or categories in the order of the card, then others, then missing. */
export interface BinCounts {
  /** The share of training rows in each, by the card. */
  readonly expected: readonly number[];
  /** Rows in each. */
  readonly counts: readonly number[];
}

/** How right a model was, by the labels that came. Key: `name/version/window`. */
export interface QualityReport {
  readonly modelName: string;
  readonly modelVersion: string;
  /** The last labelled predictions, or all since the version was first seen. */
  readonly window: 'rolling' | 'all';
  readonly eventTime: number;
  readonly labelled: number;
  readonly positives: number;
  /** Each null where it is not defined: one class alone, nothing decided positively, scores that are no probabilities. */
  readonly auc: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly calibrationError: number | null;
  readonly brier: number | null;
}

/** How far the inputs of a model are from those that it was trained on. Key: `name/version`. */
export interface DriftReport {
  readonly modelName: string;
  readonly modelVersion: string;
  /** When a scorer counted the newest rows, by its clock, milliseconds since 1970. */
  readonly countedAt: number;
  readonly rows: number;
  /** By input: its population stability index; none before there are enough rows for one. */
  readonly inputs: Readonly<Record<string, number>>;
  /** The newest rows alone, by which a drift is seen soon; null where who reports does not say. */
  readonly recent: RecentInputs | null;
}

/** How the inputs of the rows that were counted last are distributed. */
export interface RecentInputs {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, RecentInput>>;
}

/** An input in the newest rows; bins as in `BinCounts`. */
export interface RecentInput extends BinCounts {
  /** Its population stability index over these rows alone. */
  readonly index: number;
}

/** That the monitoring applications of a demo are at work, as who runs them says. Key: instance. */
export interface MonitorStatus {
  readonly instance: string;
  /** By the monitor's clock, milliseconds since 1970. */
  readonly heartbeatAt: number;
  /** Records that its applications have passed over since it started, as they could not be decoded or processed. */
  readonly passedOver: number;
}

/** What monitoring reads and writes beside a demo's own topics. */
export interface MonitoringTopics {
  readonly deliveryCounts: Topic<DeliveryCounts>;
  readonly inputCounts: Topic<InputCounts>;
  readonly auditReports: Topic<AuditReport>;
  readonly qualityReports: Topic<QualityReport>;
  readonly driftReports: Topic<DriftReport>;
  readonly monitorStatus: Topic<MonitorStatus>;
}

// What is counted has the demo's event time, which may be years ago: by Kafka's default of seven days it would be deleted at once.
const COUNTS = { 'retention.ms': '-1', 'retention.bytes': '16777216', 'segment.bytes': '4194304' };

/**
 * Of a topic of which the newest of each key is kept, and which is written to each second: Kafka cuts none that is compacted
 * only, and compacts no segment that is written to, which by default is until it has a gigabyte.
 */
export const NEWEST = { 'segment.bytes': '1048576', 'min.cleanable.dirty.ratio': '0.1' } as const;

/** The monitoring topics of a demo: counts that producers and scorers write, and reports and heartbeats, of which the newest of each key is kept. */
export function monitoringTopics(demo: string): MonitoringTopics {
  const topic = <V>(name: string): Parameters<typeof defineTopic<V>>[0] => ({
    name: `${demo}.${name}`,
    partitions: 1,
    ...(name.endsWith('-counts') ? { config: COUNTS } : { cleanupPolicy: 'compact' as const, config: NEWEST }),
    schema: projectFile(`shared/monitoring/schemas/${name}.avsc`),
  });
  return {
    deliveryCounts: defineTopic<DeliveryCounts>(topic('delivery-counts')),
    inputCounts: defineTopic<InputCounts>(topic('input-counts')),
    auditReports: defineTopic<AuditReport>(topic('audit-reports')),
    qualityReports: defineTopic<QualityReport>(topic('quality-reports')),
    driftReports: defineTopic<DriftReport>(topic('drift-reports')),
    monitorStatus: defineTopic<MonitorStatus>(topic('monitor-status')),
  };
}
