import { apis, errorCode, type InputOf } from '#shared/wire';
import { type BrokerState, nodeId } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import type { Refusal } from '../log/check-batch.js';
import { brokerDefaults, type ConfigEntry, configFault, isListConfig } from '../topics/topic-config.js';
import { topicNameFault } from '../topics/topics.js';

type Described = InputOf<typeof apis.describeConfigs.response>['results'][number];

const topicResource = 2;
const brokerResource = 4;

/** Where a value comes from, as DescribeConfigs numbers it: the topic itself, or the default. */
export const sourceOf = (entry: ConfigEntry) => (entry.isDefault ? 5 : 1);

/** What a change does to a setting (KIP-339). */
const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

interface Change {
  readonly name: string;
  readonly operation: number;
  readonly value: string | null;
}

/** Tells and changes the settings of topics. */
export function configHandlers(state: BrokerState): Handler[] {
  const { topics } = state;

  const describe = (type: number, name: string): readonly ConfigEntry[] | Refusal => {
    if (type === brokerResource) return name === String(nodeId) ? brokerEntries(state) : noSuchBroker(name);
    if (type !== topicResource) return onlyTopics(type);
    return topics.find(name)?.config.entries() ?? noSuchTopic(name);
  };

  const describeConfigs = handler(apis.describeConfigs, (request) => ({
    results: distinct(request.resources).map(({ resourceType, resourceName, configurationKeys }): Described => {
      const found = describe(resourceType, resourceName);
      if ('errorCode' in found) return { resourceType, resourceName, ...found, configs: [] };
      const asked = found.filter(({ name }) => configurationKeys === null || configurationKeys.includes(name));
      return {
        resourceType,
        resourceName,
        errorCode: errorCode.none,
        errorMessage: null,
        configs: asked.map((entry) => ({
          name: entry.name,
          value: entry.value,
          readOnly: resourceType === brokerResource,
          isDefault: entry.isDefault,
          configSource: sourceOf(entry),
          isSensitive: false,
          synonyms: request.includeSynonyms ? synonymsOf(entry) : [],
          configType: entry.kindNumber,
        })),
      };
    }),
  }));

  /** Applies all of the changes to the topic, or none and says why. */
  const alter = (
    type: number,
    name: string,
    from: 'nothing' | 'current',
    changes: readonly Change[],
    trial: boolean,
  ) => {
    if (type !== topicResource) return onlyTopics(type);
    const topic = topics.find(name);
    if (topic === undefined) return noSuchTopic(name);
    const misnamed = misnamedIn(changes);
    if (misnamed !== undefined) return { errorCode: errorCode.invalidRequest, errorMessage: misnamed };
    const next = new Map(from === 'current' ? topic.config.overrides : []);
    for (const change of changes) {
      const fault = applyChange(next, change, topic.config.get(change.name));
      if (fault !== undefined) return { errorCode: errorCode.invalidConfig, errorMessage: fault };
    }
    if (!trial) topics.configure(topic, next);
    return { errorCode: errorCode.none, errorMessage: null };
  };

  const alterConfigs = handler(apis.alterConfigs, (request) => ({
    responses: request.resources.map(({ resourceType, resourceName, configs }) => {
      const changes = configs.map((config) => ({ ...config, operation: operation.set }));
      const outcome = alter(resourceType, resourceName, 'nothing', changes, request.validateOnly);
      return { resourceType, resourceName, ...outcome };
    }),
  }));

  const incrementalAlterConfigs = handler(apis.incrementalAlterConfigs, (request) => ({
    responses: request.resources.map(({ resourceType, resourceName, configs }) => {
      const changes = configs.map(({ name, value, configOperation }) => ({ name, value, operation: configOperation }));
      const outcome = alter(resourceType, resourceName, 'current', changes, request.validateOnly);
      return { resourceType, resourceName, ...outcome };
    }),
  }));

  return [describeConfigs, alterConfigs, incrementalAlterConfigs];
}

/** Each resource once: a small request that names one many times must not make a huge answer. */
const distinct = <T extends { readonly resourceType: number; readonly resourceName: string }>(
  asked: readonly T[],
): T[] => [...new Map(asked.map((one) => [`${one.resourceType} ${one.resourceName}`, one])).values()];

/** What is wrong with a list of changes, whatever they change. */
function misnamedIn(changes: readonly Change[]): string | undefined {
  const names = new Set(changes.map(({ name }) => name));
  if (names.size < changes.length) return 'A setting is named more than once';
  const empty = changes.find((change) => change.value === null && change.operation !== operation.delete);
  return empty && `${empty.name} is null; to have the default again, delete the setting`;
}

/** Where a value comes from, the nearest first. */
function synonymsOf(entry: ConfigEntry) {
  const fallback = { ...entry.fallback, source: 5 };
  return entry.isDefault ? [fallback] : [{ name: entry.name, value: entry.value, source: sourceOf(entry) }, fallback];
}

/** Makes the change in `settings`, or says what is wrong with it. */
function applyChange(settings: Map<string, string>, change: Change, current: string): string | undefined {
  const { name } = change;
  if (change.operation === operation.delete) {
    settings.delete(name);
    return undefined;
  }
  let value = change.value ?? '';
  if (change.operation !== operation.set) {
    if (!isListConfig(name)) return `${name} is no list, so nothing can be appended to or subtracted from it`;
    const now = (settings.get(name) ?? current).split(',').filter((word) => word !== '');
    const given = value.split(',');
    const kept = now.filter((word) => !given.includes(word));
    value = (change.operation === operation.append ? [...kept, ...given] : kept).join(',');
  }
  const fault = configFault(name, value);
  if (fault === undefined) settings.set(name, value);
  return fault;
}

/** What clients like to know of a broker before they create topics. */
function brokerEntries({ topics }: BrokerState): ConfigEntry[] {
  const entry = (name: string, value: string, kindNumber: number): ConfigEntry => {
    return { name, value, isDefault: true, kindNumber, fallback: { name, value } };
  };
  return [
    ...brokerDefaults(),
    entry('auto.create.topics.enable', 'true', 1),
    entry('broker.id', String(nodeId), 3),
    entry('default.replication.factor', '1', 3),
    entry('node.id', String(nodeId), 3),
    entry('num.partitions', String(topics.defaultPartitions), 3),
  ];
}

function noSuchTopic(name: string): Refusal {
  const fault = topicNameFault(name);
  return fault === undefined
    ? { errorCode: errorCode.unknownTopicOrPartition, errorMessage: `There is no topic '${name}'` }
    : { errorCode: errorCode.invalidTopic, errorMessage: fault };
}

const noSuchBroker = (name: string): Refusal => ({
  errorCode: errorCode.invalidRequest,
  errorMessage: `There is no broker ${name}; the only one is ${nodeId}`,
});

const onlyTopics = (type: number): Refusal => ({
  errorCode: errorCode.invalidRequest,
  errorMessage: `Resource type ${type} has no settings here that can be changed; topics (2) have`,
});
