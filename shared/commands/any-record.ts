import { isUtf8 } from 'node:buffer';
import { KitError } from '#shared/errors';
import type { Deserializer } from '#shared/schema';
import type { ModelCard } from '#shared/scoring';
import type { Serde } from '#shared/streams';
import { jsonRow, numberInputs } from './json-row.js';

/**
 * Reads records that others have declared: Avro in Confluent wire format, which begins with a zero byte, or JSON objects,
 * which never do. Nothing is written with it.
 */
export function anyRecordSerde(avro: Deserializer<unknown>, card: ModelCard): Serde<object> {
  const numbers = numberInputs(card);
  return {
    // What is no Avro has no schema to look up.
    prepare: (values) => avro.prepare(values),
    deserialize(bytes) {
      if (bytes[0] === 0) return recordOf(avro.decode(bytes));
      if (!isUtf8(bytes)) {
        throw new KitError(
          'record-undecodable',
          `The record is neither Avro in Confluent wire format, which begins with a zero byte, nor JSON in UTF-8; it begins with the byte ${bytes[0]}.`,
        );
      }
      const row = jsonRow('record', bytes.toString('utf8'), numbers);
      if (row instanceof KitError) throw row;
      return row;
    },
    serialize() {
      throw new KitError('internal', 'Records of the input are read, not written.');
    },
  };
}

function recordOf(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  const kind = value === null ? 'null' : `a ${typeof value}`;
  throw new KitError(
    'record-unscorable',
    `The record holds ${kind}; it must be a record, with the model's inputs as its fields.`,
  );
}
