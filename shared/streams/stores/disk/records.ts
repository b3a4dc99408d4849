import { z } from 'zod';
import { serdes } from '../../serde.js';
import type { ByteDatabase } from './byte-database.js';

/** What a task's folder remembers of itself. */
export const environmentRecord = z.object({
  formatVersion: z.number(),
  /** Drawn by whoever opened the folder last: only that one may write. */
  owner: z.string(),
  /** Set with the first write after the folder was opened, until it is closed cleanly. */
  inUse: z.boolean(),
});

export type EnvironmentRecord = z.infer<typeof environmentRecord>;

export const ENVIRONMENT_KEY = 'environment';

/** What sort of content a store has, whatever its serdes are; where it changes, the content is of no use any more. */
const storeKinds = ['key-value', 'window', 'window-with-duplicates', 'session'] as const;

export type StoreKind = (typeof storeKinds)[number];

// Numbers of operators may be any, such as -Infinity.
const anyNumber = z.custom<number>((value) => typeof value === 'number');

/** What is remembered of a store beside its content. */
export const storeRecord = z.object({
  kind: z.enum(storeKinds),
  /** The offset of the changelog that is to be restored next. */
  checkpoint: z.number().int().nonnegative().optional(),
  /** The newest start of a window or end of a session, which decides what has expired; -1 at first. */
  newestTime: z.number(),
  /** The last number that told duplicates apart. */
  sequence: z.number(),
  metadata: z.record(z.string(), anyNumber),
});

export type StoreRecord = z.infer<typeof storeRecord>;

/** What a store's database is called, and its record. */
export function storeKey(name: string): string {
  return `store:${name}`;
}

/** A record, or undefined where there is none or it was written by code that is too different. */
export function readRecord<T>(records: ByteDatabase, key: string, schema: z.ZodType<T>): T | undefined {
  const bytes = records.get(textOf(key));
  if (bytes === undefined) return undefined;
  try {
    return schema.parse(serdes.json<unknown>().deserialize(bytes));
  } catch {
    // The caller starts anew: that is what a changelog is for.
    return undefined;
  }
}

export function writeRecord(records: ByteDatabase, key: string, record: EnvironmentRecord | StoreRecord): void {
  records.put(textOf(key), serdes.json().serialize(record));
}

export function removeRecord(records: ByteDatabase, key: string): void {
  records.remove(textOf(key));
}

function textOf(key: string): string {
  return Buffer.from(key).toString('latin1');
}
