import { KitError } from '#shared/errors';
import type { Cluster, ConsumedRecord, PartitionReader } from '#shared/kafka';
import type { ModelFiles } from '../model-folder.js';
import { chunksAfter, fromChunks } from './artifact.js';
import { formatModelKey, type ModelKey, parseModelKey, type Role, requireOnePartition } from './model-keys.js';
import {
  decodePointer,
  decodeRefusal,
  type ModelPointer,
  type ModelReference,
  type ModelRefusal,
} from './model-pointer.js';

/** Where the chunks of an artifact lie; their bytes stay on the topic until they are asked for. */
interface Artifact {
  readonly name: string;
  readonly version: string;
  /** By the number of the chunk. */
  readonly offsets: Map<number, number>;
}

/** A role of a demo, as the topic has it. */
export interface ActiveModel {
  readonly demo: string;
  readonly role: Role;
  readonly pointer: ModelPointer;
  /** Why a scorer did not take it. */
  readonly refusal: ModelRefusal | undefined;
}

const PATIENCE_MS = 20_000;

/** Waits as long as something comes: how long all of it takes is a matter of its size. */
class Patience {
  readonly #doing: string;
  #offset = -1;
  #since = performance.now();

  constructor(doing: string) {
    this.#doing = doing;
  }

  /** @throws KitError 'cluster-unreachable' where it has not come further for long. */
  isAt(offset: number): void {
    const now = performance.now();
    if (offset > this.#offset) {
      this.#offset = offset;
      this.#since = now;
    } else if (now - this.#since > PATIENCE_MS) {
      throw new KitError('cluster-unreachable', `${this.#doing}: nothing came for ${PATIENCE_MS / 1_000} s.`);
    }
  }
}

/** The topic `models`, read to its end and followed: which models there are, which are active, and which were refused. */
export class ModelCatalogue {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #reader: PartitionReader;
  readonly #artifacts = new Map<string, Artifact>();
  readonly #pointers = new Map<string, { demo: string; role: Role; pointer: ModelPointer }>();
  readonly #refusals = new Map<string, ModelRefusal>();

