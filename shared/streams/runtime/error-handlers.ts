import type { KitError } from '#shared/errors';
import type { RecordContext } from '../record.js';

/** A record that could not be decoded, processed or written. */
export interface FailedRecord {
  readonly stage: 'deserialization' | 'processing' | 'production';
  readonly error: KitError;
  /** The operator that failed; of records that do not decode, the source. */
  readonly operator: string;
  /** The input record; none in a punctuation. */
  readonly record: RecordContext;
}

/**
 * What becomes of a record that failed: 'fail' ends the application, 'continue' goes on without it, 'dead-letter' writes
 * it to the dead-letter topic and goes on. A punctuation has no record that could be written: 'dead-letter' ends the
 * application there.
 */
export type ErrorDecision = 'fail' | 'continue' | 'dead-letter';

/**
 * Names follow Kafka Streams' configuration (`deserialization.exception.handler` …). Where one is absent, records go to the
 * dead-letter topic if there is one, and fail the application otherwise. A handler that throws ends the application, too.
 */
export interface ErrorHandlers {
  readonly deserializationExceptionHandler?: (failed: FailedRecord) => ErrorDecision;
  readonly processingExceptionHandler?: (failed: FailedRecord) => ErrorDecision;
  readonly productionExceptionHandler?: (failed: FailedRecord) => ErrorDecision;
}
