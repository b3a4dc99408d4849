import { apis, errorCode, type InputOf, noUuid, type RequestOf } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import type { Refusal } from '../log/check-batch.js';
import { type NewTopic, partitionCountFault, type Topic } from '../topics/topics.js';
import { sourceOf } from './configs.js';

type CreatableTopic = RequestOf<typeof apis.createTopics>['topics'][number];
type CreatedTopic = InputOf<typeof apis.createTopics.response>['topics'][number];
type DeletedTopic = InputOf<typeof apis.deleteTopics.response>['responses'][number];

/** Creates, deletes and enlarges topics, and cuts the old end of their logs. */
export function topicHandlers({ topics }: BrokerState): Handler[] {
  const createTopics = handler(apis.createTopics, (request) => {
    const counts = new Map<string, number>();
    for (const { name } of request.topics) counts.set(name, (counts.get(name) ?? 0) + 1);
    return {
      topics: request.topics.map((asked): CreatedTopic => {
        const isTwice = counts.get(asked.name) !== 1;
        const wanted = isTwice
          ? { errorCode: errorCode.invalidRequest, errorMessage: `Topic '${asked.name}' is named more than once` }
          : newTopicOf(asked);
        if ('errorCode' in wanted) return { name: asked.name, ...wanted };
        if (request.validateOnly) {
          const fault = topics.faultOf(wanted);
          return { name: asked.name, ...(fault ?? { errorCode: errorCode.none, errorMessage: null }) };
        }
        const created = topics.create(wanted);
        return 'errorCode' in created ? { name: asked.name, ...created } : createdTopic(created);
      }),
    };
  });

  const deleteOne = (topic: Topic | undefined, name: string | null, topicId: string): DeletedTopic => {
    if (topic === undefined) {
      const code = name === null ? errorCode.unknownTopicId : errorCode.unknownTopicOrPartition;
      return { name, topicId, errorCode: code, errorMessage: 'There is no such topic' };
    }
    topics.delete(topic);
    return { name: topic.name, topicId: topic.id, errorCode: errorCode.none, errorMessage: null };
  };

  const deleteTopics = handler(apis.deleteTopics, (request) => ({
    responses: [
      ...request.topicNames.map((name) => deleteOne(topics.find(name), name, noUuid)),
      ...request.topics.map(({ name, topicId }) =>
        deleteOne(name === null ? topics.findById(topicId) : topics.find(name), name, topicId),
      ),
    ],
  }));

  const growTopic = (name: string, count: number, isTrial: boolean): Refusal => {
    const topic = topics.find(name);
    if (topic === undefined) {
      return { errorCode: errorCode.unknownTopicOrPartition, errorMessage: `There is no topic '${name}'` };
    }
    const has = topic.partitions.length;
    const fault =
      partitionCountFault(count) ??
      topics.totalFault(count - has) ??
      (count <= has ? `Topic '${name}' has ${has} partitions; ${count} would not be more` : undefined);
    if (fault !== undefined) return { errorCode: errorCode.invalidPartitions, errorMessage: fault };
    if (!isTrial) topics.grow(topic, count);
    return { errorCode: errorCode.none, errorMessage: '' };
  };

  const createPartitions = handler(apis.createPartitions, (request) => ({
    results: request.topics.map(({ name, count }) => {
      const outcome = growTopic(name, count, request.validateOnly);
      return { name, errorCode: outcome.errorCode, errorMessage: outcome.errorMessage || null };
    }),
  }));

  const deleteRecords = handler(apis.deleteRecords, (request) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => {
        const log = topics.log(name, partitionIndex);
        if (log === undefined) {
          return { partitionIndex, lowWatermark: -1, errorCode: errorCode.unknownTopicOrPartition };
        }
        const upTo = offset === -1 ? log.highWatermark : offset;
        if (upTo < 0 || upTo > log.highWatermark) {
          return { partitionIndex, lowWatermark: -1, errorCode: errorCode.offsetOutOfRange };
        }
        topics.deleteRecords(name, partitionIndex, log, upTo);
        return { partitionIndex, lowWatermark: log.startOffset, errorCode: errorCode.none };
      }),
    })),
  }));

  return [createTopics, deleteTopics, createPartitions, deleteRecords];
}

/** What the client asks for, in the broker's words; refused where one broker can't do it. */
function newTopicOf(asked: CreatableTopic): NewTopic | Refusal {
  const { name, numPartitions, replicationFactor, assignments } = asked;
  if (replicationFactor !== -1 && replicationFactor !== 1 && assignments.length === 0) {
    return {
      errorCode: errorCode.invalidReplicationFactor,
      errorMessage: `Replication factor: ${replicationFactor} larger than available brokers: 1.`,
    };
  }
  if (assignments.some(({ brokerIds }) => brokerIds.length !== 1)) {
    return { errorCode: errorCode.invalidReplicaAssignment, errorMessage: 'There is one broker, so one replica' };
  }
  const given = asked.configs.flatMap((config): [string, string][] =>
    config.value === null ? [] : [[config.name, config.value]],
  );
  const partitions = assignments.length > 0 ? assignments.length : numPartitions;
  return { name, ...(partitions === -1 ? {} : { partitions }), config: new Map(given) };
}

function createdTopic(topic: Topic): CreatedTopic {
  return {
    name: topic.name,
    topicId: topic.id,
    errorCode: errorCode.none,
    errorMessage: null,
    numPartitions: topic.partitions.length,
    replicationFactor: 1,
    configs: topic.config.entries().map((entry) => ({
      name: entry.name,
      value: entry.value,
      readOnly: false,
      configSource: sourceOf(entry),
      isSensitive: false,
    })),
  };
}
