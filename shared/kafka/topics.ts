import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import { apis, noUuid } from '#shared/wire';
import type { Link } from './link.js';
import type { Nodes } from './nodes.js';
import { endOffsets, partitionCounts } from './partition-offsets.js';
import { accept, errorCode, Refusal } from './refusal.js';

/** A topic to be created when it is missing. */
export interface TopicRequest {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

const ASKED_WITHIN_MS = 15_000;
const AGAIN_MS = 50;

/** The topics that this client may see, in the order of their names. */
export function topicNames(nodes: Nodes): Promise<readonly string[]> {
  return nodes.insist('Looking for the topics', async () => {
    const link = await nodes.any();
    const { topics } = await link.request(apis.metadata, { topics: null, allowAutoTopicCreation: false });
    return topics.flatMap(({ name }) => name ?? []).toSorted();
  });
}

/** Creates the topics that are missing, and waits until each partition has a leader that serves it. */
export async function createTopics(nodes: Nodes, topics: readonly TopicRequest[]): Promise<void> {
  const names = topics.map(({ name }) => name);
  const existing = new Set(await topicNames(nodes));
  const missing = topics.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) await create(nodes, missing);
  await untilServed(nodes, names);
}

async function create(nodes: Nodes, topics: readonly TopicRequest[]): Promise<void> {
  await ofController(nodes, `Creating the topics ${topics.map(({ name }) => name).join(', ')}`, async (controller) => {
    const answer = await controller.request(apis.createTopics, {
      topics: topics.map(({ name, partitions, config }) => ({
        name,
        numPartitions: partitions,
        // The broker's default: a production cluster says three, a laptop one.
        replicationFactor: -1,
        assignments: [],
        configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      })),
      timeoutMs: ASKED_WITHIN_MS / 2,
      validateOnly: false,
    });
    return answer.topics.map(({ name, errorCode: code, errorMessage }) => ({
      name,
      // Forty people who start at once race for the same topics.
      code: code === errorCode.topicAlreadyExists ? errorCode.none : code,
      why: errorMessage,
    }));
  });
}

/** Deletes topics with all that is on them, and waits until no broker knows them: then they can be made anew. */
export async function deleteTopics(nodes: Nodes, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const doing = `Deleting the topics ${names.join(', ')}`;
  await ofController(nodes, doing, async (controller) => {
    const { responses } = await controller.request(apis.deleteTopics, {
      topics: names.map((name) => ({ name, topicId: noUuid })),
      topicNames: [...names],
      timeoutMs: ASKED_WITHIN_MS / 2,
    });
    return responses.map(({ name, errorCode: code, errorMessage }) => ({
      name,
      code: code === errorCode.unknownTopicOrPartition ? errorCode.none : code,
      why: errorMessage,
    }));
  });
  await nodes.insist(
    doing,
    async () => {
      for (const address of nodes.addresses) {
        const link = await nodes.linkTo(address);
        const topics = names.map((name) => ({ name }));
        const known = await link.request(apis.metadata, { topics, allowAutoTopicCreation: false });
        nodes.heard(known);
        const isGone = known.topics.every(({ errorCode: code }) => code === errorCode.unknownTopicOrPartition);
        if (!isGone) throw new Refusal(errorCode.leaderNotAvailable);
      }
    },
    { withinMs: ASKED_WITHIN_MS },
  );
}

/** What became of one of the topics that were asked for. */
interface Outcome {
  readonly name: string | null;
  readonly code: number;
  readonly why: string | null;
}

/** Asks the controller until it is the one, and has an answer for each topic that is not to be asked again. */
async function ofController(
  nodes: Nodes,
  doing: string,
  ask: (controller: Link) => Promise<readonly Outcome[]>,
): Promise<void> {
  try {
    await nodes.insist(
      doing,
      async () => {
        const some = await nodes.any();
        const known = await some.request(apis.metadata, { topics: [], allowAutoTopicCreation: false });
        nodes.heard(known);
        // Without ZooKeeper every broker passes on what is asked of the controller, and says of itself that it is.
        const outcomes = await ask(known.controllerId < 0 ? some : await nodes.link(known.controllerId));
        const refused = outcomes.find(({ code }) => code !== errorCode.none);
        if (refused === undefined) return;
        const { name, code, why } = refused;
        if (new Refusal(code).isPassing) accept(code);
        throw new KitError(
          'topic-mismatch',
          `${doing}: ${name ?? 'one'} is refused (${why ?? new Refusal(code).message}).`,
        );
      },
      { withinMs: ASKED_WITHIN_MS },
    );
  } catch (error) {
    throw KitError.from(error, 'topic-mismatch', doing);
  }
}

// In KRaft mode a topic is in the metadata a moment before its leaders serve it: they refuse it as unknown, or not theirs.
// Leaders that say where a partition ends take records, too.
async function untilServed(nodes: Nodes, names: readonly string[]): Promise<void> {
  const deadline = Date.now() + ASKED_WITHIN_MS;
  for (;;) {
    const counts = await partitionCounts(nodes, names);
    if (names.every((name) => counts.has(name))) break;
    if (Date.now() > deadline) {
      const missing = names.filter((name) => !counts.has(name)).join(', ');
      throw new KitError(
        'topic-mismatch',
        `Waiting for the leaders of ${missing}: they do not serve them after ${ASKED_WITHIN_MS / 1_000} s.`,
      );
    }
    await delay(AGAIN_MS);
  }
  await endOffsets(nodes, names);
}
