import { KitError } from '#shared/errors';
import { peekRequest } from '#shared/wire';
import type { BrokerState } from './broker-state.js';
import type { Dispatch } from './connection.js';
import type { Handler } from './handler.js';
import { apiVersionsHandler } from './handlers/api-versions.js';
import { clusterHandlers } from './handlers/cluster.js';
import { configHandlers } from './handlers/configs.js';
import { fetchHandler } from './handlers/fetch.js';
import { groupAdminHandlers } from './handlers/group-admin.js';
import { groupMembershipHandlers } from './handlers/group-membership.js';
import { initProducerIdHandler } from './handlers/init-producer-id.js';
import { listOffsetsHandler } from './handlers/list-offsets.js';
import { logDirsHandler } from './handlers/log-dirs.js';
import { offsetForLeaderEpochHandler } from './handlers/offset-for-leader-epoch.js';
import { offsetHandlers } from './handlers/offsets.js';
import { produceHandler } from './handlers/produce.js';
import { topicPartitionsHandler } from './handlers/topic-partitions.js';
import { topicHandlers } from './handlers/topics.js';
import { transactionAdminHandlers } from './handlers/transaction-admin.js';
import { transactionHandlers } from './handlers/transactions.js';

/** Everything that the broker answers, by API key. An API that is not known ends the connection, as in Kafka. */
export function dispatcher(state: BrokerState): Dispatch {
  const handlers: Handler[] = [
    produceHandler(state),
    fetchHandler(state),
    listOffsetsHandler(state),
    offsetForLeaderEpochHandler(state),
    logDirsHandler(state),
    topicPartitionsHandler(state),
    initProducerIdHandler(state),
    ...clusterHandlers(state),
    ...topicHandlers(state),
    ...configHandlers(state),
    ...groupMembershipHandlers(state),
    ...groupAdminHandlers(state),
    ...offsetHandlers(state),
    ...transactionHandlers(state),
    ...transactionAdminHandlers(state),
  ];
  handlers.push(apiVersionsHandler(handlers.map(({ api }) => api)));
  const byKey = new Map(handlers.map((one) => [one.api.key, one]));

  return (frame, connection) => {
    const { apiKey } = peekRequest(frame);
    const found = byKey.get(apiKey);
    if (found === undefined) {
      throw new KitError('protocol', `Taking a request: API key ${apiKey} is none that this broker advertises`);
    }
    return found.answer(frame, connection);
  };
}
