import { apis, errorCode, type InputOf, noUuid } from '#shared/wire';
import { type BrokerState, nodeId } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import { leaderEpoch } from '../log/partition-log.js';
import type { Topic } from '../topics/topics.js';

type MetadataTopic = InputOf<typeof apis.metadata.response>['topics'][number];

/** Who the broker is and what topics it has. */
export function clusterHandlers(state: BrokerState): Handler[] {
  const { topics } = state;

  const metadata = handler(apis.metadata, (request, { version, advertised }) => {
    const isAll = request.topics === null || (version === 0 && request.topics.length === 0);
    const mayCreate = request.allowAutoTopicCreation;
    const found = isAll
      ? Array.from(topics.all(), describeTopic)
      : distinct(request.topics ?? []).map(({ name, topicId }) =>
          name === null ? byId(state, topicId) : byName(state, name, mayCreate),
        );
    return {
      brokers: [{ nodeId, ...advertised, rack: null }],
      clusterId: state.clusterId,
      controllerId: nodeId,
      topics: found,
    };
  });

  const describeCluster = handler(apis.describeCluster, (request, { advertised }) => ({
    errorCode: errorCode.none,
    errorMessage: null,
    endpointType: request.endpointType,
    clusterId: state.clusterId,
    controllerId: nodeId,
    brokers: [{ brokerId: nodeId, ...advertised, rack: null }],
  }));

  return [metadata, describeCluster];
}

/** Each topic once, as Kafka does: a small request that names a large topic many times must not make a huge answer. */
const distinct = <T extends { readonly name: string | null; readonly topicId: string }>(asked: readonly T[]): T[] => [
  ...new Map(asked.map((one) => [one.name ?? `id ${one.topicId}`, one])).values(),
];

function describeTopic(topic: Topic): MetadataTopic {
  return {
    errorCode: errorCode.none,
    name: topic.name,
    topicId: topic.id,
    partitions: topic.partitions.map((_, partitionIndex) => ({
      errorCode: errorCode.none,
      partitionIndex,
      leaderId: nodeId,
      leaderEpoch,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
    })),
  };
}

function byId({ topics }: BrokerState, topicId: string): MetadataTopic {
  const topic = topics.findById(topicId);
  return topic === undefined ? missing(errorCode.unknownTopicId, null, topicId) : describeTopic(topic);
}

function byName({ topics }: BrokerState, name: string, mayCreate: boolean): MetadataTopic {
  const known = topics.find(name);
  if (known !== undefined) return describeTopic(known);
  const fault = topics.faultOf({ name });
  if (fault !== undefined) return missing(fault.errorCode, name);
  if (!mayCreate) return missing(errorCode.unknownTopicOrPartition, name);
  const created = topics.create({ name });
  return 'errorCode' in created ? missing(created.errorCode, name) : describeTopic(created);
}

const missing = (code: number, name: string | null, topicId = noUuid): MetadataTopic => ({
  errorCode: code,
  // Below version 12 a topic must have a name in the answer.
  name: name ?? '',
  topicId,
  partitions: [],
});
