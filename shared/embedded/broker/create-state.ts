import { randomBytes } from 'node:crypto';
import { KitError } from '#shared/errors';
import type { BrokerOptions } from './broker.js';
import type { BrokerState } from './broker-state.js';
import { Groups } from './groups/groups.js';
import type { JournalEntry, Storage } from './storage/storage.js';
import { Topics } from './topics/topics.js';
import { Transactions } from './transactions/transactions.js';

/** Producer ids are set aside in blocks, so that a journal need not be written for each. */
const producerIdBlock = 1000;

/** What the broker begins with: what an earlier run has left in the storage, and the topics of its options. */
export function createState(
  options: Pick<BrokerOptions, 'dataDir' | 'defaultPartitions' | 'topics' | 'onWarning'>,
  storage: Storage,
): BrokerState {
  const topics = new Topics(options.defaultPartitions ?? 1, storage);
  const groups = new Groups(storage);
  let clusterId = randomBytes(16).toString('base64url');
  let nextProducerId = 1;
  let firstIdBeyondBlock = 1;
  const producerIds = () => {
    if (nextProducerId >= firstIdBeyondBlock) {
      const next = nextProducerId + producerIdBlock;
      storage.record({ is: 'producer-ids', next });
      firstIdBeyondBlock = next;
    }
    nextProducerId += 1;
    return nextProducerId - 1;
  };
  const { onWarning = () => {} } = options;
  const now = Date.now;
  const transactions = new Transactions({ topics, groups, storage, nextProducerId: producerIds, now, onWarning });
  topics.onDelete(({ name }) => {
    groups.forgetTopic(name);
    for (const transaction of transactions.all()) transaction.forgetTopic(name);
  });

  for (const entry of storage.restored()) {
    if (entry.is === 'cluster') clusterId = entry.id;
    else if (entry.is !== 'producer-ids') restore(entry, topics, groups, transactions);
    else {
      nextProducerId = entry.next;
      firstIdBeyondBlock = entry.next;
    }
  }
  // Not before: an earlier entry may have had a stricter retention than the one that holds now.
  topics.applyRetention(now());
  storage.begin(function* () {
    yield { is: 'cluster', id: clusterId };
    yield { is: 'producer-ids', next: firstIdBeyondBlock };
    yield* snapshot(topics, groups);
    yield* transactions.entries();
  });
  transactions.settle();
  createWanted(topics, options.topics ?? []);

  return {
    clusterId,
    logDir: options.dataDir ?? 'memory',
    topics,
    groups,
    transactions,
    nextProducerId: producerIds,
    now,
  };
}

function restore(
  entry: Exclude<JournalEntry, { readonly is: 'cluster' | 'producer-ids' }>,
  topics: Topics,
  groups: Groups,
  transactions: Transactions,
): void {
  switch (entry.is) {
    case 'topic':
      topics.restore(entry);
      break;
    case 'topic-deleted': {
      const topic = topics.find(entry.name);
      if (topic !== undefined) topics.delete(topic);
      break;
    }
    case 'log-start':
      topics.log(entry.topic, entry.partition)?.restoreStart(entry.offset);
      break;
    case 'offsets':
      groups.restoreOffsets(entry.group, entry.offsets);
      break;
    case 'offset-deleted':
      groups.find(entry.group)?.offsets.delete(entry.topic, entry.partition);
      break;
    case 'group-deleted': {
      const group = groups.find(entry.group);
      if (group !== undefined) groups.delete(group);
      break;
    }
    case 'transaction':
    case 'transaction-ending':
    case 'transactional-id-forgotten':
      transactions.restore(entry);
      break;
    default:
      throw new KitError(
        'usage',
        `Reading the journal: ${JSON.stringify(entry)} is an entry that nobody here has written`,
      );
  }
}

/** The least that has to be recorded to have all this again. */
function* snapshot(topics: Topics, groups: Groups): Generator<JournalEntry> {
  for (const topic of topics.all()) {
    yield topic.entry;
    for (const [partition, log] of topic.partitions.entries()) {
      if (log.startOffset > 0) yield { is: 'log-start', topic: topic.name, partition, offset: log.startOffset };
    }
  }
  for (const group of groups.all()) {
    const offsets = group.offsets.entries();
    if (offsets.length > 0) yield { is: 'offsets', group: group.id, offsets };
  }
}

function createWanted(topics: Topics, wanted: NonNullable<BrokerOptions['topics']>): void {
  for (const { name, partitions, config = {} } of wanted) {
    if (topics.find(name) !== undefined) continue;
    const created = topics.create({ name, partitions, config: new Map(Object.entries(config)) });
    if ('errorCode' in created) throw new KitError('usage', `Creating topic ${name}: ${created.errorMessage}`);
  }
}
