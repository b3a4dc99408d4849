import { KitError } from '#shared/errors';
import {
  type GlobalKTable,
  type KGroupedStream,
  type KGroupedTable,
  type KStream,
  type KTable,
  type Serde,
  type SerdeTopic,
  type SessionWindowedKStream,
  type StreamsBuilder,
  serdes,
  serdeTopic,
  type TimeWindowedKStream,
} from '#shared/streams';
import type { CaseNode } from './node-schemas.js';
import type { CaseKey, CaseValue, RowValue } from './values.js';

export type CaseStream = KStream<CaseKey | null, CaseValue>;
export type CaseTable = KTable<CaseKey, RowValue>;
export type CaseTopic = SerdeTopic<CaseKey | null, CaseValue>;

const WINDOWED = 0;

/** Texts are written as they are, windowed keys behind a 0, their start and end after the key: all in Kafka's order. */
const keySerde: Serde<CaseKey> = {
  serialize(key) {
    if (typeof key === 'string') return Buffer.from(key);
    const { start, end } = key.window;
    return Buffer.concat([
      Buffer.of(WINDOWED),
      keySerde.serialize(key.key),
      serdes.long.serialize(start),
      serdes.long.serialize(end),
    ]);
  },
  deserialize(bytes) {
    if (bytes[0] !== WINDOWED) return bytes.toString('utf8');
    const [start, end] = [bytes.subarray(-16, -8), bytes.subarray(-8)];
    return {
      key: keySerde.deserialize(bytes.subarray(1, -16)),
      window: { start: serdes.long.deserialize(start), end: serdes.long.deserialize(end) },
    };
  },
};

/** Of every topic and store of a case. */
export const caseSerdes = { key: keySerde, value: serdes.json<RowValue>() };

/**
 * A table of some of a case's keys and values (windows, counts) as one of all of them: what is made of it takes functions,
 * so that TypeScript tells the two apart, but a case's functions take any key and value.
 */
export function caseTable<K extends CaseKey | null, V extends RowValue>(table: KTable<K, V>): CaseTable {
  return table as unknown as CaseTable;
}

/** The same for a stream. */
export function caseStream<K extends CaseKey | null, V extends CaseValue>(stream: KStream<K, V>): CaseStream {
  return stream as unknown as CaseStream;
}

/** What the nodes built so far have become, by id, kind by kind; and the topics and stores that they name. */
export class BuiltNodes {
  readonly streams = new Built<CaseStream>('a stream');
  readonly tables = new Built<CaseTable>('a table');
  readonly globalTables = new Built<GlobalKTable<CaseKey, RowValue>>('a global table');
  readonly groupedStreams = new Built<KGroupedStream<CaseKey, CaseValue>>('a grouped stream');
  readonly groupedTables = new Built<KGroupedTable<CaseKey, RowValue>>('a grouped table');
  readonly timeWindowed = new Built<TimeWindowedKStream<CaseKey, CaseValue>>('a time-windowed stream');
  readonly sessionWindowed = new Built<SessionWindowedKStream<CaseKey, CaseValue>>('a session-windowed stream');
  readonly #topics = new Map<string, CaseTopic>();

  constructor(
    readonly builder: StreamsBuilder,
    /** Whether asynchronous operators stand in for those that have a synchronous and an asynchronous form. */
    readonly batched: boolean,
  ) {}

  topic(name: string): CaseTopic {
    const known = this.#topics.get(name) ?? serdeTopic<CaseKey | null, CaseValue>({ name, ...caseSerdes });
    this.#topics.set(name, known);
    return known;
  }
}

/** The nodes of one kind. */
class Built<T> {
  readonly #nodes = new Map<string, T>();

  constructor(readonly kind: string) {}

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  set(id: string, node: T): void {
    this.#nodes.set(id, node);
  }

  /** @throws KitError 'usage' where no node of this kind has the id. */
  get(id: string): T {
    const node = this.#nodes.get(id);
    if (node !== undefined) return node;
    throw new KitError('usage', `Building the case's topology: ${id} is used as ${this.kind}, which it is not.`);
  }
}

/** @throws KitError 'usage' where a node has a field that its form of the operator does not know. */
export function onlyFields(node: CaseNode, ...fields: readonly string[]): void {
  const known = ['id', 'op', 'parents', ...fields];
  const unknown = Object.keys(node).find((field) => !known.includes(field));
  if (unknown === undefined) return;
  throw new KitError('usage', `Building ${node.id}: ${node.op} has no ${unknown} after such a parent.`);
}

/** @throws KitError 'usage' where the field is missing. */
export function wanted<T>(node: CaseNode, field: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new KitError('usage', `Building ${node.id}: after such a parent ${node.op} wants ${field}.`);
}
