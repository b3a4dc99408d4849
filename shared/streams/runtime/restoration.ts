import type { Cluster, PartitionReader } from '#shared/kafka';
import type { StateStore } from '../stores/state-store.js';

/** A store, and the partition of the changelog topic that it is restored from. */
export interface Restorable {
  readonly store: StateStore;
  readonly topic: string;
  readonly partition: number;
  /** Where the store stands already, if it is kept on disk: the next offset to read. */
  readonly checkpoint: number | undefined;
  /** Empties the store: what it holds is of another changelog. */
  readonly wipe: () => void;
  /** The store holds what comes before this offset. */
  readonly onProgress: (nextOffset: number) => void;
}

/** Stops a restoration that nobody needs any more. */
export type IsCancelled = () => boolean;

/**
 * Reads changelogs to their ends into their stores; nobody may write to them meanwhile. Gives how many records were read.
 * @throws KitError 'cluster-unreachable' when the cluster does not answer.
 */
export async function restoreStores(
  cluster: Cluster,
  restorables: readonly Restorable[],
  isCancelled: IsCancelled,
): Promise<number> {
  if (restorables.length === 0) return 0;
  const topics = [...new Set(restorables.map(({ topic }) => topic))];
  // To the very ends, also where a transaction is open: what an instance has written at last, under another guarantee or
  // another transactional id, may lie behind it. Only the application itself writes here, so that is a matter of its own
  // transaction time-out.
  const [begins, ends] = await Promise.all([cluster.beginningOffsets(topics), cluster.endOffsets(topics)]);
  const open = restorables.flatMap((restorable) => {
    const begin = begins.get(restorable.topic)?.[restorable.partition] ?? 0;
    const end = ends.get(restorable.topic)?.[restorable.partition] ?? 0;
    const { checkpoint } = restorable;
    // A checkpoint beyond the end is of another changelog: what is in the store then came from elsewhere, too.
    const isUsable = checkpoint !== undefined && checkpoint >= begin && checkpoint <= end;
    if (!isUsable) restorable.wipe();
    const offset = isUsable ? checkpoint : begin;
    return offset < end ? [{ ...restorable, offset, end }] : [];
  });
  if (open.length === 0) return 0;
  const reader = await cluster.reader({
    isolation: 'read_committed',
    maxChunkRecords: 5_000,
    onOutOfRange: 'earliest',
  });
  try {
    reader.seek(open);
    return await readToEnds(reader, open, isCancelled);
  } finally {
    await reader.close();
  }
}

interface Open extends Restorable {
  readonly end: number;
}

async function readToEnds(
  reader: PartitionReader,
  restorables: readonly Open[],
  isCancelled: IsCancelled,
): Promise<number> {
  const open = new Map(restorables.map((restorable) => [`${restorable.topic} ${restorable.partition}`, restorable]));
  let restored = 0;
  while (open.size > 0 && !isCancelled()) {
    // Before polling: what is fetched up to a position that was reached before is in what is polled.
    const reached = [...open].filter(([, restorable]) => (reader.position(restorable) ?? 0) >= restorable.end);
    for (const { topic, partition, records, nextOffset } of await reader.poll(reached.length > 0 ? 0 : 200)) {
      const restorable = open.get(`${topic} ${partition}`);
      for (const { key, value, timestamp } of records) {
        if (key !== null) restorable?.store.restore(key, value, timestamp);
      }
      restorable?.onProgress(nextOffset);
      restored += records.length;
    }
    for (const [name, restorable] of reached) {
      open.delete(name);
      reader.remove([restorable]);
    }
  }
  return restored;
}
