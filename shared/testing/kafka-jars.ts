import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { downloaded, type JavaProgram, missingFor } from './maven-cache.js';
import { KAFKA_VERSION } from './single-node-kafka.js';

const kafka: JavaProgram = {
  name: `Apache Kafka ${KAFKA_VERSION}`,
  folderName: `kafka-${KAFKA_VERSION}`,
  mavenArguments: (folder) => [
    `--file=${fileURLToPath(projectFile('shared/testing/real-kafka/pom.xml'))}`,
    'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
    `-Dkafka.version=${KAFKA_VERSION}`,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
  ],
};

/** What this machine lacks to run Kafka from its jars, as half a sentence; undefined when nothing. */
export const missingForKafkaJars = (): Promise<string | undefined> => missingFor(kafka);

/**
 * The folder of Kafka's jars; downloaded when it is missing.
 * @throws KitError 'run-failed' when Maven cannot download them.
 */
export const kafkaJars = (): Promise<string> => downloaded(kafka);
