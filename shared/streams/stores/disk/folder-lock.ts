import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { KitError } from '#shared/errors';
import { storageFailure } from './storage-failure.js';

const ownerSchema = z.object({ pid: z.number(), host: z.string(), started: z.string() });

type Owner = z.infer<typeof ownerSchema>;

/** The file that says which process uses a folder. */
export const LOCK_FILE = 'in-use-by.json';

/**
 * Claims a folder for this process and gives what releases it. A claim of a process that has ended does not count, nor does one of
 * another machine, whose processes cannot be asked: a folder belongs to one machine. Node has no file locks; where two
 * processes still get past this file, the owner that the environment remembers keeps the first one from writing.
 * @throws KitError 'state-store' where another process, or another part of this one, has the folder.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, LOCK_FILE);
  const own = describeProcess(process.pid);
  try {
    mkdirSync(folder, { recursive: true });
    const owner = readOwner(file);
    if (owner !== undefined && isRunning(owner)) throw taken(folder, owner);
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(own), { flag: 'wx' });
  } catch (error) {
    throw storageFailure(error, 'Claiming the state folder', folder);
  }
  return () => {
    if (isSame(readOwner(file), own)) rmSync(file, { force: true });
  };
}

/** What tells a process from others of this machine, also from a later one with the same number. */
export function describeProcess(pid: number): Owner {
  return { pid, host: hostname(), started: startOf(pid) };
}

function taken(folder: string, { pid }: Owner): KitError {
  const who = pid === process.pid ? 'this process, which has not closed it' : `the process ${pid}`;
  return new KitError(
    'state-store',
    `The state folder "${folder}" is in use by ${who}. Two instances on one machine need a stateDir each; otherwise end that process first.`,
  );
}

function readOwner(file: string): Owner | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    // Written halfway when a process ended.
    return undefined;
  }
}

function isRunning(owner: Owner): boolean {
  if (owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // Any other answer, such as EPERM, comes from a process that is there.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  return isSame(owner, describeProcess(owner.pid));
}

function isSame(a: Owner | undefined, b: Owner): boolean {
  return a?.pid === b.pid && a.host === b.host && a.started === b.started;
}

/** Boot and ticks since boot, where the system tells (Linux); in containers most processes have the same few numbers. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may contain anything; the start is the 20th field after it.
    return `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return '';
  }
}
