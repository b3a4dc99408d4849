import type { Topic } from '#shared/schema';
import { filter, type Predicate } from './operators/filter.js';
import { type BatchMapper, mapBatch } from './operators/map-batch.js';
import { mapValues, type ValueMapper } from './operators/map-values.js';
import { type BatchScorer, type Scored, score } from './operators/score.js';
import { type KeyMapper, selectKey } from './operators/select-key.js';
import type { Key } from './record.js';
import type { ErasedOperator, NodeNames, Operator, ParentNode, ProcessorNode } from './topology.js';

/** A stream of records; every method adds an operator to the topology and gives what comes out of it. */
export class KStream<K, V> {
  readonly #node: ParentNode;
  readonly #names: NodeNames;

  /** Made by `StreamsBuilder.stream` and by the operators. */
  constructor(node: ParentNode, names: NodeNames) {
    this.#node = node;
    this.#names = names;
  }

  /** Keeps the records for which the predicate holds. */
  filter(predicate: Predicate<K, V>, named?: string): KStream<K, V> {
    return this.#through('FILTER', filter(predicate), named);
  }

  /** Gives each record a new value; key, timestamp and headers stay. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, named?: string): KStream<K, VR> {
    return this.#through('MAPVALUES', mapValues(mapper), named);
  }

  /** Gives each record a new key; it stays on its way, and on the topic that it is written to the new key decides the partition. */
  selectKey<KR extends Key>(mapper: KeyMapper<K, V, KR>, named?: string): KStream<KR, V> {
    return this.#through('KEY-SELECT', selectKey(mapper), named);
  }

  /**
   * Gives the records of a fetched chunk their new values in one asynchronous call, and hands them on in order. A KitError
   * in the place of a value fails that record alone; a rejection fails the chunk.
   */
  mapBatch<VR>(mapper: BatchMapper<K, V, VR>, named?: string): KStream<K, VR> {
    return this.#through('MAPBATCH', mapBatch(mapper), named);
  }

  /** Applies a model: one call for the records of a fetched chunk. */
  score(model: BatchScorer<V>, named?: string): KStream<K, Scored<V>> {
    return this.#through('SCORE', score<K, V>(model), named);
  }

  /** Writes the records to a topic, under their key and with their timestamp and headers. */
  to<VT>(this: KStream<K, NoInfer<VT>>, topic: Topic<VT>, named?: string): void {
    this.#node.children.push({ kind: 'sink', name: this.#names('SINK', named), topic, parent: this.#node.name });
  }

  #through<KO, VO>(kind: string, operator: Operator<K, V, KO, VO>, named: string | undefined): KStream<KO, VO> {
    const node: ProcessorNode = {
      kind: 'processor',
      name: this.#names(kind, named),
      // The one place where the types of records are forgotten: the method's signature has checked them.
      operator: operator as unknown as ErasedOperator,
      parent: this.#node.name,
      children: [],
    };
    this.#node.children.push(node);
    return new KStream(node, this.#names);
  }
}
