import { KitError } from '#shared/errors';
import type { Cluster, TopicRequest } from '#shared/kafka';
import { type ErasedTopic, hasSerdes } from '../topics.js';
import type { SubTopology } from '../topology/sub-topologies.js';
import type { CoPartitioned, Topology } from '../topology/topology.js';

/** How a topology's topics and stores are called on a cluster. */
export interface Names {
  readonly topic: (topic: ErasedTopic) => string;
  readonly changelog: (store: string) => string;
}

/** The topics of a topology on a cluster: checked, and those of the application's own created. */
export interface ClusterTopics {
  /** By the topic's name in the topology. */
  readonly partitions: ReadonlyMap<string, number>;
  /** By its name on the cluster, changelogs among them. */
  readonly partitionsByFullName: ReadonlyMap<string, number>;
}

// Nobody but the application reads them, and it deletes what it has processed: time must not.
const REPARTITION = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'segment.bytes': '52428800' };

// Kafka Streams lets the changelogs of windows expire by the clock. Event time may be long ago: windows are deleted here
// by tombstones when their store lets go of them.
const CHANGELOG = { 'cleanup.policy': 'compact' };

/**
 * Finds out how many partitions the topics of a topology have, and creates repartition and changelog topics.
 * @throws KitError 'topic-mismatch' where a topic is missing, or topics that are joined differ in their partitions, naming
 * the operator and what would help.
 */
export async function prepareTopics(
  topology: Topology,
  cluster: Cluster,
  names: Names,
  /** The name on the cluster of the topic for records that fail. */
  deadLetterTopic: string | undefined,
): Promise<ClusterTopics> {
  const topics = [...topology.sourceTopics, ...topology.sinkTopics];
  const changelogs = loggedStores(topology).map(({ store }) => names.changelog(store));
  const letters = deadLetterTopic === undefined ? [] : [deadLetterTopic];
  const existing = await cluster.partitionCounts([...new Set([...topics.map(names.topic), ...changelogs, ...letters])]);
  const external = topics.filter((topic) => !isInternal(topic));
  for (const topic of external) {
    if (!existing.has(names.topic(topic))) throw missing(topology, topic, names);
  }
  for (const name of letters) {
    if (existing.has(name)) continue;
    throw new KitError(
      'topic-mismatch',
      `The topic ${name}, which is to take records that fail (\`deadLetterTopic\`), is not on the cluster. Create it before the application starts, or leave the option out.`,
    );
  }
  const partitions = new Map(external.map((topic) => [topic.name, existing.get(names.topic(topic)) ?? 0]));
  settleRepartitionTopics(topology, partitions);
  for (const coPartitioned of topology.coPartitioned) checkCoPartitioned(coPartitioned, partitions, names);

  const requests: TopicRequest[] = topology.repartitionTopics.map((topic) => ({
    name: names.topic(topic),
    partitions: partitions.get(topic.name) ?? 1,
    config: REPARTITION,
  }));
  for (const { store, subTopology } of loggedStores(topology)) {
    const count = Math.max(...subTopology.sources.map(({ topic }) => partitions.get(topic.name) ?? 1));
    requests.push({ name: names.changelog(store), partitions: count, config: CHANGELOG });
  }
  for (const { name, partitions: wanted } of requests) {
    const found = existing.get(name);
    if (found !== undefined && found !== wanted) {
      throw new KitError(
        'topic-mismatch',
        `The internal topic ${name} has ${found} partitions, but the topology needs ${wanted}: the topics that it reads were ` +
          "changed since. Delete the application's internal topics and its committed offsets to begin anew, or give it another application id.",
      );
    }
  }
  if (requests.length > 0) await cluster.ensureTopics(requests);
  const byFullName = new Map(requests.map(({ name, partitions: count }) => [name, count]));
  for (const topic of topics) byFullName.set(names.topic(topic), partitions.get(topic.name) ?? 1);
  return { partitions, partitionsByFullName: byFullName };
}

/** The stores that have a changelog, and the sub-topology that each belongs to. */
function loggedStores(topology: Topology): { readonly store: string; readonly subTopology: SubTopology }[] {
  return topology.subTopologies.flatMap((subTopology) =>
    subTopology.stores
      .filter((store) => topology.stores.get(store)?.logging === true)
      .map((store) => ({ store, subTopology })),
  );
}

function isInternal(topic: ErasedTopic): boolean {
  return hasSerdes(topic) && topic.internal === true;
}

/** A repartition topic has the partitions that it was asked to have, those of what it is joined with, or as many as its input. */
function settleRepartitionTopics(topology: Topology, partitions: Map<string, number>): void {
  let open = topology.repartitionTopics;
  for (const topic of open) {
    if (hasSerdes(topic) && topic.partitions !== undefined) partitions.set(topic.name, topic.partitions);
  }
  for (;;) {
    open = open.filter(({ name }) => !partitions.has(name));
    if (open.length === 0) return;
    const settled = open.filter(({ name }) => {
      const count = joinedWith(topology, name, partitions) ?? writtenBy(topology, name, partitions);
      if (count !== undefined) partitions.set(name, count);
      return count !== undefined;
    });
    // Only a circle of repartition topics could be left: each then has the partitions of some external topic.
    if (settled.length === 0) for (const { name } of open) partitions.set(name, Math.max(1, ...partitions.values()));
  }
}

function joinedWith(topology: Topology, name: string, partitions: ReadonlyMap<string, number>): number | undefined {
  const counts = topology.coPartitioned
    .map(({ sources }) => sources.map(({ topic }) => topic.name))
    .filter((sources) => sources.includes(name))
    .flatMap((sources) => sources.flatMap((source) => partitions.get(source) ?? []));
  return counts.length === 0 ? undefined : Math.max(...counts);
}

function writtenBy(topology: Topology, name: string, partitions: ReadonlyMap<string, number>): number | undefined {
  const writers = topology.subTopologies.filter(({ nodes }) =>
    nodes.some((node) => node.kind === 'sink' && node.topic.name === name),
  );
  const counts = writers.flatMap(({ sources }) => sources.map(({ topic }) => partitions.get(topic.name)));
  const known = counts.filter((count) => count !== undefined);
  return known.length < counts.length || known.length === 0 ? undefined : Math.max(...known);
}

function checkCoPartitioned(
  { operator, sources }: CoPartitioned,
  partitions: ReadonlyMap<string, number>,
  names: Names,
): void {
  const counts = new Map(sources.map(({ topic }) => [names.topic(topic), partitions.get(topic.name) ?? 0]));
  if (new Set(counts.values()).size <= 1) return;
  const found = Array.from(counts, ([topic, count]) => `${topic} has ${count}`).join(', ');
  const most = Math.max(...counts.values());
  throw new KitError(
    'topic-mismatch',
    `The operator ${operator} needs topics with the same number of partitions: ${found}. ` +
      `Send the one with fewer through repartition({ partitions: ${most} }) before, or look it up as a global table.`,
  );
}

function missing(topology: Topology, topic: ErasedTopic, names: Names): KitError {
  const reader = topology.sources.find((source) => source.topic.name === topic.name)?.name;
  const global = topology.globalStores.find((store) => store.topic.name === topic.name)?.sourceName;
  const writer = topology.sinks.find((sink) => sink.topic.name === topic.name)?.name;
  const who = reader ?? global;
  const what = who === undefined ? `the operator ${writer} writes` : `the operator ${who} reads`;
  return new KitError(
    'topic-mismatch',
    `The topic ${names.topic(topic)}, which ${what}, is not on the cluster. Create it before the application starts, with the partitions that it is to have.`,
  );
}
