import { KitError } from '#shared/errors';
import { type StreamRecord, withValue } from '../record.js';
import type { Operator } from '../topology.js';

/** What a batch mapper may know of its surroundings. */
export interface BatchContext {
  /** Wall-clock milliseconds since the epoch, the runtime's or the test driver's. */
  now(): number;
}

/** New values in the order of the records, as many; a KitError in the place of a value fails that record. */
export type BatchMapper<K, V, VR> = (
  records: readonly StreamRecord<K, V>[],
  context: BatchContext,
) => Promise<readonly (VR | KitError)[]>;

/** Parks records until the task has read its chunk, makes one call for all of them, and resumes each in order. */
export function mapBatch<K, V, VR>(mapper: BatchMapper<K, V, VR>): Operator<K, V, K, VR> {
  return (next, task) => {
    let parked: StreamRecord<K, V>[] = [];

    task.afterChunk(async () => {
      if (parked.length === 0) return;
      const batch = parked;
      parked = [];
      const values = await mapper(batch, task);
      if (values.length !== batch.length) {
        throw new KitError(
          'topology',
          `A batch mapper was given ${batch.length} records and returned ${values.length} values; it must return one each.`,
        );
      }
      batch.forEach((record, index) => {
        task.guard(record.origin, () => {
          const value = values[index];
          if (value instanceof KitError) throw value;
          // Lengths are equal, so an undefined value is one that the mapper gave.
          next(withValue(record, value as VR));
        });
      });
    });

    return (record) => {
      parked.push(record);
    };
  };
}
