import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import avsc from 'avsc';
import { buildBatch, readRecords } from '#shared/wire';
import { knownSchemas, type Payment, paymentOf, schemaFolder } from '../job/payments.js';
import { sayAll } from './measured.js';

// Records to bytes and back: codec.js schema | avsc | wire SECONDS

const ROWS = 1_000;
const HEADER_BYTES = 5;

const [what, seconds = ''] = process.argv.slice(2);
const rows = Array.from({ length: ROWS }, (_, number) => paymentOf(number));
const { schemas, writePayment } = await knownSchemas();
const bytes = rows.map((row) => writePayment(row));

/** Does it to each; the last result is looked at, so that no compiler leaves the work out. */
function each<A, B>(all: readonly A[], work: (one: A) => B, isRight: (result: B) => boolean): () => number {
  return () => {
    let last: B | undefined;
    for (const one of all) last = work(one);
    if (last === undefined || !isRight(last)) throw new Error('The codec gives something else than what it was given.');
    return all.length;
  };
}

const isLast = (payment: { readonly id: string }): boolean => payment.id === rows.at(-1)?.id;
const isLastBytes = (value: Buffer): boolean => value.equals(bytes.at(-1) ?? Buffer.alloc(0));

async function schema(): Promise<void> {
  const deserializer = schemas.deserializer<Payment>();
  await deserializer.prepare(bytes);
  deepStrictEqual(
    bytes.map((value) => ({ ...deserializer.decode(value) })),
    rows,
  );
  await sayAll(Number(seconds), {
    decode: each(bytes, (value) => deserializer.decode(value), isLast),
    encode: each(rows, writePayment, isLastBytes),
  });
}

async function bare(): Promise<void> {
  const type = avsc.Type.forSchema(JSON.parse(readFileSync(`${schemaFolder}/payment.avsc`, 'utf8')));
  const header = Buffer.from([0, 0, 0, 0, 1]);
  await sayAll(Number(seconds), {
    decode: each(bytes, (value): Payment => type.fromBuffer(value.subarray(HEADER_BYTES)), isLast),
    encode: each(rows, (row) => Buffer.concat([header, type.toBuffer(row)]), isLastBytes),
  });
}

/** Batches as they are produced and fetched. */
async function wire(): Promise<void> {
  const timestamp = 1;
  const records = bytes.map((value, at) => ({ key: Buffer.from(rows[at]?.id ?? ''), value, timestamp }));
  const batch = buildBatch(records);
  await sayAll(Number(seconds), {
    'records out of a batch': () => {
      const read = Array.from(readRecords(batch));
      if (read.at(-1)?.value?.equals(bytes.at(-1) ?? Buffer.alloc(0)) !== true)
        throw new Error('It reads another record.');
      return read.length;
    },
    'records into a batch': () => {
      if (buildBatch(records).length !== batch.length) throw new Error('It builds another batch.');
      return records.length;
    },
  });
}

await (what === 'schema' ? schema() : what === 'avsc' ? bare() : wire());
