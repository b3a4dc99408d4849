export { KStream } from './kstream.js';
export type { BatchContext, BatchMapper } from './operators/map-batch.js';
export type { BatchScorer, Scored, ScoredRow } from './operators/score.js';
export type { Key, StreamRecord } from './record.js';
export { type DeadLetterReason, deadLetterReason } from './runtime/dead-letter.js';
export { type KafkaStreams, type StreamsConfig, type StreamsState, startStreams } from './runtime/streams.js';
export { StreamsBuilder } from './streams-builder.js';
export {
  createTopologyTestDriver,
  type TestRecord,
  type TopologyTestDriver,
  type TopologyTestDriverOptions,
} from './test-driver/topology-test-driver.js';
export { Topology } from './topology.js';
