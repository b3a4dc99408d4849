import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import type { Cluster, OutgoingRecord } from '#shared/kafka';
import { parseModelCard } from '../model-card.js';
import type { ModelFiles } from '../model-folder.js';
import { toChunks } from './artifact.js';
import { ModelCatalogue } from './model-catalogue.js';
import { formatModelKey, type ModelKey, modelsTopicConfig, type Role } from './model-keys.js';
import { encodeJson, isSame, type ModelPointer, type ModelReference } from './model-pointer.js';
import { isRefusal } from './refuse-model.js';

/** What a role had, and what it has now; undefined: the demo's own model; of a challenger its own, or none. */
export interface ActiveChange {
  readonly from: ModelReference | undefined;
  readonly to: ModelReference | undefined;
  /** When that was, milliseconds since the epoch; undefined where nothing published is active now. */
  readonly publishedAt: number | undefined;
  /** It is written for good; why it is not known that all can read it, in a sentence, or undefined where it is known. */
  readonly unconfirmed: string | undefined;
}

export interface RoleOfDemo {
  readonly demo: string;
  readonly role: Role;
}

/** It is published all the same where a transaction of somebody else's, that is open for longer, hides it until then. */
const READABLE_WITHIN_MS = 5_000;

/** Whoever publishes at the same time, in another process, throws this one out: it waits longer each time. */
const MOST_ATTEMPTS = 8;
const AGAIN_MS = 150;

/** Versions that can be rolled back to. */
const MAX_PREVIOUS = 10;

/**
 * Writes a model to the topic and makes it active for a role, in one transaction, the pointer last. The same version with
 * the same files is not written again, unless it is damaged there; models that no role can roll back to any more are deleted.
 * @throws KitError 'usage' where the topic has this version with other files; 'cluster-unreachable'; 'producer-fenced' where
 * others publish at the same time again and again.
 */
export async function publishModel(
  cluster: Cluster,
  topic: string,
  files: ModelFiles,
  { demo, role }: RoleOfDemo,
): Promise<ActiveChange> {
  const card = parseModelCard(files.card, 'model.json');
  const sha256 = createHash('sha256').update(files.graph).digest('hex');
  const to: ModelReference = { name: card.name, version: card.version, sha256 };
  return withCatalogue(cluster, topic, async (catalogue, write) => {
    const before = catalogue.active(demo, role);
    const chunks = toChunks(files);
    const known = catalogue.artifacts.find(({ name, version }) => name === to.name && version === to.version);
    // What is damaged is written again.
    const there = known && (await wholeFiles(catalogue, to));
    if (there !== undefined) {
      if (there.some((chunk, index) => chunks[index]?.equals(chunk) !== true) || there.length !== chunks.length) {
        throw new KitError(
          'usage',
          `The topic ${topic} has ${to.name} ${to.version} already, with other files; give the model another "version" in its card.`,
        );
      }
    }
    const records =
      there === undefined ? chunks.map((value, chunk) => recordOf({ kind: 'artifact', ...to, chunk }, value)) : [];
    const pointer: ModelPointer = { ...to, publishedAt: nextTime(before?.pointer), previous: historyOf(before, to) };
    // A challenger that becomes the champion challenges nobody.
    const challenger = role === 'champion' ? catalogue.active(demo, 'challenger') : undefined;
    const isPromoted = challenger !== undefined && isSame(challenger.pointer, to);
    const ended: RoleOfDemo[] = isPromoted ? [{ demo, role: 'challenger' }] : [];
    const unconfirmed = await write([
      ...records,
      ...unreachable(catalogue, pointersAfter(catalogue, { demo, role, pointer }, ended), to),
      ...ended.map((each) => recordOf({ kind: 'active', ...each }, null)),
      recordOf({ kind: 'active', demo, role }, encodeJson(pointer)),
    ]);
    return { from: before?.pointer, to, publishedAt: pointer.publishedAt, unconfirmed };
  });
}

/**
 * Makes active what was before; where there is nothing before, the demo's own model; of a challenger its own, or none.
 * @throws KitError 'usage' where nothing is active.
 */
export async function rollbackModel(
  cluster: Cluster,
  topic: string,
  { demo, role }: RoleOfDemo,
): Promise<ActiveChange> {
  return withCatalogue(cluster, topic, async (catalogue, write) => {
    const before = catalogue.active(demo, role);
    if (before === undefined) {
      throw new KitError(
        'usage',
        `${demo} has no published ${role} on the topic ${topic}: there is nothing to roll back.`,
      );
    }
    const [to, ...previous] = before.pointer.previous;
    const pointer = to && { ...to, publishedAt: nextTime(before.pointer), previous };
    const value = pointer ? encodeJson(pointer) : null;
    const unconfirmed = await write([recordOf({ kind: 'active', demo, role }, value)]);
    return { from: before.pointer, to, publishedAt: pointer?.publishedAt, unconfirmed };
  });
}

/**
 * Takes back all that is published for a demo: its own models serve again. What no other demo can go back to is deleted.
 * Gives what was active, nothing where the topic is not there.
 */
export async function withdrawModels(
  cluster: Cluster,
  topic: string,
  demo: string,
): Promise<readonly (ModelReference & { readonly role: Role })[]> {
  if (!(await cluster.partitionCounts([topic])).has(topic)) return [];
  return withCatalogue(cluster, topic, async (catalogue, write) => {
    const withdrawn = catalogue.allActive.filter((active) => active.demo === demo);
    if (withdrawn.length === 0) return [];
    const others = catalogue.allActive.filter((active) => active.demo !== demo).map(({ pointer }) => pointer);
    await write([
      ...unreachable(catalogue, others),
      ...withdrawn.map(({ role }) => recordOf({ kind: 'active', demo, role }, null)),
    ]);
    return withdrawn.map(({ role, pointer: { name, version, sha256 } }) => ({ role, name, version, sha256 }));
  });
}

