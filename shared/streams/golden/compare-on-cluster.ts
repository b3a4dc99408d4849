import type { Topology } from '#shared/streams';
import type { GoldenCase, StoredRecord } from './case.js';
import { difference, entryText, keyText } from './compare.js';
import type { ClusterResult } from './run-on-cluster.js';

/**
 * Says in a line where what a cluster has differs from what Kafka Streams gave; undefined where it does not. Records of a
 * topic and key are compared in order; where tasks run at the same time and meet in one topic, the last of them.
 */
export function clusterDifference(golden: GoldenCase, topology: Topology, result: ClusterResult): string | undefined {
  const shown = isOrdered(topology)
    ? (records: StoredRecord[]) => records
    : (records: StoredRecord[]) => records.slice(-1);
  for (const [topic, records] of Object.entries(result.topics)) {
    const expected = byKey(golden.output.filter((record) => record.topic === topic));
    const got = byKey(records);
    for (const key of new Set([...expected.keys(), ...got.keys()])) {
      const [wanted, found] = [expected, got].map((all) => shown(all.get(key) ?? []).map(entryText));
      const what = differing(`${topic}, key ${key}`, wanted, found);
      if (what !== undefined) return what;
    }
  }
  for (const [name, rows] of Object.entries(golden.stores)) {
    const what = differing(`store ${name}`, rows.map(rowText), (result.stores[name] ?? []).map(rowText));
    if (what !== undefined) return what;
  }
  return undefined;
}

function differing(where: string, expected: readonly string[] = [], got: readonly string[] = []): string | undefined {
  return expected.join('\n') === got.join('\n') ? undefined : difference(where, expected, got);
}

function byKey(records: readonly StoredRecord[]): Map<string, StoredRecord[]> {
  const found = new Map<string, StoredRecord[]>();
  for (const record of records) {
    const key = keyText(record.key);
    found.set(key, [...(found.get(key) ?? []), record]);
  }
  return found;
}

function rowText({ key, value }: Pick<StoredRecord, 'key' | 'value'>): string {
  return `${keyText(key)}=${JSON.stringify(value)}`;
}

/** Each topic has one task that writes it, and no task reads two that others write: then nothing depends on who is first. */
function isOrdered({ subTopologies, repartitionTopics }: Topology): boolean {
  const internal = new Set(repartitionTopics.map(({ name }) => name));
  const written = subTopologies.flatMap(({ nodes }) => [
    ...new Set(nodes.flatMap((node) => (node.kind === 'sink' ? [node.topic.name] : []))),
  ]);
  return (
    new Set(written).size === written.length &&
    subTopologies.every(
      ({ sources }) =>
        new Set(sources.flatMap(({ topic }) => (internal.has(topic.name) ? [topic.name] : []))).size <= 1,
    )
  );
}
