import { randomBytes } from 'node:crypto';
import { errorCode } from '#shared/wire';
import type { Refusal } from '../log/check-batch.js';
import { PartitionLog } from '../log/partition-log.js';
import { inMemory, type JournalEntry, type Storage } from '../storage/storage.js';
import { configFault, TopicConfig } from './topic-config.js';

/** More partitions than this in one topic are a slip of the keyboard, not a wish for one process. */
const maxPartitions = 10_000;

/** More than this in all topics together would take more memory than a process beside others should have. */
const maxPartitionsInAll = 50_000;

/** A topic and its partitions. */
export class Topic {
  readonly partitions: PartitionLog[] = [];

  constructor(
    readonly name: string,
    readonly id: string,
    public config: TopicConfig,
    readonly storage: Storage,
  ) {}

  growTo(partitionCount: number): void {
    while (this.partitions.length < partitionCount) {
      const store = this.storage.logStore(this, this.partitions.length);
      this.partitions.push(new PartitionLog(() => this.config.logSettings, store));
    }
  }

  /** All that has to be known to have the topic again. */
  get entry(): JournalEntry & { readonly is: 'topic' } {
    return {
      is: 'topic',
      name: this.name,
      id: this.id,
      partitions: this.partitions.length,
      config: Object.fromEntries(this.config.overrides),
    };
  }
}

/** What a new topic is to be; undefined partitions are the broker's default number. */
export interface NewTopic {
  readonly name: string;
  readonly partitions?: number;
  readonly config?: ReadonlyMap<string, string>;
}

/** The topics of the broker. */
export class Topics {
  readonly #byName = new Map<string, Topic>();
  readonly #byId = new Map<string, Topic>();
  readonly #onDelete = new Set<(topic: Topic) => void>();
  #partitionCount = 0;

  constructor(
    readonly defaultPartitions: number,
    readonly storage: Storage = inMemory,
  ) {}

  all(): Iterable<Topic> {
    return this.#byName.values();
  }

  find(name: string): Topic | undefined {
    return this.#byName.get(name);
  }

  findById(id: string): Topic | undefined {
    return this.#byId.get(id);
  }

  log(name: string, partition: number): PartitionLog | undefined {
    return this.#byName.get(name)?.partitions[partition];
  }

  /** What stands in the way of creating the topic; undefined where nothing does. */
  faultOf(wanted: NewTopic): Refusal | undefined {
    const { name, partitions = this.defaultPartitions, config = new Map() } = wanted;
    const nameFault = topicNameFault(name);
    if (nameFault !== undefined) return { errorCode: errorCode.invalidTopic, errorMessage: nameFault };
    if (this.#byName.has(name)) {
      return { errorCode: errorCode.topicAlreadyExists, errorMessage: `Topic '${name}' already exists.` };
    }
    const alike = this.#alike(name);
    if (alike !== undefined) {
      const errorMessage = `Topic '${name}' collides with existing topic '${alike}': '.' and '_' are one in metrics`;
      return { errorCode: errorCode.invalidTopic, errorMessage };
    }
    const countFault = partitionCountFault(partitions) ?? this.totalFault(partitions);
    if (countFault !== undefined) return { errorCode: errorCode.invalidPartitions, errorMessage: countFault };
    for (const [key, value] of config) {
      const fault = configFault(key, value);
      if (fault !== undefined) return { errorCode: errorCode.invalidConfig, errorMessage: fault };
    }
    return undefined;
  }

  /** A topic whose name differs in nothing but dots and underscores, which Kafka does not allow beside it. */
  #alike(name: string): string | undefined {
    if (!/[._]/.test(name)) return undefined;
    const plain = name.replaceAll('.', '_');
    for (const other of this.#byName.keys()) if (other.replaceAll('.', '_') === plain) return other;
    return undefined;
  }