/** The chunks of a model that lies on the topic; undefined where it is not whole. */
async function wholeFiles(catalogue: ModelCatalogue, model: ModelReference): Promise<Buffer[] | undefined> {
  try {
    return toChunks(await catalogue.files(model));
  } catch (thrown) {
    const error = KitError.from(thrown);
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}

/** Gives why it is not known that all can read what was written; undefined where it is. */
type Write = (records: readonly OutgoingRecord[]) => Promise<string | undefined>;

async function withCatalogue<T>(
  cluster: Cluster,
  topic: string,
  work: (catalogue: ModelCatalogue, write: Write) => Promise<T>,
): Promise<T> {
  await cluster.ensureTopics([{ name: topic, partitions: 1, config: modelsTopicConfig }]);
  return oneByOne(`${cluster.brokers.join()} ${topic}`, async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await withPublisher(cluster, topic, work);
      } catch (error) {
        if (attempt >= MOST_ATTEMPTS || KitError.from(error).code !== 'producer-fenced') throw error;
      }
      // Nothing of it is written. Who has thrown this one out is to have the time to end, and not to be thrown out in turn.
      await delay(attempt * AGAIN_MS * (1 + Math.random()));
    }
  });
}

async function withPublisher<T>(
  cluster: Cluster,
  topic: string,
  work: (catalogue: ModelCatalogue, write: Write) => Promise<T>,
): Promise<T> {
  // First, so that whoever publishes at the same time fails instead of pointing to what is deleted here.
  const producer = await cluster.transactionalProducer({ transactionalId: `${topic}.publisher` });
  try {
    const catalogue = await ModelCatalogue.open(cluster, topic);
    try {
      return await work(catalogue, async (records) => {
        await producer.send(records.map((record) => ({ ...record, topic })));
        await producer.commit({ groupId: '', offsets: new Map() });
        const end = producer.written({ topic, partition: 0 }) ?? Number.POSITIVE_INFINITY;
        return untilReadable(catalogue, end);
      });
    } finally {
      await catalogue.close();
    }
  } finally {
    await producer.close();
  }
}

/** Within this process, as of several demos on one topic, whoever comes later waits. */
const lastOf = new Map<string, Promise<unknown>>();

function oneByOne<T>(topic: string, work: () => Promise<T>): Promise<T> {
  const turn = (lastOf.get(topic) ?? Promise.resolve()).then(work);
  const over = turn
    .catch(() => undefined)
    .then(() => {
      if (lastOf.get(topic) === over) lastOf.delete(topic);
    });
  lastOf.set(topic, over);
  return turn;
}

/**
 * Kafka says that a transaction is committed before all can read it: who looks after this is to find it. What goes wrong
 * here concerns that alone: it is published.
 */
async function untilReadable(catalogue: ModelCatalogue, end: number): Promise<string | undefined> {
  const until = performance.now() + READABLE_WITHIN_MS;
  try {
    while (catalogue.position < end) {
      if (performance.now() > until) {
        return `It did not come back within ${READABLE_WITHIN_MS / 1_000} s; a transaction of somebody else's hides it, or the cluster does not answer.`;
      }
      await catalogue.update(100);
    }
    return undefined;
  } catch (error) {
    return KitError.from(error).message;
  }
}

function recordOf(key: ModelKey, value: Buffer | null): OutgoingRecord {
  return { topic: '', key: formatModelKey(key), value, timestamp: Date.now() };
}

/** Later than what was published before, whatever the clocks. */
function nextTime(before: ModelPointer | undefined): number {
  return Math.max(Date.now(), (before?.publishedAt ?? 0) + 1);
}

/** What a rollback goes back to: what a scorer has refused has never served. */
function historyOf(before: ReturnType<ModelCatalogue['active']>, to: ModelReference): ModelReference[] {
  if (before === undefined) return [];
  const { name, version, sha256, previous } = before.pointer;
  const served = before.refusal === undefined ? [{ name, version, sha256 }, ...previous] : previous;
  return served.filter((each) => !isSame(each, to)).slice(0, MAX_PREVIOUS);
}

/** The pointers of all roles when one has changed and some have ended. */
function pointersAfter(
  catalogue: ModelCatalogue,
  changed: RoleOfDemo & { readonly pointer: ModelPointer },
  ended: readonly RoleOfDemo[],
): ModelPointer[] {
  const isRole = (a: RoleOfDemo, b: RoleOfDemo): boolean => a.demo === b.demo && a.role === b.role;
  const unchanged = catalogue.allActive.filter(
    (active) => !isRole(active, changed) && !ended.some((each) => isRole(each, active)),
  );
  return [...unchanged.map(({ pointer }) => pointer), changed.pointer];
}

/** Tombstones of the models that no role points to, or can go back to. */
function unreachable(
  catalogue: ModelCatalogue,
  pointers: readonly ModelPointer[],
  published?: ModelReference,
): OutgoingRecord[] {
  const kept = pointers.flatMap((pointer) => [pointer, ...pointer.previous]);
  return catalogue.artifacts
    .filter(({ name, version }) => name !== published?.name || version !== published.version)
    .filter(({ name, version }) => !kept.some((each) => each.name === name && each.version === version))
    .flatMap(({ name, version, chunks }) =>
      chunks.map((chunk) => recordOf({ kind: 'artifact', name, version, chunk }, null)),
    );
}
