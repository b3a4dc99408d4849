import { KitError } from '#shared/errors';
import { defined, type StreamRecord, withValue } from '../record.js';
import type { OperatorContext, ParkedAt } from '../runtime/operator-context.js';
import type { Operator, Step } from '../topology/graph.js';

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

interface Parked<K, V> {
  readonly record: StreamRecord<K, V>;
  readonly at: ParkedAt;
}

/** Parks records until the task has read its chunk, makes one call for all of them, and resumes each in order. */
export function mapBatch<K, V, VR>(mapper: BatchMapper<K, V, VR>): Operator<K, V, K, VR> {
  return (next, context) => {
    let parked: Parked<K, V>[] = [];

    context.afterChunk(async () => {
      if (parked.length === 0) return;
      const batch = parked;
      parked = [];
      const values = await called(mapper, batch, context);
      batch.forEach(({ record, at }, index) => {
        // As many values as records: one that is undefined is one that the mapper gave.
        goOn(record, at, values[index] as VR | KitError, next, context);
      });
    });

    return (record) => {
      parked.push({ record, at: context.park() });
    };
  };
}

/** The mapper's values; where it rejects, each record is tried alone, so that one of them does not fail the others. */
async function called<K, V, VR>(
  mapper: BatchMapper<K, V, VR>,
  batch: readonly Parked<K, V>[],
  context: OperatorContext,
): Promise<readonly (VR | KitError)[]> {
  try {
    const values = await mapper(
      batch.map(({ record }) => record),
      context,
    );
    if (values.length !== batch.length) throw surplus(context.operator, batch.length, values.length);
    return values;
  } catch (error) {
    if (error instanceof KitError && error.code === 'topology') throw error;
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) return [KitError.from(error, 'record-unprocessable')];
    const each: (VR | KitError)[] = [];
    for (const one of batch) each.push(...(await called(mapper, [one], context)));
    return each;
  }
}

function surplus(operator: string, given: number, returned: number): KitError {
  return new KitError(
    'topology',
    `The batch mapper of ${operator} was given ${given} records and returned ${returned} values; it must return one each.`,
  );
}

function goOn<K, V, VR>(
  record: StreamRecord<K, V>,
  at: ParkedAt,
  value: VR | KitError,
  next: Step<K, VR>,
  context: OperatorContext,
): void {
  if (value instanceof KitError) context.fail(at, value);
  else context.resume(at, next, withValue(record, defined(value)));
}
