import { ConfigResourceTypes, Kafka } from 'kafkajs';
import { expect, it, vi } from 'vitest';
import { parseBrokers, readCertificateAuthority, securityFromEnvironment } from '#shared/kafka';
import { connectSchemas, defineTopic } from '#shared/schema';
import { DEFAULT_REPLICATION_FACTOR, describeOnSecuredCluster, SESSION_MS } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import { TestApplication } from './test-application.js';

/** What is slow alone, and slower where another cluster is started beside it. */
const PATIENCE_MS = 90_000;

type Order = { readonly customer: string; readonly amount: number };
type Total = { readonly total: number };

const orders = defineTopic<Order>({
  name: 'orders',
  partitions: 2,
  schema: {
    type: 'record',
    name: 'Order',
    fields: [
      { name: 'customer', type: 'string' },
      { name: 'amount', type: 'long' },
    ],
  },
});
const totals = defineTopic<Total>({
  name: 'totals',
  partitions: 2,
  schema: { type: 'record', name: 'Total', fields: [{ name: 'total', type: 'long' }] },
});
const totalBytes = serdeTopic<string, Buffer>({ name: totals.name, key: serdes.string, value: serdes.bytes });

/** Orders under ids of their own → what each customer has ordered in all: over a repartition topic, and with a store. */
function totalsOfCustomers() {
  const builder = new StreamsBuilder();
  builder
    .stream(orders)
    .groupBy((_id, { customer }) => customer)
    .aggregate(
      () => 0,
      (_customer, { amount }, sum) => sum + amount,
      { store: 'sums' },
    )
    .toStream()
    .mapValues((total): Total => ({ total: total ?? 0 }))
    .to(totals);
  return builder.build();
}

const placed = Array.from({ length: 300 }, (_, index): Order => ({ customer: `customer-${index % 7}`, amount: index }));

/** What a customer ordered, if each of these totals came of one order more. */
const amountsOf = (of: readonly Total[]): number[] => of.map(({ total }, at) => total - (of[at - 1]?.total ?? 0));

/** How often the partitions of topics are replicated, and how often they are by default: what the cluster says of itself. */
async function replication(env: Readonly<Record<string, string>>, topics: readonly string[]) {
  const { tls, sasl } = securityFromEnvironment(env);
  if (typeof tls !== 'object' || sasl?.mechanism !== 'plain') throw new Error('Another user was expected.');
  const brokers = parseBrokers(env.KAFKA_BROKERS ?? '');
  const { mechanism, username, password } = sasl;
  const kafka = new Kafka({ brokers, ssl: { ca: [tls.ca] }, sasl: { mechanism, username, password } });
  const admin = kafka.admin();
  await admin.connect();
  const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.BROKER, name: '1', configNames: ['default.replication.factor'] }],
  });
  await admin.disconnect();
  return {
    byDefault: Number(resources[0]?.configEntries[0]?.configValue),
    found: metadata.topics.flatMap(({ partitions }) => partitions.map(({ replicas }) => replicas.length)),
  };
}

