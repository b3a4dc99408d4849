import { KitError } from '#shared/errors';
import type { OutgoingRecord } from '#shared/kafka';
import type { RecordContext } from '../record.js';
import { deadLetter } from './dead-letter.js';
import type { ErrorDecision, ErrorHandlers, FailedRecord } from './error-handlers.js';

interface FailureOptions {
  readonly handlers: ErrorHandlers;
  /** Full name of the topic for records that fail. */
  readonly deadLetterTopic: string | undefined;
  readonly collect: (record: OutgoingRecord) => void;
  /** What comes of a record in a store or a queue that cannot go on is no fault of the record. */
  readonly onFailed: (failed: FailedRecord) => void;
}

const DOING = { deserialization: 'Reading', processing: 'Processing', production: 'Writing what came of' } as const;

/** Asks the handlers what becomes of records that fail, and does it. */
export class Failures {
  readonly #options: FailureOptions;
  /** Errors that end the task: on their way up nobody handles them again. */
  readonly #fatal = new WeakSet<object>();

  constructor(options: FailureOptions) {
    this.#options = options;
  }

  /** @throws KitError naming the record's coordinates and the operator, where the record is to fail the application. */
  handle(thrown: unknown, stage: FailedRecord['stage'], operator: string, record: RecordContext): void {
    if (typeof thrown === 'object' && thrown !== null && this.#fatal.has(thrown)) throw thrown;
    const at =
      record === undefined ? 'a punctuation' : `${record.topic}-${record.partition} at offset ${record.offset}`;
    const doing = `${DOING[stage]} ${at} in ${operator}`;
    const error = KitError.from(thrown, 'record-unprocessable', doing);
    if (isNoFaultOfTheRecord(error)) this.#end(error);
    const failed = { stage, error, operator, record };
    this.#options.onFailed(failed);
    const decision = this.#decide(failed, doing);
    if (decision === 'continue') return;
    // What fails in a punctuation came of no record in particular: there is none to put aside, and it is not to be lost.
    if (decision === 'dead-letter' && record !== undefined) {
      const { deadLetterTopic } = this.#options;
      if (deadLetterTopic === undefined) {
        this.#end(
          new KitError(
            'usage',
            `${error.message} Its handler asks for a dead letter, but there is no dead-letter topic (\`deadLetterTopic\`).`,
            { cause: error },
          ),
        );
      }
      this.#options.collect(deadLetter(deadLetterTopic, record, error));
      return;
    }
    this.#end(
      error.message.startsWith(doing)
        ? error
        : new KitError(error.code, `${doing}: ${error.message}`, { cause: error }),
    );
  }

  #decide(failed: FailedRecord, doing: string): ErrorDecision {
    const byDefault = this.#options.deadLetterTopic === undefined ? 'fail' : 'dead-letter';
    try {
      return this.#handler(failed.stage)?.(failed) ?? byDefault;
    } catch (thrown) {
      const found = thrown instanceof Error ? thrown.message : String(thrown);
      return this.#end(
        new KitError(
          'usage',
          `${doing}: the ${failed.stage} exception handler threw "${found}", asked about: ${failed.error.message}`,
          {
            cause: thrown,
          },
        ),
      );
    }
  }

  #end(error: KitError): never {
    this.#fatal.add(error);
    throw error;
  }

  #handler(stage: FailedRecord['stage']) {
    const { handlers } = this.#options;
    switch (stage) {
      case 'deserialization':
        return handlers.deserializationExceptionHandler;
      case 'processing':
        return handlers.processingExceptionHandler;
      case 'production':
        return handlers.productionExceptionHandler;
    }
  }
}

function isNoFaultOfTheRecord({ code }: KitError): boolean {
  return code === 'state-store' || code === 'internal' || code === 'topology' || code === 'run-failed';
}
