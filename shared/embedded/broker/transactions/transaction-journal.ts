import type { JournalEntry, JournaledOffset } from '../storage/storage.js';
import { Transaction } from './transaction.js';

/** What a journal says of transactional ids. */
export type TransactionEntry = Extract<
  JournalEntry,
  { readonly is: 'transaction' | 'transaction-ending' | 'transactional-id-forgotten' }
>;

/** All that has to be known to have the transactional id again: of one that is ending, also what is to be ended. */
export function entryOf(transaction: Transaction): TransactionEntry {
  const { id, producerId, producerEpoch, timeoutMs, state } = transaction;
  if (state !== 'PrepareCommit' && state !== 'PrepareAbort') {
    return { is: 'transaction', id, producerId, producerEpoch, timeoutMs, state };
  }
  const partitions = transaction
    .partitions()
    .flatMap(([topic, numbers]) => numbers.map((partition): [string, number] => [topic, partition]));
  const offsets: [string, JournaledOffset[]][] = transaction.offsets();
  const commits = state === 'PrepareCommit';
  return { is: 'transaction-ending', id, producerId, producerEpoch, timeoutMs, commits, partitions, offsets };
}

/** The transactional id as an entry describes it. */
export function restored(
  entry: Exclude<TransactionEntry, { readonly is: 'transactional-id-forgotten' }>,
  now: number,
): Transaction {
  const { id, producerId, timeoutMs } = entry;
  const transaction = new Transaction(id, { producerId, timeoutMs, now });
  transaction.producerEpoch = entry.producerEpoch;
  if (entry.is === 'transaction') {
    transaction.state = entry.state;
    return transaction;
  }
  transaction.state = entry.commits ? 'PrepareCommit' : 'PrepareAbort';
  for (const [topic, partition] of entry.partitions) transaction.addPartition(topic, partition);
  for (const [group, offsets] of entry.offsets) for (const offset of offsets) transaction.addOffset(group, offset, 0);
  return transaction;
}
