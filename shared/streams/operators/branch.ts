import type { Operator } from '../topology/graph.js';
import type { Predicate } from './filter.js';

/** A way out of a split. */
export interface BranchTarget<K, V> {
  readonly predicate: Predicate<K, V>;
  /** Name of the node that takes what the predicate holds for. */
  readonly child: string;
}

/** Gives each record to the first branch whose predicate holds, or to the default one. Branches are added while the topology is built. */
export function branch<K, V>(
  branches: readonly BranchTarget<K, V>[],
  defaultBranch: () => string | undefined,
): Operator<K, V, K, V> {
  return (_next, context) => {
    const otherwise = defaultBranch();
    return (record) => {
      const { key, value } = record;
      const child = branches.find(({ predicate }) => predicate(key, value))?.child ?? otherwise;
      if (child !== undefined) context.forwardTo(child, record);
    };
  };
}