await describeOnSecuredCluster('a stateful application', (secured) => {
  type Environment = ReturnType<typeof secured.environment>;
  const open = (env: Environment, test: string): Promise<TestApplication> =>
    TestApplication.open({ brokers: env.KAFKA_BROKERS, unique: secured.unique }, test, securityFromEnvironment(env));
  const registryOf = (env: Environment) =>
    connectSchemas({
      url: env.SCHEMA_REGISTRY_URL,
      ca: readCertificateAuthority('SCHEMA_REGISTRY_CA', env.SCHEMA_REGISTRY_CA),
      auth: { username: env.SCHEMA_REGISTRY_USERNAME, password: env.SCHEMA_REGISTRY_PASSWORD },
    });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'works as a user by %s, on topics that are there with more partitions than it would have made',
    async (mechanism) => {
      const env = secured.environment(mechanism);
      await using test = await open(env, mechanism);
      const schemas = registryOf(env);
      await test.createTopics(5, orders);
      await test.createTopics(3, totals);
      await test.createTopics(orders.partitions, orders, totals);
      await test.start(totalsOfCustomers(), { schemas, processingGuarantee: 'exactly_once' });
      const serialize = await schemas.register(orders, test.fullName(orders));
      const producer = await test.cluster.produce();
      await producer.send(
        placed.map((order, index) => ({
          topic: test.fullName(orders),
          key: `order-${index}`,
          value: serialize(order),
          // Of 1970 the cluster would delete everything.
          timestamp: Date.now(),
        })),
      );
      const read = await test.readUntil(totalBytes, ({ length }) => length >= placed.length);
      const deserializer = schemas.deserializer<Total>();
      await deserializer.prepare(read.map(({ value }) => value));
      expect(read).toHaveLength(placed.length);
      for (const customer of new Set(placed.map((order) => order.customer))) {
        const updates = read.filter(({ key }) => key === customer).map(({ value }) => deserializer.decode(value));
        const amounts = placed.filter((order) => order.customer === customer).map(({ amount }) => amount);
        expect(amountsOf(updates).toSorted((a, b) => a - b)).toEqual(amounts);
      }
      const internal = ['sums-repartition', 'sums-changelog'].map((name) => `${test.name}.app-${name}`);
      const expected = [[test.fullName(orders), 5], [test.fullName(totals), 3], ...internal.map((name) => [name, 5])];
      const names = expected.map(([name]) => String(name));
      expect([...(await test.cluster.partitionCounts(names))]).toEqual(expected);
      expect([...(await test.cluster.endOffsets([test.fullName(orders)])).values()].flat()).not.toContain(0);
      const { byDefault, found } = await replication(secured.environment('plain'), names);
      expect(byDefault).toBe(DEFAULT_REPLICATION_FACTOR);
      expect(found).toEqual(Array(5 + 3 + 5 + 5).fill(byDefault));
    },
    PATIENCE_MS,
  );

  it(
    'goes on when the session of its user ends, and counts each order once',
    async () => {
      const env = secured.environment('scram-sha-256');
      await using test = await open(env, 'sessions');
      const schemas = registryOf(env);
      await test.createTopics(1, orders, totals);
      const streams = await test.start(totalsOfCustomers(), { schemas });
      const serialize = await schemas.register(orders, test.fullName(orders));
      const producer = await test.cluster.produce();
      const begun = performance.now();
      let count = 0;
      while (performance.now() - begun < SESSION_MS + 3_000) {
        const value = serialize({ customer: 'one', amount: 1 });
        await producer.send([{ topic: test.fullName(orders), key: 'order', value, timestamp: Date.now() }]);
        count += 1;
        await vi.waitFor(() => expect(streams.metrics.processTotal).toBeGreaterThanOrEqual(count), 10_000);
      }
      const read = await test.readUntil(totalBytes, ({ length }) => length >= count);
      const deserializer = schemas.deserializer<Total>();
      await deserializer.prepare(read.map(({ value }) => value));
      expect(read.map(({ value }) => deserializer.decode(value).total)).toEqual(
        Array.from({ length: count }, (_, index) => index + 1),
      );
      expect(streams.state).toBe('RUNNING');
    },
    PATIENCE_MS,
  );

  it.concurrent.each([
    [
      'password',
      { KAFKA_SASL_PASSWORD: 'guessed' },
      /the broker refuses the credentials of plain-user \(.*\)\. Check KAFKA_SASL/,
    ],
    [
      'mechanism',
      { KAFKA_SASL_MECHANISM: 'scram-sha-512' },
      /the broker refuses the credentials of plain-user \(.*\)\. Check KAFKA_SASL_MECHANISM/,
    ],
    [
      'authority',
      { KAFKA_SSL: 'true', KAFKA_SSL_CA: '' },
      /the broker's certificate is not trusted \(self-signed .*\)\. Set KAFKA_SSL_CA/,
    ],
    [
      'connection: in the open, and as nobody',
      { KAFKA_SSL: 'false', KAFKA_SASL_MECHANISM: '', KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD: '' },
      /the broker ended the connection\. It was asked without TLS and without SASL; /,
    ],
    [
      'connection: as nobody',
      { KAFKA_SASL_MECHANISM: '', KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD: '' },
      /the broker ended the connection\. It was asked with TLS and without SASL; .*KAFKA_SASL_MECHANISM/,
    ],
  ])('is told within 10 s, in one sentence, of a wrong %s', async (_what, changed, sentence) => {
    const env = { ...secured.environment('plain'), ...changed };
    const begun = performance.now();
    await expect(open(env, 'refused')).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(sentence),
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
