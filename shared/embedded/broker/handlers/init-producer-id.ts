import { apis, errorCode } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';

/** Gives idempotent producers their ids. */
export function initProducerIdHandler({ nextProducerId }: BrokerState): Handler {
  return handler(apis.initProducerId, ({ transactionalId }) =>
    transactionalId === null
      ? { errorCode: errorCode.none, producerId: nextProducerId(), producerEpoch: 0 }
      : // The APIs of transactions are not advertised either; a client that asks all the same is told so.
        { errorCode: errorCode.unsupportedVersion, producerId: -1, producerEpoch: -1 },
  );
}
