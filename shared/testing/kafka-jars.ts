import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { exclusively } from './exclusively.js';
import { KAFKA_VERSION } from './single-node-kafka.js';

const run = promisify(execFile);

const OLDEST_JAVA = 17;
const DOWNLOAD_TIMEOUT_MS = 180_000;

/** The command that starts Java. */
export const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** What this machine lacks to run Kafka from its jars, as half a sentence; undefined when nothing. */
export async function missingForKafkaJars(): Promise<string | undefined> {
  const version = await run(java, ['-version']).then(
    ({ stderr }) => /version "(?:1\.)?(\d+)/.exec(stderr)?.[1],
    () => undefined,
  );
  if (version === undefined) return `Java ${OLDEST_JAVA} or newer is missing`;
  if (Number(version) < OLDEST_JAVA) return `Java ${OLDEST_JAVA} or newer is needed, and ${java} is Java ${version}`;
  if (existsSync(jarFolder())) return undefined;
  return run('mvn', ['--version']).then(
    () => undefined,
    () => 'Maven (mvn) is missing, which downloads them',
  );
}

/**
 * The folder of Kafka's jars, outside the project so that it outlives a fresh checkout; downloaded when it is missing.
 * @throws KitError 'run-failed' when Maven cannot download them.
 */
export async function kafkaJars(): Promise<string> {
  const folder = jarFolder();
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  // Test files run side by side, and Maven's own repository is not made for two that download the same jars.
  await exclusively(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await download(folder);
  });
  return folder;
}

async function download(folder: string): Promise<void> {
  const incomplete = await mkdtemp(`${folder}.part-`);
  try {
    await run(
      'mvn',
      [
        '--batch-mode',
        '--quiet',
        '--no-transfer-progress',
        `--file=${fileURLToPath(projectFile('shared/testing/real-kafka/pom.xml'))}`,
        'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
        `-Dkafka.version=${KAFKA_VERSION}`,
        '-DincludeScope=runtime',
        `-DoutputDirectory=${incomplete}`,
      ],
      { timeout: DOWNLOAD_TIMEOUT_MS },
    );
    await rename(incomplete, folder);
  } catch (error) {
    await rm(incomplete, { recursive: true, force: true });
    // Maven says on standard output what failed.
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : '';
    const reason = said.split('\n').find((line) => line.includes('ERROR')) ?? KitError.from(error).message;
    throw new KitError('run-failed', `Downloading Apache Kafka ${KAFKA_VERSION} with Maven: ${reason}`, {
      cause: error,
    });
  }
}

function jarFolder(): string {
  return join(cacheFolder(), `kafka-${KAFKA_VERSION}`);
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kafka-ml-demos');
}
