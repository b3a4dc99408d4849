import { apis, errorCode } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import { fencedCode } from './transactions.js';

/** The first version whose clients know that they can be fenced by a newer producer (KIP-588). */
const firstFencedVersion = 4;

/** Gives idempotent producers their ids, and transactional ones their next epochs. */
export function initProducerIdHandler({ nextProducerId, transactions }: BrokerState): Handler {
  return handler(apis.initProducerId, ({ transactionalId, transactionTimeoutMs, ...expected }, { version }) => {
    if (expected.producerId < 0 !== expected.producerEpoch < 0) {
      return { errorCode: errorCode.invalidRequest, producerId: -1, producerEpoch: -1 };
    }
    if (transactionalId === null) {
      return { errorCode: errorCode.none, producerId: nextProducerId(), producerEpoch: 0 };
    }
    const result = transactions.init(transactionalId, transactionTimeoutMs, expected);
    return { ...result, errorCode: fencedCode(result.errorCode, version >= firstFencedVersion) };
  });
}
