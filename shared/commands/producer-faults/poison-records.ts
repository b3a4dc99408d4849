import type { OutgoingRecord } from '#shared/kafka';

/** One poison record to so many main records. */
const EVERY = 50;
/** However fast a demo runs: twenty a second. */
const APART_MS = 50;
/** Nobody has registered as many schemas. */
const UNKNOWN_SCHEMA = 0x7fff_ffff;
/** The magic byte and the schema id of Confluent's wire format. */
const HEADER_BYTES = 5;

/** What cannot be read, in turn: no Avro at all, of a schema that the registry does not know, cut off in the middle. */
const poisons: readonly ((value: Buffer) => Buffer)[] = [
  () => Buffer.from('not a record of this topic'),
  (value) => {
    const unknown = Buffer.from(value);
    unknown.writeInt32BE(UNKNOWN_SCHEMA, 1);
    return unknown;
  },
  (value) => value.subarray(0, HEADER_BYTES + Math.floor((value.length - HEADER_BYTES) / 2)),
];

/** Makes records that nobody can read, each beside one that all can. */
export class PoisonRecords {
  #beside = 0;
  #made = 0;
  #madeAt = Number.NEGATIVE_INFINITY;

  /** What is sent beside a main record: with its key, its time and its headers, or nothing. `now` in milliseconds. */
  beside(record: OutgoingRecord, now: number): OutgoingRecord | undefined {
    this.#beside += 1;
    const { value } = record;
    if (this.#beside % EVERY !== 0 || now - this.#madeAt < APART_MS || value === null) return undefined;
    this.#madeAt = now;
    const poison = poisons[this.#made % poisons.length];
    this.#made += 1;
    return poison && { ...record, value: poison(value) };
  }
}
