import { apis, errorCode, type InputOf, noUuid, type RequestOf } from '#shared/wire';
import { type BrokerState, nodeId } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import type { Refusal } from '../log/check-batch.js';
import { type NewTopic, partitionCountFault, type Topic } from '../topics/topics.js';
import { sourceOf } from './configs.js';

type CreatableTopic = RequestOf<typeof apis.createTopics>['topics'][number];
type CreatedTopic = InputOf<typeof apis.createTopics.response>['topics'][number];
type Growing = RequestOf<typeof apis.createPartitions>['topics'][number];
type DeletedTopic = InputOf<typeof apis.deleteTopics.response>['responses'][number];

/** Creates, deletes and enlarges topics, and cuts the old end of their logs. */
export function topicHandlers({ topics }: BrokerState): Handler[] {
  const createTopics = handler(apis.createTopics, (request) => {
    const counts = countsOf(request.topics.map(({ name }) => name));
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

  const deleteTopics = handler(apis.deleteTopics, (request) => {
    const named = [...request.topicNames.map((name) => ({ name, topicId: noUuid })), ...request.topics];
    const found = named.map((one) => {
      // By a name or by an id: both together could contradict each other.
      const isNamed = (one.name === null) !== (one.topicId === noUuid);
      return { ...one, isNamed, topic: one.name === null ? topics.findById(one.topicId) : topics.find(one.name) };
    });
    const counts = countsOf(found.map(({ topic }) => topic));
    const isOnce = (topic: Topic | undefined) => topic === undefined || counts.get(topic) === 1;
    const answers = found.map(({ name, topicId, isNamed, topic }): (() => DeletedTopic) => {
      if (isNamed && isOnce(topic)) return () => deleteOne(topic, name, topicId);
      const errorMessage = isNamed ? 'The topic is named more than once' : 'A topic is named by its name or by its id';
      return () => ({ name, topicId, errorCode: errorCode.invalidRequest, errorMessage });
    });
    return { responses: answers.map((answer) => answer()) };
  });

  const growTopic = ({ name, count, assignments }: Growing, isTrial: boolean): Refusal => {
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
    if (assignments !== null && (assignments.length !== count - has || !assignments.every(isOnThisBroker))) {
      return { errorCode: errorCode.invalidReplicaAssignment, errorMessage: oneReplica };
    }
    if (!isTrial) topics.grow(topic, count);
    return { errorCode: errorCode.none, errorMessage: '' };
  };

  const createPartitions = handler(apis.createPartitions, (request) => {
    const counts = countsOf(request.topics.map(({ name }) => name));
    const results = [...new Map(request.topics.map((one) => [one.name, one])).values()].map((one) => {
      const outcome =
        counts.get(one.name) !== 1
          ? { errorCode: errorCode.invalidRequest, errorMessage: `Topic '${one.name}' is named more than once` }
          : growTopic(one, request.validateOnly);
      return { name: one.name, errorCode: outcome.errorCode, errorMessage: outcome.errorMessage || null };
    });
    return { results };
  });

  const deleteRecords = handler(apis.deleteRecords, (request) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => {
        const log = topics.log(name, partitionIndex);
        if (log === undefined) {
          return { partitionIndex, lowWatermark: -1, errorCode: errorCode.unknownTopicOrPartition };
        }
        if (!log.settings().isDeleting) {
          return { partitionIndex, lowWatermark: -1, errorCode: errorCode.policyViolation };
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

/** How often each is there. */
function countsOf<T>(all: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}

const oneReplica = `Partitions are assigned from 0 on, each to broker ${nodeId} and to no other: it is the only one`;
const isOnThisBroker = ({ brokerIds }: { readonly brokerIds: readonly number[] }) =>
  brokerIds.length === 1 && brokerIds[0] === nodeId;

/** What the client asks for, in the broker's words; refused where one broker can't do it. */
function newTopicOf(asked: CreatableTopic): NewTopic | Refusal {
  const { name, numPartitions, replicationFactor, assignments } = asked;
  if (replicationFactor !== -1 && replicationFactor !== 1 && assignments.length === 0) {
    return {
      errorCode: errorCode.invalidReplicationFactor,
      errorMessage: `Replication factor: ${replicationFactor} larger than available brokers: 1.`,
    };
  }
  if (assignments.length > 0 && (numPartitions !== -1 || replicationFactor !== -1)) {
    return {
      errorCode: errorCode.invalidRequest,
      errorMessage: 'Partitions are assigned to brokers, so their number and that of the replicas must be -1',
    };
  }
  const areFromZero = [...assignments]
    .sort((a, b) => a.partitionIndex - b.partitionIndex)
    .every(({ partitionIndex }, i) => partitionIndex === i);
  if (!areFromZero || !assignments.every(isOnThisBroker)) {
    return { errorCode: errorCode.invalidReplicaAssignment, errorMessage: oneReplica };
  }
  const given: [string, string][] = [];
  for (const config of asked.configs) {
    if (config.value === null) return { errorCode: errorCode.invalidConfig, errorMessage: `${config.name} is null` };
    given.push([config.name, config.value]);
  }
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