  private constructor(cluster: Cluster, topic: string, reader: PartitionReader) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#reader = reader;
  }

  /**
   * Opens the catalogue when it has been read to the topic's present end; a topic that is missing is an empty one.
   * @throws KitError 'cluster-unreachable', or 'topic-mismatch' where the topic has several partitions.
   */
  static async open(cluster: Cluster, topic: string): Promise<ModelCatalogue> {
    const partitions = (await cluster.partitionCounts([topic])).get(topic);
    requireOnePartition(topic, partitions);
    const reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
    const catalogue = new ModelCatalogue(cluster, topic, reader);
    try {
      if (partitions !== undefined) await catalogue.#readToEnd();
      return catalogue;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** What is active for a role; undefined where nothing is. */
  active(demo: string, role: Role): ActiveModel | undefined {
    const found = this.#pointers.get(`${demo}/${role}`);
    if (found === undefined) return undefined;
    const refusal = this.#refusals.get(`${demo}/${role}`);
    return { ...found, refusal: refusal?.publishedAt === found.pointer.publishedAt ? refusal : undefined };
  }

  get allActive(): readonly ActiveModel[] {
    return [...this.#pointers.values()].flatMap(({ demo, role }) => this.active(demo, role) ?? []);
  }

  /** The models that lie on the topic. */
  get artifacts(): readonly { readonly name: string; readonly version: string; readonly chunks: readonly number[] }[] {
    return [...this.#artifacts.values()].map(({ name, version, offsets }) => ({
      name,
      version,
      chunks: [...offsets.keys()],
    }));
  }

  /** The offset up to which the topic has been read. */
  get position(): number {
    return this.#reader.position({ topic: this.#topic, partition: 0 }) ?? 0;
  }

  /** Takes what was written since; gives whether that was anything. */
  async update(maxWaitMs: number): Promise<boolean> {
    const chunks = await this.#reader.poll(maxWaitMs);
    for (const { records } of chunks) for (const record of records) this.#take(record);
    return chunks.length > 0;
  }

  /**
   * Reads a model's files.
   * @throws KitError 'model-missing' where the topic does not have it, 'model-invalid' where it is damaged;
   * 'cluster-unreachable' where nothing more comes of it.
   */
  async files({ name, version }: Pick<ModelReference, 'name' | 'version'>): Promise<ModelFiles> {
    const artifact = this.#artifacts.get(idOf(name, version));
    const first = artifact?.offsets.get(0);
    if (artifact === undefined || first === undefined) {
      throw new KitError(
        'model-missing',
        `The topic ${this.#topic} has no model ${name} ${version}; publish it again.`,
      );
    }
    const chunks: Buffer[] = [];
    const wanted = new Map(Array.from(artifact.offsets, ([chunk, offset]) => [offset, chunk]));
    const last = Math.max(...wanted.keys());
    const partition = { topic: this.#topic, partition: 0 };
    // Chunks that the topic has not any more are missing in what is read.
    const reader = await this.#cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
    try {
      reader.seek([{ ...partition, offset: Math.min(...wanted.keys()) }]);
      const patience = new Patience(`The model ${name} ${version} on the topic ${this.#topic} could not be read`);
      for (let next = 0; next <= last; patience.isAt(next)) {
        for (const { records } of await reader.poll(500)) {
          for (const { offset, value } of records) {
            const chunk = wanted.get(offset);
            if (chunk !== undefined && value !== null) chunks[chunk] = value;
          }
        }
        next = reader.position(partition) ?? 0;
      }
    } finally {
      await reader.close();
    }
    const count = chunks[0] && chunksAfter(chunks[0]);
    return fromChunks(chunks.slice(0, (count ?? 0) + 1), `${name} ${version}`);
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  async #readToEnd(): Promise<void> {
    const partition = { topic: this.#topic, partition: 0 };
    const [end = 0] =
      (await this.#cluster.endOffsets([this.#topic], { isolation: 'read_committed' })).get(this.#topic) ?? [];
    this.#reader.seek([{ ...partition, offset: 0 }]);
    const patience = new Patience(`The topic ${this.#topic} could not be read to its end`);
    for (let next = 0; next < end; patience.isAt(next)) {
      await this.update(100);
      next = this.position;
    }
    // What is fetched but not polled.
    await this.update(0);
  }

  #take({ key, value, offset }: ConsumedRecord): void {
    const parsed = key === null ? undefined : parseModelKey(key.toString('utf8'));
    if (parsed === undefined) return;
    if (parsed.kind === 'artifact') this.#takeChunk(parsed, value === null ? undefined : offset);
    else this.#takeState(parsed, value);
  }

  #takeChunk({ name, version, chunk }: Extract<ModelKey, { kind: 'artifact' }>, offset: number | undefined): void {
    const id = idOf(name, version);
    if (offset === undefined) {
      const artifact = this.#artifacts.get(id);
      artifact?.offsets.delete(chunk);
      if (artifact?.offsets.size === 0) this.#artifacts.delete(id);
      return;
    }
    const artifact = this.#artifacts.get(id) ?? { name, version, offsets: new Map<number, number>() };
    artifact.offsets.set(chunk, offset);
    this.#artifacts.set(id, artifact);
  }

  #takeState({ kind, demo, role }: Extract<ModelKey, { kind: 'active' | 'refused' }>, value: Buffer | null): void {
    const id = `${demo}/${role}`;
    if (kind === 'active') {
      if (value === null) this.#pointers.delete(id);
      const pointer = value && decodePointer(value);
      // What is no pointer changes nothing: what served goes on.
      if (pointer) this.#pointers.set(id, { demo, role, pointer });
    } else {
      const refusal = value === null ? undefined : decodeRefusal(value);
      if (refusal === undefined) this.#refusals.delete(id);
      else this.#refusals.set(id, refusal);
    }
  }
}

function idOf(name: string, version: string): string {
  return formatModelKey({ kind: 'artifact', name, version, chunk: 0 });
}
