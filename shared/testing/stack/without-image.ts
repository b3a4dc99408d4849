import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KitError } from '#shared/errors';
import { apicurioJar } from '../apicurio-process.js';
import { kafkaJars } from '../kafka-jars.js';
import { type PrometheusProgram, prometheusProgram } from '../prometheus-programs.js';
import type { ComposeService } from './compose-project.js';
import { type Mount, prepareRoot } from './container-root.js';
import { javaMounts, javaProgram } from './java-program.js';
import { environmentOf, type Runnable } from './runnable.js';

/** What stands in for an image of somebody else's: its user, and its program from jars or from Debian's packages. */
interface StandIn {
  readonly user: number;
  /** Makes what the root needs beside the volumes. */
  prepare(
    root: string,
    service: ComposeService,
  ): Promise<{ readonly mounts: readonly Mount[]; readonly program: readonly string[] }>;
}

/**
 * How a service is run whose image cannot be had without an engine: with the volumes, command and environment that
 * docker-compose.yml gives it, as the user of its image.
 * @param volumeFolder Where the named volumes are; what is in them stays.
 */
export async function withoutItsImage(
  name: string,
  service: ComposeService,
  root: string,
  volumeFolder: string,
): Promise<Runnable> {
  const standIn = standIns[name];
  if (standIn === undefined) throw new KitError('internal', `${name} cannot be started without its image.`);
  await prepareRoot(root);
  const { mounts, program } = await standIn.prepare(root, service);
  const volumes = await Promise.all(
    service.volumes.map(async ({ type, source = '', target, read_only }) => ({
      source: type === 'volume' ? await volume(join(volumeFolder, source), standIn.user) : source,
      target,
      isReadOnly: read_only,
    })),
  );
  return {
    confinement: {
      root,
      workingDirectory: '/',
      isReadOnly: false,
      mounts: [...volumes, ...mounts],
      user: standIn.user,
    },
    program,
    environment: environmentOf(service),
  };
}

/** The folder of a volume, which the user of the image may write, as in the folder of the image that an engine makes it from. */
async function volume(folder: string, user: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  await chown(folder, user, user);
  return folder;
}

/** What the image's scripts give Java beside the heap. */
const KAFKA_JAVA_OPTIONS = [
  '-XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true -Dcom.sun.management.jmxremote=true',
].join(' ');
const KAFKA_PROPERTIES = '/opt/kafka/server.properties';

/** As the image starts it: properties from the environment, a data folder where there is none, the heap as said. */
const kafka: StandIn = {
  user: 1_000,
  async prepare(root, service) {
    const properties = Object.entries(environmentOf(service))
      .filter(([name]) => name.startsWith('KAFKA_') && name !== 'KAFKA_HEAP_OPTS')
      .map(([name, value]) => `${name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.')}=${value}\n`);
    const logger = '-Dorg.slf4j.simpleLogger';
    const run = [
      `${await javaProgram()} $KAFKA_HEAP_OPTS ${KAFKA_JAVA_OPTIONS}`,
      `${logger}.defaultLogLevel=warn ${logger}.log.kafka.server.KafkaRaftServer=info`,
      "-cp '/opt/kafka/libs/*'",
    ].join(' ');
    const format = `kafka.tools.StorageTool format --ignore-formatted -t a2Fma2EtbWwtZGVtb3M -c ${KAFKA_PROPERTIES}`;
    const start = `#!/bin/sh\nset -e\n${run} ${format}\nexec ${run} kafka.Kafka ${KAFKA_PROPERTIES}\n`;
    await mkdir(join(root, 'opt/kafka/bin'), { recursive: true });
    await writeFile(join(root, KAFKA_PROPERTIES), properties.join(''));
    await writeFile(join(root, 'opt/kafka/bin/start.sh'), start, { mode: 0o755 });
    const mounts = [await readable(await kafkaJars(), '/opt/kafka/libs'), ...(await javaMounts())];
    return { mounts, program: ['/opt/kafka/bin/start.sh'] };
  },
};

const schemaRegistry: StandIn = {
  user: 1_001,
  async prepare() {
    const jar = await apicurioJar();
    return {
      mounts: [await readable(dirname(jar), '/deployments'), ...(await javaMounts())],
      program: [await javaProgram(), '-jar', `/deployments/${basename(jar)}`],
    };
  },
};

/** The images of both run as `nobody`, and keep their data in a folder of this name. */
const ofPrometheus = (name: PrometheusProgram): StandIn => ({
  user: 65_534,
  async prepare(root, service) {
    const data = join(root, name);
    await mkdir(data);
    await chown(data, 65_534, 65_534);
    return { mounts: [], program: [await prometheusProgram(name), ...(service.command ?? [])] };
  },
});

const standIns: Readonly<Record<string, StandIn>> = {
  kafka,
  'schema-registry': schemaRegistry,
  prometheus: ofPrometheus('prometheus'),
  alertmanager: ofPrometheus('alertmanager'),
};

/** What was downloaded can be read by whoever downloaded it alone. */
async function readable(folder: string, target: string): Promise<Mount> {
  await chmod(folder, 0o755);
  return { source: folder, target, isReadOnly: true };
}
