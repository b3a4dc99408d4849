import { parentPort, workerData } from 'node:worker_threads';
import { startBroker } from '#shared/embedded/broker';
import { startRegistry } from '#shared/embedded/registry';
import { KitError } from '#shared/errors';
import type { EmbeddedMessage, EmbeddedRequest } from './embedded-pair.js';

// Broker and registry in a thread of their own: serving other clients never waits for whoever started them.
const tell = (message: EmbeddedMessage): void => parentPort?.postMessage(message);

try {
  // Set by startEmbeddedPair, which types it.
  const { brokerPort, registryPort, ...options } = workerData as EmbeddedRequest;
  const broker = await startOn(brokerPort, 9092, (port) =>
    startBroker({ ...options, port, onWarning: (sentence) => tell({ type: 'warning', sentence }) }),
  );
  const registry = await startOn(registryPort, 8081, (port) =>
    startRegistry({ ...(options.host !== undefined && { host: options.host }), port }),
  );
  parentPort?.once('message', async () => {
    await Promise.all([broker.close(), registry.close()]);
    tell({ type: 'closed' });
  });
  tell({ type: 'ready', brokers: broker.address, registry: registry.url });
} catch (error) {
  const { code, message } = KitError.from(error, 'internal', 'Starting the embedded broker and registry');
  tell({ type: 'failed', code, message });
}

/** A port that was asked for is taken or refused; the usual one gives way to any free one. */
async function startOn<T>(port: number | undefined, usual: number, start: (port: number) => Promise<T>): Promise<T> {
  if (port !== undefined) return start(port);
  try {
    return await start(usual);
  } catch (error) {
    if (error instanceof KitError && error.code === 'port-taken') return start(0);
    throw error;
  }
}
