import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitError } from '#shared/errors';
import { startBoundProcess } from './bound-process.js';
import { freePort } from './free-port.js';
import { downloaded, type JavaProgram, java, missingFor } from './maven-cache.js';

/** The last version for Java 17. */
export const APICURIO_VERSION = '2.6.13.Final';

const START_TIMEOUT_MS = 90_000;
const STOP_PATIENCE_MS = 5_000;

const apicurio: JavaProgram = {
  name: `Apicurio Registry ${APICURIO_VERSION}`,
  folderName: `apicurio-registry-${APICURIO_VERSION}`,
  mavenArguments: (folder) => [
    'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack',
    `-Dartifact=io.apicurio:apicurio-registry-app:${APICURIO_VERSION}:tar.gz:all`,
    `-DoutputDirectory=${folder}`,
  ],
};

/** A running Apicurio Registry, its schemas in memory. */
export interface Apicurio extends AsyncDisposable {
  /** Of its Confluent-compatible API. */
  readonly url: string;
  close(): Promise<void>;
}

/** What this machine lacks to run Apicurio Registry, as half a sentence; undefined when nothing. */
export const missingForApicurio = (): Promise<string | undefined> => missingFor(apicurio);

/**
 * The jar that starts it, beside the folder of those that it needs; downloaded when it is missing.
 * @throws KitError 'run-failed' when Maven cannot download it.
 */
export async function apicurioJar(): Promise<string> {
  const folder = await downloaded(apicurio);
  const runner = (await readdir(folder)).find((file) => file.endsWith('-runner.jar'));
  if (runner === undefined) throw new KitError('run-failed', `Starting Apicurio Registry: ${folder} has no runner.jar`);
  return join(folder, runner);
}

/**
 * Starts Apicurio Registry from its jars, which Maven downloads once; no container is needed, and none is used.
 * @throws KitError 'run-failed' with the end of its log when it does not serve within 90 s.
 */
export async function startApicurio(): Promise<Apicurio> {
  const runner = await apicurioJar();
  const port = await freePort();
  const temporary = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-apicurio-'));
  const registry = startBoundProcess(java, [
    '-Xmx384m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Djava.io.tmpdir=${temporary}`,
    '-Dquarkus.http.host=127.0.0.1',
    `-Dquarkus.http.port=${port}`,
    '-jar',
    runner,
  ]);
  const close = async (): Promise<void> => {
    await registry.close(STOP_PATIENCE_MS);
    await rm(temporary, { recursive: true, force: true });
  };
  try {
    await registry.said(/Listening on: http/, AbortSignal.timeout(START_TIMEOUT_MS));
  } catch (error) {
    await close();
    throw new KitError(
      'run-failed',
      `Starting Apicurio Registry ${APICURIO_VERSION}: ${KitError.from(error).message} The end of its log:\n${registry.tail()}`,
      { cause: error },
    );
  }
  return { url: `http://127.0.0.1:${port}/apis/ccompat/v7`, close, [Symbol.asyncDispose]: close };
}
