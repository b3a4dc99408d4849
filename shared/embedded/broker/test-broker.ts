import { vi } from 'vitest';
import { WireClient } from '#shared/testing';
import { apis, buildBatch, type NewRecord } from '#shared/wire';
import { type Broker, type BrokerOptions, startBroker } from './index.js';

/** A broker on a free port with clients that end with it, for tests. */
export interface TestBroker extends AsyncDisposable {
  readonly broker: Broker;
  readonly client: WireClient;
  /** What the broker warned of. */
  readonly warnings: string[];
  connect(): Promise<WireClient>;
}

export async function startTestBroker(options: BrokerOptions = {}): Promise<TestBroker> {
  const warnings: string[] = [];
  const broker = await startBroker({ port: 0, onWarning: (sentence) => warnings.push(sentence), ...options });
  const clients: WireClient[] = [];
  const connect = async () => {
    const client = await WireClient.connect(broker.address);
    clients.push(client);
    return client;
  };
  return {
    broker,
    client: await connect(),
    warnings,
    connect,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await broker.close();
    },
  };
}

/** Waits for a condition as long as a busy machine may need. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** Records of nothing but a value each. */
export const recordsOf = (...values: string[]): NewRecord[] =>
  values.map((value) => ({ timestamp: 1_000, key: Buffer.from('k'), value: Buffer.from(value) }));

/** Produces one batch and gives the partition's answer. */
export async function produceBatch(client: WireClient, topic: string, batch: Buffer, partition = 0, acks = -1) {
  const response = await client.request(apis.produce, 8, {
    acks,
    timeoutMs: 1000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records: batch }] }],
  });
  const [answer] = response.responses[0]?.partitionResponses ?? [];
  if (answer === undefined) throw new Error('No answer for the partition');
  return answer;
}

/** Produces records in one batch and gives their base offset. */
export async function produceValues(client: WireClient, topic: string, ...values: string[]): Promise<number> {
  return (await produceBatch(client, topic, buildBatch(recordsOf(...values)))).baseOffset;
}
