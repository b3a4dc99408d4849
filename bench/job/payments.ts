import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OutgoingRecord } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { type AvroSchema, defineTopic, offlineSchemas, type Schemas, type Serializer } from '#shared/schema';
import { uniform } from './uniform.js';

// The job that all end-to-end cases and all rivals do: payments in, each scored by a model of its twelve numbers. A payment
// follows from its number, so that every process knows all of them.

/** Where the schemas are that every rival reads; their ids in the wire format are 1 and 2. */
export const schemaFolder = fileURLToPath(projectFile('bench/rivals/schemas'));

const schemaOf = (name: string): AvroSchema => JSON.parse(readFileSync(`${schemaFolder}/${name}.avsc`, 'utf8'));

export interface Payment extends Readonly<Record<string, number | string>> {
  readonly id: string;
}

export interface Score {
  readonly id: string;
  readonly score: number;
  readonly modelVersion: string;
}

export const PARTITIONS = 4;

/** How a topic of payments is: all have the usual one, but for the case that shows how cost grows. */
export interface Shape {
  readonly partitions: number;
  /** What each payment carries along beside what the model takes. */
  readonly attachmentBytes: number;
}

export const usualShape: Shape = { partitions: PARTITIONS, attachmentBytes: 0 };

export const payments = defineTopic<Payment>({ name: 'payments', partitions: PARTITIONS, schema: schemaOf('payment') });
export const scores = defineTopic<Score>({ name: 'scores', partitions: PARTITIONS, schema: schemaOf('score') });

const attachedPayments = defineTopic<Readonly<Record<string, number | string | Buffer>>>({
  name: payments.name,
  partitions: PARTITIONS,
  schema: {
    ...payments.schema,
    fields: [...(payments.schema.fields as object[]), { name: 'attachment', type: 'bytes' }],
  } as AvroSchema,
});

/** The numbers of a payment, in the order of the schema and of the model's columns: [name, one of 0 … 1 to its value]. */
const columns: readonly (readonly [string, (share: number) => number])[] = [
  ['amount', (share) => cents(5 + 995 * share ** 3)],
  ['balance', (share) => cents(5_000 * share - 500)],
  ['meanAmount', (share) => cents(10 + 300 * share ** 2)],
  ['kilometresFromHome', (share) => cents(2_000 * share ** 4)],
  ['minutesSinceLast', (share) => cents(10_000 * share ** 3)],
  ['merchantRisk', (share) => share],
  ['countryRisk', (share) => share ** 2],
  ['deviceRisk', (share) => share ** 2],
  ['hour', (share) => Math.floor(24 * share)],
  ['paymentsToday', (share) => Math.floor(20 * share ** 2)],
  ['failedTries', (share) => Math.floor(5 * share ** 3)],
  ['cardAgeMonths', (share) => Math.floor(120 * share)],
];

export const columnNames: readonly string[] = columns.map(([name]) => name);

// What a float holds, so that it is the same number in the record, in the model and in every language.
const cents = (value: number): number => Math.fround(Math.round(value * 100) / 100);

/** A value as a column has them; the thresholds of the model are such values as well. */
export function columnValue(column: number, share: number): number {
  return Math.fround(columns[column]?.[1](share) ?? Number.NaN);
}

const ID_DIGITS = 8;
const idOf = (number: number): string => `payment-${String(number).padStart(ID_DIGITS, '0')}`;
/** NaN where it is no payment's id. */
export const numberOf = (id: string): number =>
  /^payment-\d{8}$/.test(id) ? Number(id.slice(-ID_DIGITS)) : Number.NaN;

/** The numbers of a payment, as the model takes them. */
export const numbersOf = (number: number): number[] =>
  columns.map((_, column) => columnValue(column, uniform(number, column)));

export function paymentOf(number: number): Payment {
  const values = numbersOf(number);
  return { id: idOf(number), ...Object.fromEntries(columnNames.map((name, column) => [name, values[column] ?? 0])) };
}

/** The payment of a number, as it is sent. */
export function paymentRecord(
  topic: string,
  number: number,
  timestamp: number,
  write: Serializer<Payment>,
  { partitions }: Shape = usualShape,
): OutgoingRecord {
  const payment = paymentOf(number);
  return { topic, key: payment.id, value: write(payment), timestamp, partition: number % partitions };
}

/** Schemas that every process of a run numbers alike, so that none needs a registry. */
export async function knownSchemas(): Promise<{
  readonly schemas: Schemas;
  readonly writePayment: Serializer<Payment>;
  readonly writeScore: Serializer<Score>;
  /** Payments with so much beside them; as they are where that is nothing. */
  readonly writeAttached: (bytes: number) => Serializer<Payment>;
}> {
  const schemas = offlineSchemas();
  const writePayment = await schemas.register(payments, payments.name);
  const writeScore = await schemas.register(scores, scores.name);
  const writeBoth = await schemas.register(attachedPayments, payments.name);
  const writeAttached = (bytes: number): Serializer<Payment> => {
    if (bytes === 0) return writePayment;
    const attachment = randomBytes(bytes);
    return (payment) => writeBoth({ ...payment, attachment });
  };
  return { schemas, writePayment, writeScore, writeAttached };
}
