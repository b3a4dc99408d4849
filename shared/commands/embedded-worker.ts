import { parentPort, workerData } from 'node:worker_threads';
import { startBroker } from '#shared/embedded/broker';
import { startRegistry } from '#shared/embedded/registry';
import { KitError } from '#shared/errors';
import type { EmbeddedMessage, EmbeddedOrder, EmbeddedRequest } from './embedded-pair.js';

// Broker and registry in a thread of their own: serving other clients never waits for whoever started them.
const tell = (message: EmbeddedMessage): void => parentPort?.postMessage(message);

try {
  // Set by startEmbeddedPair, which types it.
  const { brokerPort, registryPort, ...options } = workerData as EmbeddedRequest;
  const onWarning = (sentence: string): void => tell({ type: 'warning', sentence });
  const broker = await startOn(brokerPort, 9092, (port) => startBroker({ ...options, port, onWarning }));
  const { host, dataDir } = options;
  // The registry has one file beside the broker's, and the broker's lock on the folder guards it as well.
  const registry = await startOn(registryPort, 8081, (port) =>
    startRegistry({ ...(host !== undefined && { host }), ...(dataDir !== undefined && { dataDir }), port, onWarning }),
  ).catch(async (error: unknown) => {
    // Left open, it would keep the thread alive, and the folder locked.
    await broker.close();
    throw error;
  });
  parentPort?.on('message', async (order: EmbeddedOrder) => {
    if (order.type === 'suspend-broker') broker.suspend(order.ms);
    if (order.type === 'resume-broker') broker.resume();
    if (order.type !== 'close') return;
    // The broker last: its lock guards the folder of both.
    await registry.close();
    await broker.close();
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
