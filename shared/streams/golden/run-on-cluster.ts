import type { Cluster } from '#shared/kafka';
import { type KafkaStreams, startStreams } from '#shared/streams';
import type { ClusterWay } from './broker-sample.js';
import { buildTopology } from './build-topology.js';
import { caseSerdes } from './built-nodes.js';
import type { GoldenCase, InputRecord, StoredRecord } from './case.js';
import { LastRecords } from './last-records.js';
import { inGroups, portionsOf } from './portions.js';
import { readRecords } from './read-records.js';
import { recorded } from './run-case.js';
import { untilProcessed } from './until-processed.js';
import type { CaseKey } from './values.js';

/** What a case has left on a cluster and in its application. */
export interface ClusterResult {
  /** By topic, in the order of their offsets. */
  readonly topics: Readonly<Record<string, readonly StoredRecord[]>>;
  /** By store; interactive queries do not tell timestamps. */
  readonly stores: Readonly<Record<string, readonly Omit<StoredRecord, 'timestamp'>[]>>;
}

interface ClusterRun {
  readonly cluster: Cluster;
  /** Before the names of the case's topics and of its application: no other run has it. */
  readonly namespace: string;
  readonly way: ClusterWay;
}

/** An application begins anew so often where it is to: with a part of the records before, between and after. */
const GROUPS_WITH_RESTARTS = 3;

/** Runs a case as an application on a cluster: creates its topics, writes its input, and reads what it has become. */
export async function runOnCluster(golden: GoldenCase, run: ClusterRun): Promise<ClusterResult> {
  const { cluster, namespace, way } = run;
  const { topology } = buildTopology(golden, way);
  const internal = new Set(topology.repartitionTopics);
  const outputs = topology.sinkTopics.filter((topic) => !internal.has(topic)).map(({ name }) => name);
  const inputs = topology.sourceTopics.filter((topic) => !internal.has(topic)).map(({ name }) => name);
  await cluster.ensureTopics(
    [...inputs, ...outputs].map((name) => ({
      name: `${namespace}.${name}`,
      partitions: 1,
      // The cases' time begins in 1970: what is that old must stay.
      config: { 'retention.ms': '-1' },
    })),
  );
  const portions = portionsOf(golden, topology);
  let stores: ClusterResult['stores'] = {};
  for (const group of inGroups(portions, way.restarts ? GROUPS_WITH_RESTARTS : 1)) {
    stores = await runGroup(golden, group, run);
  }
  const topics = await readRecords(cluster, outputs, (topic) => `${namespace}.${topic}`);
  return { topics, stores };
}

/** Starts the application, gives it these portions one by one, and ends it. Gives what its stores then hold. */
async function runGroup(golden: GoldenCase, portions: readonly InputRecord[][], run: ClusterRun) {
  const { cluster, namespace, way } = run;
  const built = buildTopology(golden, way);
  const producer = await cluster.produce();
  const streams = await startStreams(built.topology, {
    cluster,
    applicationId: namespace,
    topicName: ({ name }) => `${namespace}.${name}`,
    processingGuarantee: way.processingGuarantee,
    commitIntervalMs: 10,
    emitIntervalMs: golden.config?.emitIntervalMs ?? 0,
  });
  const internal = new Set(built.topology.repartitionTopics);
  const read = built.topology.sources.map(({ topic }) => `${namespace}${internal.has(topic) ? '-' : '.'}${topic.name}`);
  const lastRecords = await LastRecords.open(cluster, [...new Set(read)]);
  try {
    for (const portion of portions) {
      await producer.send(portion.map((record) => outgoing(record, namespace)));
      await untilProcessed(portion, {
        cluster,
        applicationId: namespace,
        streams,
        topology: built.topology,
        lastRecords,
      });
    }
    return storesOf(golden, streams);
  } finally {
    await streams.close();
    await lastRecords.close();
    await producer.close();
  }
}

function outgoing({ topic, key, value, timestamp }: InputRecord, namespace: string) {
  return {
    topic: `${namespace}.${topic}`,
    key: key === null ? null : caseSerdes.key.serialize(key),
    value: value === null ? null : caseSerdes.value.serialize(value),
    timestamp,
  };
}

function storesOf(golden: GoldenCase, { stores }: KafkaStreams): ClusterResult['stores'] {
  const named = Object.keys(golden.stores).map((name) => {
    const entries = [...stores.keyValue<CaseKey, unknown>(name).all()];
    return [name, entries.map(([key, value]) => recorded({ key, value, timestamp: 0 }))] as const;
  });
  return Object.fromEntries(named);
}
