import { WireClient } from '#shared/testing';
import { type Api, apis, attribute, type InputOf, readBatchHeader, readRecords, type ValueOf } from '#shared/wire';

/** A client of a broker that may be gone at any moment. */
export interface QuietClient extends Disposable {
  readonly wire: WireClient;
  /** The response, or undefined where the connection ends before it comes. */
  ask<A extends Api>(
    api: A,
    version: number,
    request: InputOf<A['request']>,
  ): Promise<ValueOf<A['response']> | undefined>;
}

/** Connects a client that takes the end of its connection as it comes. */
export async function connectQuietly(address: string): Promise<QuietClient> {
  const wire = await WireClient.connect(address);
  const gone = new Promise<undefined>((resolve) => wire.socket.once('close', () => resolve(undefined)));
  wire.socket.on('error', () => wire.socket.destroy());
  return {
    wire,
    ask: (api, version, request) =>
      wire.socket.destroyed ? gone : Promise.race([wire.request(api, version, request), gone]),
    [Symbol.dispose]: () => wire.close(),
  };
}

/** A record as it is read back. */
export interface StoredRecord {
  readonly offset: number;
  readonly value: string;
}

/** All records of a partition; of those in transactions, what a reader with that isolation gets. */
export async function readPartition(
  client: WireClient,
  topic: string,
  partition: number,
  isolationLevel = 0,
): Promise<StoredRecord[]> {
  const stored: StoredRecord[] = [];
  const aborting = new Set<number>();
  for (let fetchOffset = 0; ; ) {
    const partitions = [{ partition, fetchOffset, partitionMaxBytes: 20_000_000 }];
    const { responses } = await client.request(apis.fetch, 11, {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 20_000_000,
      isolationLevel,
      topics: [{ topic, partitions }],
    });
    const [answer] = responses[0]?.partitions ?? [];
    if (answer === undefined || answer.errorCode !== 0) throw new Error(`Fetch answers ${answer?.errorCode}`);
    const bytes = answer.records ?? Buffer.alloc(0);
    if (bytes.length === 0) return stored;
    const aborted = [...(answer.abortedTransactions ?? [])];
    for (let at = 0; at < bytes.length; ) {
      const header = readBatchHeader(bytes, at);
      const { baseOffset, producerId } = header;
      for (const one of aborted) {
        if (one.producerId === producerId && one.firstOffset === baseOffset) aborting.add(producerId);
      }
      if ((header.attributes & attribute.control) !== 0) aborting.delete(producerId);
      else if (!aborting.has(producerId)) {
        for (const { offset, value } of readRecords(bytes, at)) stored.push({ offset, value: String(value) });
      }
      fetchOffset = baseOffset + header.lastOffsetDelta + 1;
      at += header.sizeBytes;
    }
  }
}
