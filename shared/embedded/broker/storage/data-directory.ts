import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KitError } from '#shared/errors';
import { Journal } from './journal.js';
import { LogFile } from './log-file.js';
import type { Storage } from './storage.js';

/** Folders that brokers of this process keep their data in. */
const heldHere = new Set<string>();

/**
 * Keeps everything in a folder: `journal.jsonl`, and for each topic a folder with one file a partition. What was written is
 * with the operating system, so it outlives the process, however that ends; a power failure may take the last moments.
 */
export function openDataDirectory(dataDir: string, onWarning: (sentence: string) => void): Storage {
  const root = resolve(dataDir);
  const release = hold(root);
  const journal = new Journal(join(root, 'journal.jsonl'), onWarning);
  const logs = new Set<LogFile>();
  return {
    restored: () => journal.restored(),
    begin: (snapshot) => journal.begin(snapshot),
    record: (entry) => journal.record(entry),
    logStore({ name, id }, partition) {
      // With a part of the id, "Flights" and "flights" are two folders even where the file system does not tell them apart.
      const folder = `${name}.${Buffer.from(id, 'base64url').toString('hex', 0, 4)}`;
      const log = new LogFile(join(root, 'topics', folder, `${partition}.log`), onWarning);
      logs.add(log);
      return log;
    },
    close() {
      for (const log of logs) log.close();
      journal.close();
      release();
    },
  };
}

/** Makes sure that nobody else writes in the folder; gives back the way to let it go. */
function hold(root: string): () => void {
  const lock = join(root, 'broker.lock');
  const refuse = (holder: string) =>
    new KitError(
      'usage',
      `Starting the broker with its data in ${root}: ${holder} uses that folder; stop it, or choose another folder`,
    );
  try {
    mkdirSync(root, { recursive: true });
    if (heldHere.has(root)) throw refuse('another broker of this process');
    const holder = holderOf(lock);
    if (holder !== undefined) throw refuse(`process ${holder} (named in ${lock})`);
    writeFileSync(lock, String(process.pid));
  } catch (reason) {
    throw KitError.from(reason, 'usage', `Starting the broker with its data in ${root}`);
  }
  heldHere.add(root);
  return () => {
    heldHere.delete(root);
    rmSync(lock, { force: true });
  };
}

/** The living process that a lock file names. One that names ourselves was left by a process that had our number before. */
function holderOf(lock: string): number | undefined {
  const pid = Number(readIfThere(lock));
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (reason) {
    // No such process: it ended without letting go. Anything else (not permitted) means that it lives.
    return isCode(reason, 'ESRCH') ? undefined : pid;
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (reason) {
    if (isCode(reason, 'ENOENT')) return '';
    throw reason;
  }
}

const isCode = (reason: unknown, code: string) => reason instanceof Error && 'code' in reason && reason.code === code;
