import { projectFile } from '#shared/project-file';
import { defineTopic, type Topic } from '#shared/schema';

/** A scorer's heartbeat, as it writes it to the status topic. */
export interface ScorerStatus {
  readonly instance: string;
  /** Kafka Streams' state: RUNNING, REBALANCING, … */
  readonly state: string;
  /** Milliseconds since 1970, by the scorer's clock. */
  readonly heartbeatAt: number;
  readonly recordsPerSecond: number;
  /** Records processed since the start. */
  readonly scoredTotal: number;
  /** Input partitions assigned. */
  readonly partitions: number;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly modelSha256: string;
  readonly guarantee: string;
  /** The text of `topology.describe()`. */
  readonly topology: string;
}

/** `<demo>.status`, compacted: what each scorer said last. Key: instance. */
export function statusTopic(demo: string): Topic<ScorerStatus> {
  return defineTopic<ScorerStatus>({
    name: `${demo}.status`,
    partitions: 1,
    cleanupPolicy: 'compact',
    config: { 'retention.bytes': '4194304' },
    schema: projectFile('shared/monitoring/status.avsc'),
  });
}
