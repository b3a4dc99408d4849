import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KitError } from '#shared/errors';
import { exclusively } from './exclusively.js';

const run = promisify(execFile);

const OLDEST_JAVA = 17;
const DOWNLOAD_TIMEOUT_MS = 180_000;

/** The command that starts Java. */
export const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** A program in Java that Maven downloads once. */
export interface JavaProgram {
  /** With its version: 'Apache Kafka 4.3.1'. */
  readonly name: string;
  /** Of its folder in the cache, with its version. */
  readonly folderName: string;
  /** What Maven is to do, into the folder that it is given. */
  readonly mavenArguments: (folder: string) => readonly string[];
}

/** What this machine lacks to run a program, as half a sentence; undefined when nothing. */
export async function missingFor(program: JavaProgram): Promise<string | undefined> {
  const version = await run(java, ['-version']).then(
    ({ stderr }) => /version "(?:1\.)?(\d+)/.exec(stderr)?.[1],
    () => undefined,
  );
  if (version === undefined) return `Java ${OLDEST_JAVA} or newer is missing`;
  if (Number(version) < OLDEST_JAVA) return `Java ${OLDEST_JAVA} or newer is needed, and ${java} is Java ${version}`;
  if (existsSync(folderOf(program))) return undefined;
  return run('mvn', ['--version']).then(
    () => undefined,
    () => 'Maven (mvn) is missing, which downloads them',
  );
}

/**
 * The folder of a program's files, outside the project so that it outlives a fresh checkout; downloaded when it is
 * missing.
 * @throws KitError 'run-failed' when Maven cannot download them.
 */
export async function downloaded(program: JavaProgram): Promise<string> {
  const folder = folderOf(program);
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  // Test files run side by side, and Maven's own repository is not made for two that download the same jars.
  await exclusively(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await download(program, folder);
  });
  return folder;
}

async function download(program: JavaProgram, folder: string): Promise<void> {
  const incomplete = await mkdtemp(`${folder}.part-`);
  try {
    await run('mvn', ['--batch-mode', '--quiet', '--no-transfer-progress', ...program.mavenArguments(incomplete)], {
      timeout: DOWNLOAD_TIMEOUT_MS,
    });
    await rename(incomplete, folder);
  } catch (error) {
    await rm(incomplete, { recursive: true, force: true });
    // Maven says on standard output what failed.
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : '';
    const reason = said.split('\n').find((line) => line.includes('ERROR')) ?? KitError.from(error).message;
    throw new KitError('run-failed', `Downloading ${program.name} with Maven: ${reason}`, { cause: error });
  }
}

const folderOf = ({ folderName }: JavaProgram): string => join(cacheFolder(), folderName);

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kafka-ml-demos');
}
