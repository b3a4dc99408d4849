import { FifoMap } from '#shared/dashboard';
import type { ConsumedRecord } from '#shared/kafka';

/** Where a record lies on a topic that is known. */
export interface TrailPlace {
  readonly partition: number;
  readonly offset: number;
}

/** Where the records of one unit lie, as far as they were read. */
export interface Trail {
  /** The last ones, of a unit that several make. */
  readonly inputs: readonly TrailPlace[];
  /** How many inputs were read of it. */
  readonly inputsRead: number;
  readonly prediction: TrailPlace | undefined;
  readonly outcome: TrailPlace | undefined;
  readonly deadLetter: TrailPlace | undefined;
}

type Kind = 'input' | 'prediction' | 'outcome' | 'deadLetter';

/** Units of which it is known where their records lie. */
const MOST_UNITS = 20_000;
const MOST_INPUTS = 4;

interface Entry {
  inputs: TrailPlace[];
  inputsRead: number;
  prediction: TrailPlace | undefined;
  outcome: TrailPlace | undefined;
  deadLetter: TrailPlace | undefined;
}

/** Where the records of the last 20,000 units lie: what one asks for by an id can be found without reading a topic through. */
export class RecordTrail {
  // Told of each record: the oldest of a plain map costs more to find the more were taken out before it.
  readonly #units = new FifoMap<Entry>(MOST_UNITS);

  /** Of how many units it is known. */
  get size(): number {
    return this.#units.size;
  }

  of(id: string): Trail | undefined {
    return this.#units.get(id);
  }

  add(kind: Kind, id: string, { partition, offset }: Pick<ConsumedRecord, 'partition' | 'offset'>): void {
    const entry = this.#units.get(id) ?? this.#begin(id);
    const place = { partition, offset };
    if (kind !== 'input') {
      entry[kind] = place;
      return;
    }
    entry.inputsRead += 1;
    if (entry.inputs.length >= MOST_INPUTS) entry.inputs.shift();
    entry.inputs.push(place);
  }

  #begin(id: string): Entry {
    const entry = { inputs: [], inputsRead: 0, prediction: undefined, outcome: undefined, deadLetter: undefined };
    this.#units.set(id, entry);
    return entry;
  }
}
