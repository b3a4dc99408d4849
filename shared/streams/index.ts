export { BranchedKStream, type Branches } from './dsl/branched-kstream.js';
export { GlobalKTable } from './dsl/global-ktable.js';
export { KGroupedStream } from './dsl/kgrouped-stream.js';
export { KGroupedTable } from './dsl/kgrouped-table.js';
export { KStream } from './dsl/kstream.js';
export { KTable } from './dsl/ktable.js';
export type { Consumed, Grouped, Materialized, Named, Repartitioned, StreamJoined } from './dsl/options.js';
export { SessionWindowedKStream } from './dsl/session-windowed-kstream.js';
export { keyValueStore, type StoreOptions, StreamsBuilder, sessionStore, windowStore } from './dsl/streams-builder.js';
export { type BufferOptions, Suppressed, type Suppression } from './dsl/suppressed.js';
export { TimeWindowedKStream } from './dsl/time-windowed-kstream.js';
export { timedBy } from './dsl/timed-by.js';
export type { Aggregator, Initializer, Merger, Reducer } from './operators/aggregation.js';
export type { Predicate } from './operators/filter.js';
export type { EmitStrategy } from './operators/final-results.js';
export type { ForeignKeyExtractor } from './operators/foreign-key-join.js';
export type { KeyValueMapper } from './operators/map.js';
export type { BatchContext, BatchMapper } from './operators/map-batch.js';
export type { ValueMapper } from './operators/map-values.js';
export type { ForwardedRecord, Processor, ProcessorContext, ProcessorSupplier } from './operators/process.js';
export type { BatchScorer, ExchangeableScorer, Reason, Scored, ScoredRow, Scorer, Vote } from './operators/score.js';
export type { ValueJoiner } from './operators/table-table-join.js';
export { isTimestamp, type Key, type StreamRecord, type Window, type Windowed } from './record.js';
export { type DeadLetterReason, deadLetterReason } from './runtime/dead-letter.js';
export type { ErrorDecision, ErrorHandlers, FailedRecord } from './runtime/error-handlers.js';
export type { InterceptorSupplier, TaskInterceptor } from './runtime/interceptor.js';
export { type KafkaStreams, startStreams } from './runtime/kafka-streams.js';
export type { Cancellable, PunctuationType } from './runtime/operator-context.js';
export type { QueryableStores, ReadOnlySessionStore, ReadOnlyWindowStore } from './runtime/queryable-stores.js';
export type { ProcessingGuarantee, StreamsConfig, StreamsState } from './runtime/streams-config.js';
export { StreamsMetrics } from './runtime/streams-metrics.js';
export { type Serde, serdes } from './serde.js';
export type { SessionStore } from './stores/state-store.js';
export type { KeyValueStore, ReadOnlyKeyValueStore, WindowStore } from './stores/store-facade.js';
export type {
  TestDriverMetrics,
  TestOutput,
  TestRecord,
  TopologyTestDriver,
  TopologyTestDriverOptions,
} from './test-driver/driver-types.js';
export { createTopologyTestDriver } from './test-driver/topology-test-driver.js';
export { type AnyTopic, type SerdeTopic, serdeTopic } from './topics.js';
export { Topology } from './topology/topology.js';
export { sessionWindowedSerde, timeWindowedSerde } from './windowed-serde.js';
export { JoinWindows, SessionWindows, SlidingWindows, TimeWindows } from './windows.js';
