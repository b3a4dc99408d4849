import { KitError } from '#shared/errors';
import { type BranchTarget, branch } from '../operators/branch.js';
import type { Predicate } from '../operators/filter.js';
import { passThrough } from '../operators/pass-through.js';
import type { ProcessorNode } from '../topology/graph.js';
import type { KStream } from './kstream.js';
import type { StreamParts } from './stream-parts.js';

/** The streams that a split ends in, by the names that its branches were given. */
export type Branches<K, V, Names extends string> = Readonly<Record<Names, KStream<K, V>>>;

/** A split in the making: branches in the order in which their predicates are asked. */
export class BranchedKStream<K, V, Names extends string> {
  readonly #parts: StreamParts;
  readonly #stream: (parts: StreamParts) => KStream<K, V>;
  readonly #node: ProcessorNode;
  readonly #targets: BranchTarget<K, V>[] = [];
  readonly #streams = new Map<string, KStream<K, V>>();
  #default: string | undefined;

  /** Made by `KStream.split`. */
  constructor(parts: StreamParts, stream: (parts: StreamParts) => KStream<K, V>, named: string | undefined) {
    this.#parts = parts;
    this.#stream = stream;
    const { graph, node } = parts;
    this.#node = graph.processor(
      branch(this.#targets, () => this.#default),
      { name: graph.name('KSTREAM-BRANCH-', named), parents: [node] },
    );
  }

  /** @throws KitError 'topology' for a name that another branch has. */
  branch<N extends string>(predicate: Predicate<K, V>, name: N): BranchedKStream<K, V, Names | N> {
    this.#targets.push({ predicate, child: this.#add(name) });
    // The same object, with one more name.
    return this as unknown as BranchedKStream<K, V, Names | N>;
  }

  /** Ends the split; what no branch has taken goes to this one. */
  defaultBranch<N extends string>(name: N): Branches<K, V, Names | N> {
    this.#default = this.#add(name);
    return Object.fromEntries(this.#streams) as Branches<K, V, Names | N>;
  }

  /** Ends the split; what no branch has taken is dropped. */
  noDefaultBranch(): Branches<K, V, Names> {
    return Object.fromEntries(this.#streams) as Branches<K, V, Names>;
  }

  #add(name: string): string {
    if (this.#streams.has(name)) {
      throw new KitError('topology', `Two branches of ${this.#node.name} are named "${name}"; give one another name.`);
    }
    const child = `${this.#node.name}-${name}`;
    const node = this.#parts.graph.processor(passThrough<K, V>(), { name: child, parents: [this.#node] });
    this.#streams.set(name, this.#stream({ ...this.#parts, node }));
    return child;
  }
}
