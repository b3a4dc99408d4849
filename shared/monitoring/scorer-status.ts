import type { MetricSample } from '#shared/metrics';
import { projectFile } from '#shared/project-file';
import { defineTopic, type Topic } from '#shared/schema';
import { NEWEST } from './monitoring-topics.js';

/** A scorer's heartbeat, as it writes it to the status topic. */
export interface ScorerStatus {
  readonly instance: string;
  /** Kafka Streams' state: RUNNING, REBALANCING, … */
  readonly state: string;
  /** Milliseconds since 1970, by the scorer's clock. */
  readonly heartbeatAt: number;
  readonly recordsPerSecond: number;
  /** Records scored since the start. */
  readonly scoredTotal: number;
  /** Input partitions assigned. */
  readonly partitions: number;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly modelSha256: string;
  readonly guarantee: string;
  /** The text of `topology.describe()`. */
  readonly topology: string;
  /** Since when the model serves here, milliseconds since 1970; null where a scorer does not say. */
  readonly modelSince: number | null;
  /** When it was published; null: it is the scorer's own. */
  readonly modelPublishedAt: number | null;
  /** The label of a score from the threshold on; null where it has none. */
  readonly modelPositive: string | null;
  /** From which score on it decides for the second label; null where it does not say. */
  readonly modelThreshold: number | null;
  /** Exchanges of the model, and published versions refused, since the start. */
  readonly swapsTotal: number;
  readonly refusalsTotal: number;
  /** The published version that was refused last, until another one is taken. */
  readonly refusal: RefusedModel | null;
  /** The model that scores beside the serving one. */
  readonly challenger: ChallengerStatus | null;
  /** By input: values that the model was not trained on. */
  readonly unknownCategories: Readonly<Record<string, number>>;
  /** What the scorer measures of itself; empty where it does not say. */
  readonly metrics: readonly MetricSample[];
  /** What is switched on that it obeys: the ids of the control topic. */
  readonly obeys: readonly string[];
  /** The input partitions that it has, as `topic-0`. */
  readonly tasks: readonly string[];
  /** Records that went along each edge of `topology` since the start, in the order of the text; empty where it does not count. */
  readonly edges: readonly number[];
  /** Records that failed at each node of `topology` since the start, in the order of the text; empty where it does not count. */
  readonly failed: readonly number[];
}

interface RefusedModel {
  /** champion or challenger */
  readonly role: string;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly publishedAt: number;
  readonly code: string;
  readonly message: string;
  readonly refusedAt: number;
}

/** How a challenger compares with the model that serves, since both of them are there. */
export interface ChallengerStatus {
  readonly modelName: string;
  readonly modelVersion: string;
  /** Records that both scored. */
  readonly compared: number;
  /** Records that they decide differently. */
  readonly disagreed: number;
  /** Of the absolute difference of their scores. */
  readonly meanDifference: number;
  /** Records that the challenger could not score. */
  readonly failed: number;
  /** Records left out because the challenger was behind. */
  readonly skipped: number;
}

/** `<demo>.status`, compacted: what each scorer said last. Key: instance. */
export function statusTopic(demo: string): Topic<ScorerStatus> {
  return defineTopic<ScorerStatus>({
    name: `${demo}.status`,
    partitions: 1,
    cleanupPolicy: 'compact',
    config: NEWEST,
    schema: projectFile('shared/monitoring/status.avsc'),
  });
}
