import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { freePort, startBoundProcess, startKafkaProcess } from '#shared/testing';

/** A broker in a process of its own that comes back with what it had, at the same address. */
export interface ChaosBroker {
  /** host:port */
  readonly address: string;
  /** Whether what it was asked to commit when it ends is committed, wholly or not at all, when it is back. */
  readonly keepsCommitsInFlight: boolean;
  /** Ends it, and waits until it has ended: by SIGKILL, or orderly. */
  stop(how: 'killed' | 'orderly'): Promise<void>;
  /** Starts it again on what it left. */
  start(): Promise<void>;
  /** Ends it and deletes its data. */
  close(): Promise<void>;
}

const STARTED_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 10_000;

/** The embedded broker, as `npm run broker -- --data-dir` runs it. */
async function startEmbedded(): Promise<ChaosBroker> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-chaos-'));
  const port = await freePort();
  const script = fileURLToPath(projectFile('dist/shared/commands/broker.js'));
  const options = ['--port', String(port), '--registry-port', '0', '--data-dir', dataDir];
  const begin = async () => {
    const broker = startBoundProcess(process.execPath, [script, ...options]);
    await broker.said(/Ready/, AbortSignal.timeout(STARTED_WITHIN_MS)).catch((error: unknown) => {
      throw new Error(`Starting the embedded broker:\n${broker.tail()}`, { cause: error });
    });
    return broker;
  };
  let broker = await begin();
  return {
    address: `127.0.0.1:${port}`,
    keepsCommitsInFlight: true,
    async stop(how) {
      if (how === 'killed') broker.signal('SIGKILL');
      await broker.close(STOPPED_WITHIN_MS);
    },
    async start() {
      broker = await begin();
    },
    async close() {
      broker.signal('SIGKILL');
      await broker.close(STOPPED_WITHIN_MS);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Apache Kafka, from its jars: a container would not keep its address. A single node of 4.3.1 that ends or starts takes
 * partitions that have no leader just then for deleted ("Couldn't find leader endpoint for partitions",
 * TransactionMarkerChannelManager) and ends transactions without their markers, those of the consumed offsets among them.
 * Whoever reads these offsets then does again what was committed, or a transaction stays open for ever, and no client can
 * help it. So it is never killed, and stopped only when no commit is in flight.
 */
async function startKafka(): Promise<ChaosBroker> {
  const kafka = await startKafkaProcess();
  return {
    address: kafka.brokers,
    keepsCommitsInFlight: false,
    stop: () => kafka.stop(),
    start: () => kafka.start(),
    close: () => kafka.close(),
  };
}

export const startChaosBroker = { embedded: startEmbedded, kafka: startKafka } as const;

/** The clusters that a run can be on. */
export type ChaosCluster = keyof typeof startChaosBroker;
