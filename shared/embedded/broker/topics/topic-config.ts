import type { LogSettings } from '../log/partition-log.js';

type Kind = 'boolean' | 'string' | 'int' | 'long' | 'double' | 'list';

interface Definition {
  readonly kind: Kind;
  readonly fallback: string;
  /** What Kafka calls the broker's default for it. */
  readonly brokerName: string;
  /** The lowest and the highest number, or the words that are allowed. */
  readonly least?: number;
  readonly most?: number;
  readonly words?: readonly string[];
}

const longest = '9223372036854775807';

/** Honoured by this broker. */
const honoured: Readonly<Record<string, Definition>> = {
  'cleanup.policy': {
    brokerName: 'log.cleanup.policy',
    kind: 'list',
    fallback: 'delete',
    words: ['compact', 'delete'],
  },
  'delete.retention.ms': {
    brokerName: 'log.cleaner.delete.retention.ms',
    kind: 'long',
    fallback: '86400000',
    least: 0,
  },
  'min.cleanable.dirty.ratio': {
    brokerName: 'log.cleaner.min.cleanable.ratio',
    kind: 'double',
    fallback: '0.5',
    least: 0,
    most: 1,
  },
  'max.message.bytes': { brokerName: 'message.max.bytes', kind: 'int', fallback: '1048588', least: 0 },
  'message.timestamp.type': {
    brokerName: 'log.message.timestamp.type',
    kind: 'string',
    fallback: 'CreateTime',
    words: ['CreateTime', 'LogAppendTime'],
  },
  'retention.bytes': { brokerName: 'log.retention.bytes', kind: 'long', fallback: '-1', least: -1 },
  // Kafka keeps records for seven days by default. The demos' event times lie years back, so here it is for ever.
  'retention.ms': { brokerName: 'log.retention.ms', kind: 'long', fallback: '-1', least: -1 },
};

/** Taken and given back, so that a topic can be declared alike here and on a cluster, but without effect in one process. */
const kept: Readonly<Record<string, Definition>> = {
  'compression.type': {
    brokerName: 'compression.type',
    kind: 'string',
    fallback: 'producer',
    words: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
  },
  'file.delete.delay.ms': { brokerName: 'log.segment.delete.delay.ms', kind: 'long', fallback: '60000', least: 0 },
  'flush.messages': { brokerName: 'log.flush.interval.messages', kind: 'long', fallback: longest, least: 1 },
  'flush.ms': { brokerName: 'log.flush.interval.ms', kind: 'long', fallback: longest, least: 0 },
  'index.interval.bytes': { brokerName: 'log.index.interval.bytes', kind: 'int', fallback: '4096', least: 0 },
  'max.compaction.lag.ms': {
    brokerName: 'log.cleaner.max.compaction.lag.ms',
    kind: 'long',
    fallback: longest,
    least: 1,
  },
  'message.timestamp.after.max.ms': {
    brokerName: 'log.message.timestamp.after.max.ms',
    kind: 'long',
    fallback: longest,
    least: 0,
  },
  'message.timestamp.before.max.ms': {
    brokerName: 'log.message.timestamp.before.max.ms',
    kind: 'long',
    fallback: longest,
    least: 0,
  },
  'min.compaction.lag.ms': { brokerName: 'log.cleaner.min.compaction.lag.ms', kind: 'long', fallback: '0', least: 0 },
  'min.insync.replicas': { brokerName: 'min.insync.replicas', kind: 'int', fallback: '1', least: 1 },
  preallocate: { brokerName: 'log.preallocate', kind: 'boolean', fallback: 'false' },
  'segment.bytes': { brokerName: 'log.segment.bytes', kind: 'int', fallback: '1073741824', least: 1_048_576 },
  'segment.index.bytes': { brokerName: 'log.index.size.max.bytes', kind: 'int', fallback: '10485760', least: 4 },
  'segment.jitter.ms': { brokerName: 'log.roll.jitter.ms', kind: 'long', fallback: '0', least: 0 },
  'segment.ms': { brokerName: 'log.roll.ms', kind: 'long', fallback: '604800000', least: 1 },
  'unclean.leader.election.enable': {
    brokerName: 'unclean.leader.election.enable',
    kind: 'boolean',
    fallback: 'false',
  },
};

