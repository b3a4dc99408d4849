// What the admin client does with topics, their settings, records and committed offsets.
import { base, kafka, report, serializers } from './client.mjs';

const { ConfigResourceTypes, IncrementalAlterConfigOperationTypes } = kafka;
const admin = new kafka.Admin(base);
const created = await admin.createTopics({
  topics: ['kept'],
  partitions: 2,
  replicas: 1,
  configs: [{ name: 'retention.ms', value: '100000000' }],
});
await admin.createTopics({ topics: ['dropped'], partitions: 1, replicas: 1 });
const refused = await admin.createTopics({ topics: ['kept'], partitions: 2, replicas: 1 }).catch((error) => error);
await admin.createPartitions({ topics: [{ name: 'kept', count: 3, assignments: null }] });
await admin.deleteTopics({ topics: ['dropped'] });

const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: 'kept' };
const setting = async (name) => {
  const [described] = await admin.describeConfigs({
    resources: [{ ...resource, configurationKeys: [name] }],
    includeSynonyms: true,
    includeDocumentation: true,
  });
  return described.configs.find((config) => config.name === name).value;
};
const before = await setting('retention.ms');
await admin.incrementalAlterConfigs({
  resources: [
    {
      ...resource,
      configs: [
        { name: 'retention.ms', configOperation: IncrementalAlterConfigOperationTypes.DELETE, value: null },
        { name: 'cleanup.policy', configOperation: IncrementalAlterConfigOperationTypes.SET, value: 'compact' },
      ],
    },
  ],
});
const after = { retention: await setting('retention.ms'), policy: await setting('cleanup.policy') };
await admin.alterConfigs({ resources: [{ ...resource, configs: [{ name: 'cleanup.policy', value: 'delete' }] }] });

const producer = new kafka.Producer({ ...base, serializers });
await producer.send({
  messages: ['a', 'b', 'c', 'd'].map((value) => ({ topic: 'kept', partition: 1, value })),
  acks: kafka.ProduceAcks.ALL,
});
const [deleted] = await admin.deleteRecords({
  topics: [{ name: 'kept', partitions: [{ partition: 1, offset: 3n }] }],
});
await admin.alterConsumerGroupOffsets({
  groupId: 'elsewhere',
  topics: [{ name: 'kept', partitionOffsets: [{ partition: 1, offset: 4n }] }],
});
const [offsets] = await admin.listConsumerGroupOffsets({ groups: ['elsewhere'] });
const [coordinator] = await admin.findCoordinator({
  keyType: kafka.FindCoordinatorKeyTypes.GROUP,
  keys: ['elsewhere'],
});
const metadata = await admin.metadata({ topics: ['kept'] });
const [logDirectories] = await admin.describeLogDirs({ topics: [{ name: 'kept', partitions: [0, 1, 2] }] });

report({
  created: created.map(({ name, partitions, replicas }) => ({ name, partitions, replicas })),
  refused: refused.errors?.[0]?.errors?.[0]?.apiId ?? refused.errors?.[0]?.apiId ?? String(refused),
  topics: await admin.listTopics(),
  partitions: metadata.topics.get('kept').partitionsCount,
  before,
  after,
  policy: await setting('cleanup.policy'),
  lowWatermark: deleted.partitions[0].lowWatermark,
  committed: offsets.topics[0].partitions.find(({ partitionIndex }) => partitionIndex === 1).committedOffset,
  coordinator: coordinator.nodeId,
  logDirectoryPartitions: logDirectories.results.flatMap(({ topics }) => topics.flatMap((topic) => topic.partitions))
    .length,
});
await producer.close();
await admin.close();
