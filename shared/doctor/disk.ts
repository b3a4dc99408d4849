import { access, constants, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { bad, type Finding, good, note } from './finding.js';

export interface Disk {
  readonly folder: string;
  /** Megabytes that are free; undefined where that cannot be asked. */
  readonly free: number | undefined;
  /** Why nothing can be written there; undefined where it can. */
  readonly refusal: string | undefined;
}

/** Megabytes: what is compiled, and logs of runs that are to be kept. */
const LITTLE = 200;

/** The folder of the project: the build is written there. */
export async function lookAtProjectFolder(): Promise<Disk> {
  const folder = fileURLToPath(projectFile('.'));
  const refusal = await access(folder, constants.W_OK).then(() => undefined, reasonOf);
  return { folder, free: await freeIn(folder), refusal };
}

export async function lookAtTemporaryFolder(): Promise<Disk> {
  const folder = tmpdir();
  return { folder, free: await freeIn(folder), refusal: await writing(folder).then(() => undefined, reasonOf) };
}

async function writing(folder: string): Promise<void> {
  const own = await mkdtemp(join(folder, 'kafka-ml-demos-doctor-'));
  try {
    await writeFile(join(own, 'file'), 'written');
  } finally {
    await rm(own, { recursive: true });
  }
}

async function freeIn(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return Math.floor((bavail * bsize) / 1_048_576);
  } catch {
    // A file system that does not say: the finding says that it is not known.
    return undefined;
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function judgeDisk(subject: string, { folder, free, refusal }: Disk): Finding {
  if (refusal !== undefined) {
    return bad(subject, `nothing can be written to ${folder}: ${refusal}`, 'Give this user the right to write there.');
  }
  if (free === undefined) return good(subject, `${folder} can be written to; how much is free is not known`);
  const found = `${free < 10_240 ? `${free} MB` : `${Math.floor(free / 1_024)} GB`} free in ${folder}`;
  return free < LITTLE ? note(subject, found, 'Make room, before a run ends on a full disk.') : good(subject, found);
}