const definitions: ReadonlyMap<string, Definition> = new Map(Object.entries({ ...honoured, ...kept }));

/** The numbers by which DescribeConfigs names the kinds of values. */
const kindNumbers: Record<Kind, number> = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 };

/** One setting as DescribeConfigs tells it. */
export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  readonly isDefault: boolean;
  readonly kindNumber: number;
  /** The default behind it, by its name at the broker. */
  readonly fallback: { readonly name: string; readonly value: string };
}

/** What is wrong with a setting, in a sentence; undefined where nothing is. */
export function configFault(name: string, value: string): string | undefined {
  const definition = definitions.get(name);
  if (definition === undefined) return `Unknown topic config name: ${name}`;
  const { kind, words } = definition;
  if (kind === 'boolean') {
    return /^(true|false)$/i.test(value.trim()) ? undefined : `${name} is ${value}; true or false is right`;
  }
  if (words !== undefined) {
    const given = kind === 'list' ? value.split(',').map((word) => word.trim()) : [value];
    const odd = given.find((word) => !words.includes(word));
    return odd === undefined ? undefined : `${name} is ${value}; ${words.join(', ')} are right`;
  }
  return numberFault(name, value.trim(), definition);
}

const highest = { int: 2_147_483_647n, long: 9_223_372_036_854_775_807n };

function numberFault(name: string, value: string, { kind, least = 0, most }: Definition): string | undefined {
  const isNumber = kind === 'double' ? /^-?\d+(\.\d+)?$/.test(value) : /^-?\d+$/.test(value);
  const isWithin = isNumber && Number(value) >= least && (most === undefined || Number(value) <= most);
  const fits = kind === 'double' || (isNumber && BigInt(value) <= (kind === 'int' ? highest.int : highest.long));
  if (isWithin && fits) return undefined;
  return `${name} is ${value}; a number from ${least} ${most === undefined ? 'up' : `to ${most}`} is right`;
}

export const isListConfig = (name: string) => definitions.get(name)?.kind === 'list';

/** The settings of one topic: what was set, over the defaults. */
export class TopicConfig {
  readonly #set: ReadonlyMap<string, string>;
  /** What the topic's logs go by. */
  readonly logSettings: LogSettings;

  constructor(set: ReadonlyMap<string, string> = new Map()) {
    this.#set = set;
    const policies = this.get('cleanup.policy').split(',');
    const isDeleting = policies.some((policy) => policy.trim() === 'delete');
    this.logSettings = {
      // As in Kafka, a topic that is only compacted is not cut by age or size.
      retentionBytes: isDeleting ? Number(this.get('retention.bytes')) : -1,
      retentionMs: isDeleting ? Number(this.get('retention.ms')) : -1,
      maxMessageBytes: Number(this.get('max.message.bytes')),
      isDeleting,
      isCompacted: policies.some((policy) => policy.trim() === 'compact'),
      deleteRetentionMs: Number(this.get('delete.retention.ms')),
      minDirtyRatio: Number(this.get('min.cleanable.dirty.ratio')),
      timestampBeforeMaxMs: Number(this.get('message.timestamp.before.max.ms')),
      timestampAfterMaxMs: Number(this.get('message.timestamp.after.max.ms')),
      usesLogAppendTime: this.get('message.timestamp.type') === 'LogAppendTime',
    };
  }

  /** The value of a known setting, set or default. */
  get(name: string): string {
    return this.#set.get(name) ?? definitions.get(name)?.fallback ?? '';
  }

  /** What was set, without the defaults. */
  get overrides(): ReadonlyMap<string, string> {
    return this.#set;
  }

  /** Every setting, in the order of their names. */
  entries(): ConfigEntry[] {
    return [...definitions]
      .map(([name, definition]) => ({
        name,
        value: this.get(name),
        isDefault: !this.#set.has(name),
        kindNumber: kindNumbers[definition.kind],
        fallback: { name: definition.brokerName, value: definition.fallback },
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** What the broker has for the settings that topics do not make. */
export function brokerDefaults(): ConfigEntry[] {
  return Array.from(definitions.values(), ({ brokerName, fallback, kind }) => ({
    name: brokerName,
    value: fallback,
    isDefault: true,
    kindNumber: kindNumbers[kind],
    fallback: { name: brokerName, value: fallback },
  }));
}
