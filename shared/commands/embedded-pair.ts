import { Worker } from 'node:worker_threads';
import type { BrokerOptions } from '#shared/embedded/broker';
import { type ErrorCode, KitError } from '#shared/errors';

/** What the thread is asked to start. A port that is absent: the usual one if it is free, otherwise any. */
export interface EmbeddedRequest extends Pick<BrokerOptions, 'host' | 'dataDir' | 'topics'> {
  readonly brokerPort?: number;
  readonly registryPort?: number;
}

export type EmbeddedMessage =
  | { readonly type: 'ready'; readonly brokers: string; readonly registry: string }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'warning'; readonly sentence: string }
  | { readonly type: 'closed' };

/** What the thread is told once it is ready. */
export type EmbeddedOrder =
  | { readonly type: 'suspend-broker'; readonly ms: number }
  | { readonly type: 'resume-broker' }
  | { readonly type: 'close' };

/** Broker and registry at work inside this process. */
export interface EmbeddedPair {
  /** host:port */
  readonly brokers: string;
  /** URL */
  readonly registry: string;
  /** Resolves when the thread has ended, asked to or not. */
  readonly ended: Promise<void>;
  /**
   * The broker is away for so many milliseconds, 60,000 at most, and comes back with all it had. The registry stays: it is
   * another server, and reads of it do not need the broker.
   */
  suspendBroker(ms: number): void;
  /** The broker is there again, also before its time. */
  resumeBroker(): void;
  close(): Promise<void>;
}

/**
 * Starts broker and registry in a thread of their own; where it rejects, that thread has ended.
 *
 * @throws KitError 'port-taken' when a port that was asked for is not free, 'usage' when the data folder cannot be used
 */
export async function startEmbeddedPair(
  request: EmbeddedRequest,
  onWarning: (sentence: string) => void,
): Promise<EmbeddedPair> {
  const worker = new Worker(new URL('./embedded-worker.js', import.meta.url), { workerData: request, execArgv: [] });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const ready = await readiness(worker, onWarning).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  worker.on('error', (error) => onWarning(`The thread of the embedded broker failed: ${error.message}`));
  let closed: Promise<void> | undefined;
  const order = (message: EmbeddedOrder): void => worker.postMessage(message);
  return {
    brokers: ready.brokers,
    registry: ready.registry,
    ended,
    suspendBroker: (ms) => order({ type: 'suspend-broker', ms }),
    resumeBroker: () => order({ type: 'resume-broker' }),
    close: () => {
      closed ??= end(worker, ended);
      return closed;
    },
  };
}

function readiness(
  worker: Worker,
  onWarning: (sentence: string) => void,
): Promise<Extract<EmbeddedMessage, { type: 'ready' }>> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: EmbeddedMessage) => {
      if (message.type === 'ready') resolve(message);
      if (message.type === 'warning') onWarning(message.sentence);
      if (message.type === 'failed') reject(new KitError(message.code, message.message));
    });
    worker.once('error', (error) =>
      reject(KitError.from(error, 'internal', 'The thread of the embedded broker failed')),
    );
    worker.once('exit', () => reject(new KitError('internal', 'The thread of the embedded broker ended unasked')));
  });
}

async function end(worker: Worker, ended: Promise<void>): Promise<void> {
  worker.on('message', (message: EmbeddedMessage) => {
    if (message.type === 'closed') void worker.terminate();
  });
  worker.postMessage({ type: 'close' } satisfies EmbeddedOrder);
  await ended;
}
