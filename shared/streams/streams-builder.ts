import { KitError } from '#shared/errors';
import type { Topic } from '#shared/schema';
import { KStream } from './kstream.js';
import type { Key } from './record.js';
import { type SourceNode, Topology } from './topology.js';

/** Builds a topology, operator by operator, in Kafka Streams' own vocabulary. */
export class StreamsBuilder {
  readonly #sources: SourceNode[] = [];
  readonly #names = new Set<string>();

  /**
   * The records of a topic, decoded.
   * @throws KitError 'topology' when the topic is already read in this topology.
   */
  stream<V>(topic: Topic<V>, named?: string): KStream<Key, V> {
    if (this.#sources.some((source) => source.topic.name === topic.name)) {
      throw new KitError(
        'topology',
        `The topic ${topic.name} is read twice; keep the first stream in a constant and use it twice.`,
      );
    }
    const node: SourceNode = { kind: 'source', name: this.#name('SOURCE', named), topic, children: [] };
    this.#sources.push(node);
    return new KStream<Key, V>(node, (kind, name) => this.#name(kind, name));
  }

  /** @throws KitError 'topology' when no topic is read. */
  build(): Topology {
    return new Topology(this.#sources);
  }

  // Kafka Streams numbers its nodes in the order of their making, ten digits wide.
  #name(kind: string, named: string | undefined): string {
    const name = named ?? `KSTREAM-${kind}-${String(this.#names.size).padStart(10, '0')}`;
    if (this.#names.has(name)) {
      throw new KitError('topology', `Two operators are named "${name}"; give one of them another name.`);
    }
    this.#names.add(name);
    return name;
  }
}
