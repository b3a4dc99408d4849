import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Does a piece of work that only one process on this machine may do at a time; the others wait for their turn. */
export async function exclusively(lockFile: string, work: () => Promise<void>): Promise<void> {
  while (!(await locked(lockFile))) await delay(100);
  try {
    await work();
  } finally {
    await rm(lockFile, { force: true });
  }
}

async function locked(lockFile: string): Promise<boolean> {
  try {
    await writeFile(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const owner = Number(await readFile(lockFile, 'utf8').catch(() => ''));
    // A process that was killed leaves its lock behind. Empty: its owner has just made it, or just gone.
    if (owner > 0 && !isAlive(owner)) await rm(lockFile, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
