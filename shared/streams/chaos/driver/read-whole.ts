import { KitError } from '#shared/errors';
import type { Cluster, ConsumedRecord } from '#shared/kafka';

const READ_WITHIN_MS = 45_000;

/**
 * All records of a topic that read_committed shows, up to where it ends now; those of a partition in their order.
 * @throws KitError 'run-failed' when a transaction that nobody ends stands before the end.
 */
export async function readWhole(cluster: Cluster, topic: string): Promise<ConsumedRecord[]> {
  const [begins, ends] = await Promise.all([cluster.beginningOffsets([topic]), cluster.endOffsets([topic])]);
  const open = new Map((ends.get(topic) ?? []).map((end, partition) => [partition, end]));
  const reader = await cluster.reader({
    isolation: 'read_committed',
    maxChunkRecords: 5_000,
    onOutOfRange: 'earliest',
  });
  const records: ConsumedRecord[] = [];
  const deadline = performance.now() + READ_WITHIN_MS;
  try {
    reader.seek(
      [...open.keys()].map((partition) => ({ topic, partition, offset: begins.get(topic)?.[partition] ?? 0 })),
    );
    for (;;) {
      // Before the poll: what has been fetched by then is polled.
      for (const [partition, end] of open)
        if ((reader.position({ topic, partition }) ?? 0) >= end) open.delete(partition);
      for (const chunk of await reader.poll(open.size > 0 ? 100 : 0))
        for (const record of chunk.records) records.push(record);
      if (open.size === 0) return records;
      if (performance.now() < deadline) continue;
      const stuck = Array.from(
        open,
        ([partition, end]) => `${partition} at ${reader.position({ topic, partition })} of ${end}`,
      );
      throw new KitError(
        'run-failed',
        `Reading ${topic} to its end: a transaction is open in partition ${stuck.join(', ')}.`,
      );
    }
  } finally {
    await reader.close();
  }
}
