import {
  type ForeignKeyExtractor,
  notifySubscribers,
  receiveSubscriptions,
  resolveAnswers,
  type Subscription,
  type SubscriptionAnswer,
  SubscriptionKeys,
  sendSubscriptions,
  valueHash,
} from '../operators/foreign-key-join.js';
import { tableSource } from '../operators/table-source.js';
import type { AnyJoiner } from '../operators/table-table-join.js';
import { type Serde, serdes } from '../serde.js';
import { defaultValueSerde } from '../stores/store-definition.js';
import type { SerdeTopic } from '../topics.js';
import type { ErasedSerde } from './stream-parts.js';
import { keptTable, type TableOptions, type TableParts } from './table-parts.js';

/**
 * Adds a join by foreign key to the topology: rows of the left table subscribe, over a topic, to the rows of the right
 * table that they point to, and are answered over another.
 * Source: KIP-213, https://cwiki.apache.org/confluence/display/KAFKA/KIP-213
 */
export function joinByForeignKey(
  type: 'inner' | 'left',
  left: TableParts,
  right: TableParts,
  extractor: ForeignKeyExtractor<unknown, unknown, unknown>,
  joiner: AnyJoiner<unknown, unknown>,
  named: string | undefined,
  options: TableOptions,
): TableParts {
  const { graph } = left;
  const name = (kind: string, suffix: string): string =>
    graph.name(`KTABLE-FK-JOIN-${kind}-`, named && `${named}-${suffix}`);
  right.enableSendingOldValues(true);
  left.enableSendingOldValues(true);
  const hash = valueHash(left.value ?? defaultValueSerde);
  const keys = new SubscriptionKeys<unknown, unknown>(left.key, right.key);

  const registration = internalTopic(
    name('SUBSCRIPTION-REGISTRATION', 'subscription-registration'),
    right.key,
    subscriptionSerde(left.key),
  );
  const send = graph.processor(sendSubscriptions({ type, extractor, foreignKey: right.key, hash }), {
    name: name('SUBSCRIPTION-REGISTRATION', 'subscription-registration-processor'),
    parents: [left.node],
  });
  graph.sink(registration, name('SINK', 'subscription-registration-sink'), [send]);
  const registrationSource = graph.source(registration, name('SOURCE', 'subscription-registration-source'), {
    nullValues: false,
  });
  graph.coPartition(registration.name, [...new Set([...right.sources, registrationSource])]);

  const subscriptions = graph.store({
    kind: 'key-value',
    name: name('SUBSCRIPTION-STATE-STORE', 'subscription-store'),
    key: serdes.bytes as Serde<NonNullable<unknown>>,
    value: subscriptionSerde(left.key) as Serde<NonNullable<unknown>>,
    logging: options.logging ?? true,
    persistent: options.persistent ?? false,
  });
  const foreign = right.getter();
  const receive = graph.processor(receiveSubscriptions(subscriptions, keys, foreign), {
    name: name('SUBSCRIPTION-PROCESSOR', 'subscription-receive'),
    parents: [registrationSource],
    stores: () => [subscriptions, ...foreign.stores()],
  });
  const notify = graph.processor(notifySubscribers(subscriptions, keys), {
    name: name('SUBSCRIPTION-PROCESSOR', 'foreign-join-subscription'),
    parents: [right.node],
    stores: () => [subscriptions],
  });

  const response = internalTopic(
    name('SUBSCRIPTION-RESPONSE', 'subscription-response'),
    left.key,
    answerSerde(right.value ?? defaultValueSerde),
  );
  // An answer goes back to the task that asked, however that was found.
  graph.sink(
    response,
    name('SINK', 'subscription-response-sink'),
    [receive, notify],
    (_key, value) => (value as SubscriptionAnswer<unknown>).partition,
  );
  const responseSource = graph.source(response, name('SOURCE', 'subscription-response-source'), { nullValues: false });
  const sources = [...new Set([...left.sources, responseSource])];
  graph.coPartition(response.name, sources);
  const leftRows = left.getter();
  const resolve = graph.processor(resolveAnswers({ type, left: leftRows, hash, joiner }), {
    name: name('SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR', 'subscription-response-resolver'),
    parents: [responseSource],
    stores: leftRows.stores,
  });
  const resultName = name('OUTPUT', 'result');
  return keptTable(
    { graph, node: resolve, key: left.key, value: undefined, repartitionRequired: false, sources },
    {
      name: resultName,
      storeName: options.store ?? graph.name('KTABLE-FK-JOIN-OUTPUT-STATE-STORE-'),
      options,
      operator: (state) => tableSource(state),
    },
  );
}

function internalTopic(name: string, key: ErasedSerde, value: unknown): SerdeTopic<unknown, unknown> {
  return { name: `${name}-topic`, key, value: value as ErasedSerde, internal: true };
}

interface WrittenSubscription extends Omit<Subscription<unknown>, 'primaryKey'> {
  readonly primaryKey: Buffer;
}

const written = serdes.json<WrittenSubscription>();

function subscriptionSerde(key: ErasedSerde): Serde<Subscription<NonNullable<unknown>>> {
  return {
    serialize: ({ primaryKey, ...rest }) => written.serialize({ ...rest, primaryKey: key.serialize(primaryKey) }),
    deserialize(bytes) {
      const { primaryKey, ...rest } = written.deserialize(bytes);
      return { ...rest, primaryKey: key.deserialize(primaryKey) };
    },
  };
}

interface WrittenAnswer extends Omit<SubscriptionAnswer<unknown>, 'value'> {
  readonly value: Buffer | null;
}

const writtenAnswer = serdes.json<WrittenAnswer>();

function answerSerde(value: ErasedSerde): Serde<SubscriptionAnswer<NonNullable<unknown>>> {
  return {
    serialize: (answer) =>
      writtenAnswer.serialize({ ...answer, value: answer.value === null ? null : value.serialize(answer.value) }),
    deserialize(bytes) {
      const answer = writtenAnswer.deserialize(bytes);
      return { ...answer, value: answer.value === null ? null : value.deserialize(answer.value) };
    },
  };
}
