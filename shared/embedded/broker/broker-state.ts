import type { Groups } from './groups/groups.js';
import type { Topics } from './topics/topics.js';
import type { Transactions } from './transactions/transactions.js';

/** The id of the one broker there is; also its controller and the coordinator of every group. */
export const nodeId = 1;

/** What the handlers share. */
export interface BrokerState {
  readonly clusterId: string;
  /** Where the logs are: the folder, or a word for the memory. */
  readonly logDir: string;
  readonly topics: Topics;
  readonly groups: Groups;
  readonly transactions: Transactions;
  /** A producer id that nobody has had before. */
  readonly nextProducerId: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
