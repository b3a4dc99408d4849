import type { Key, Processor, ProcessorContext, StreamRecord } from '#shared/streams';

/** What became of a unit. */
export interface KnownOutcome {
  readonly positive: boolean;
  /** Whether it is of the first lap through the data. */
  readonly firstLap: boolean;
}

interface Reading<O> {
  id(outcome: O): string;
  positive(outcome: O): boolean;
  counts?(outcome: O): boolean;
}

/** Gives outcomes under the ids of their units, those that count. A processor, for headers say which lap they are of. */
export class ById<O> implements Processor<Key, O, Key, KnownOutcome> {
  readonly #read: Reading<O>;
  readonly #lapHeader: string;
  #context: ProcessorContext<Key, KnownOutcome> | undefined;

  constructor(read: Reading<O>, lapHeader: string) {
    this.#read = read;
    this.#lapHeader = lapHeader;
  }

  init(context: ProcessorContext<Key, KnownOutcome>): void {
    this.#context = context;
  }

  process({ value: outcome, timestamp, headers }: StreamRecord<Key, O>): void {
    if (this.#read.counts?.(outcome) === false) return;
    const known = { positive: this.#read.positive(outcome), firstLap: headers[this.#lapHeader] === undefined };
    this.#context?.forward({ key: this.#read.id(outcome), value: known, timestamp });
  }
}
