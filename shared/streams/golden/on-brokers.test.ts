import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { describeOnEachKafkaAlone } from '#shared/testing';
import { brokerSample } from './broker-sample.js';
import { buildTopology } from './build-topology.js';
import { clusterDifference } from './compare-on-cluster.js';
import { readCaseLines } from './read-case-lines.js';
import { runOnCluster } from './run-on-cluster.js';

const CASES_PER_CATEGORY = 4;
const sample = brokerSample(
  readCaseLines(fileURLToPath(projectFile('shared/streams/golden/cases'))),
  CASES_PER_CATEGORY,
);

await describeOnEachKafkaAlone('what Kafka Streams recorded', (kafka) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'golden' });
    return () => cluster.close();
  });

  // A loop, for `each` shortens the names.
  for (const { category, cases } of sample) {
    describe(category, () => {
      for (const { name, golden, way } of cases) {
        it.concurrent(name, { timeout: 60_000 }, async () => {
          const result = await runOnCluster(golden, { cluster, namespace: kafka.unique(golden.name), way });
          const { topology } = buildTopology(golden, way);
          const difference = clusterDifference(golden, topology, result);
          if (difference !== undefined) expect.fail(difference);
        });
      }
    });
  }
});
