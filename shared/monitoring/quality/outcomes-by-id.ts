import type { Key, Processor, ProcessorContext, StreamRecord } from '#shared/streams';
import type { KnownOutcome, Side } from './labelled.js';

interface Reading<O> {
  id(outcome: O): string;
  positive(outcome: O): boolean;
  counts?(outcome: O): boolean;
}

/** Gives outcomes under the ids of their units. A processor, for headers say which lap they are of. */
export class OutcomesById<O> implements Processor<Key, O, Key, Side> {
  readonly #read: Reading<O>;
  readonly #lapHeader: string;
  #context: ProcessorContext<Key, Side> | undefined;

  constructor(read: Reading<O>, lapHeader: string) {
    this.#read = read;
    this.#lapHeader = lapHeader;
  }

  init(context: ProcessorContext<Key, Side>): void {
    this.#context = context;
  }

  process({ value: outcome, timestamp, headers }: StreamRecord<Key, O>): void {
    const known: KnownOutcome = {
      positive: this.#read.positive(outcome),
      firstLap: headers[this.#lapHeader] === undefined,
      counts: this.#read.counts?.(outcome) ?? true,
    };
    this.#context?.forward({ key: this.#read.id(outcome), value: { known }, timestamp });
  }
}
