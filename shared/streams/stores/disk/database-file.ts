import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The name is the database library's. */
export const DATABASE_FILE = 'data.mdb';

/** Where the first page of a database, behind the page's own header, says what it is; little or big endian as the machine is. */
const MAGIC_AT = 24;
const MAGIC = 0xbeefc0de;

/**
 * Removes a database file that is none, such as one that a full disk cut short: its content is restored from the changelogs.
 * The library must not see it: lmdb 3.5.6 crashes the process where it should refuse such a file.
 */
export function discardForeignFile(folder: string): void {
  const file = join(folder, DATABASE_FILE);
  const header = readHeader(file);
  if (header === undefined || header.length === 0) return;
  const isDatabase =
    header.length === MAGIC_AT + 4 &&
    (header.readUInt32LE(MAGIC_AT) === MAGIC || header.readUInt32BE(MAGIC_AT) === MAGIC);
  if (!isDatabase) rmSync(file);
}

function readHeader(file: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const header = Buffer.alloc(MAGIC_AT + 4);
    return header.subarray(0, readSync(descriptor, header));
  } finally {
    closeSync(descriptor);
  }
}