  /** Why so many partitions can't be added to those of all topics; undefined where they can. */
  totalFault(added: number): string | undefined {
    const total = this.#partitionCount + added;
    if (total <= maxPartitionsInAll) return undefined;
    return `${total} partitions in all; this broker has room for ${maxPartitionsInAll}`;
  }

  /** Creates a topic, or says why not. */
  create(wanted: NewTopic): Topic | Refusal {
    const fault = this.faultOf(wanted);
    if (fault !== undefined) return fault;
    const { name, partitions = this.defaultPartitions, config = new Map() } = wanted;
    const id = randomBytes(16).toString('base64url');
    // First of all: what can't be kept must not be seen by anybody.
    this.storage.record({ is: 'topic', name, id, partitions, config: Object.fromEntries(config) });
    const topic = this.#add(name, id, config);
    this.#grow(topic, partitions);
    return topic;
  }

  /** Has a topic again as it was in an earlier run, with its records. */
  restore({ name, id, partitions, config }: JournalEntry & { readonly is: 'topic' }): void {
    const settings = new Map(Object.entries(config));
    const topic = this.#byName.get(name) ?? this.#add(name, id, settings);
    topic.config = new TopicConfig(settings);
    this.#grow(topic, partitions);
  }

  #add(name: string, id: string, config?: ReadonlyMap<string, string>): Topic {
    const topic = new Topic(name, id, new TopicConfig(config), this.storage);
    this.#byName.set(name, topic);
    this.#byId.set(id, topic);
    return topic;
  }

  #grow(topic: Topic, partitionCount: number): void {
    const before = topic.partitions.length;
    topic.growTo(partitionCount);
    this.#partitionCount += topic.partitions.length - before;
  }

  /** Adds partitions up to the given number. */
  grow(topic: Topic, partitionCount: number): void {
    this.storage.record({ ...topic.entry, partitions: partitionCount });
    this.#grow(topic, partitionCount);
  }

  /** Replaces what is set on a topic; the logs go by it at once. */
  configure(topic: Topic, config: ReadonlyMap<string, string>): void {
    this.storage.record({ ...topic.entry, config: Object.fromEntries(config) });
    topic.config = new TopicConfig(config);
  }

  delete(topic: Topic): void {
    this.storage.record({ is: 'topic-deleted', name: topic.name });
    this.#byName.delete(topic.name);
    this.#partitionCount -= topic.partitions.length;
    this.#byId.delete(topic.id);
    for (const tell of this.#onDelete) tell(topic);
    for (const log of topic.partitions) {
      log.store.delete();
      log.wake();
    }
  }

  /** Moves the start of a partition's log (DeleteRecords). */
  deleteRecords(topic: string, partition: number, log: PartitionLog, offset: number): void {
    this.storage.record({ is: 'log-start', topic, partition, offset });
    log.deleteBefore(offset);
  }

  onDelete(tell: (topic: Topic) => void): void {
    this.#onDelete.add(tell);
  }

  /** Drops what retention no longer allows. */
  applyRetention(now: number): void {
    for (const topic of this.#byName.values()) for (const log of topic.partitions) log.applyRetention(now);
  }

  /** Compacts the logs that are worth it, one after another. */
  async compact(now: number): Promise<void> {
    for (const topic of this.#byName.values()) for (const log of topic.partitions) await log.compact(now);
  }
}

/** Why this can't be the number of a topic's partitions; undefined where it can. */
export function partitionCountFault(count: number): string | undefined {
  if (Number.isInteger(count) && count >= 1 && count <= maxPartitions) return undefined;
  return `${count} partitions; 1 to ${maxPartitions} are allowed`;
}

/** Why this can't be a topic's name (Kafka's own rules); undefined where it can. */
export function topicNameFault(name: string): string | undefined {
  const isLegal = /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..';
  if (isLegal) return undefined;
  return `Topic name '${name.slice(0, 260)}' is not allowed: 1 to 249 ASCII letters, digits, '.', '_' and '-', not '.' or '..' alone`;
}
