import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { KitError } from '#shared/errors';
import { startRealKafka } from './real-kafka.js';
import type { RealKafka } from './single-node-kafka.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the Apache Kafka that the files of this run share is asked for. */
    sharedKafka: string;
  }
}

/**
 * Before the first test file: listens for who needs an Apache Kafka, starts one for the first that does, and tells all of
 * them where it is; gives what ends it after the last. A start takes two Java machines some seconds, and dozens of files
 * want one.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let kafka: Promise<RealKafka> | undefined;
  const server = createServer((_request, response) => {
    kafka ??= startRealKafka();
    kafka.then(
      ({ brokers }) => response.end(brokers),
      (error: unknown) => response.writeHead(500).end(KitError.from(error).message),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  project.provide('sharedKafka', `http://127.0.0.1:${port}/`);
  return async () => {
    server.close();
    server.closeAllConnections();
    await (await kafka?.catch(() => undefined))?.close();
  };
}
