import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import {
  type ActiveModel,
  type ModelCard,
  ModelCatalogue,
  type ModelReference,
  parseModelCard,
  type Role,
  roles,
} from '#shared/scoring';

const POLL_MS = 1_000;
const AFTER_FAILURE_MS = 2_000;
/** Cards of more versions than can be gone back to. */
const MOST_CARDS = 64;

interface ModelWatchOptions {
  /** The model topic's name on the cluster. */
  readonly topic: string;
  readonly demo: string;
}

/** Follows the model topic for a demo's page: what is active, what can be gone back to, and what the cards say. */
export class ModelWatch {
  readonly #cluster: Cluster;
  readonly #options: ModelWatchOptions;
  readonly #closing = new AbortController();
  readonly #following: Promise<void>;
  readonly #active = new Map<Role, ActiveModel>();
  /** Null: it cannot be read. */
  readonly #cards = new Map<string, ModelCard | null>();
  #catalogue: ModelCatalogue | undefined;
  #trouble: string | undefined = 'The model topic is being read.';

  /** Begins to read; what there is comes by and by. */
  constructor(cluster: Cluster, options: ModelWatchOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#following = this.#follow();
  }

  /** What is active for a role; undefined where nothing is published. */
  active(role: Role): ActiveModel | undefined {
    return this.#active.get(role);
  }

  /** The card of a version that is active, or can be gone back to; undefined where it is not known. */
  card(model: ModelReference): ModelCard | undefined {
    return this.#cards.get(idOf(model)) ?? undefined;
  }

  /** Why what is said may not be so at present; undefined where it is. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        this.#catalogue ??= await this.#open();
        if (this.#catalogue === undefined) {
          this.#trouble = 'There is no model topic yet: the first scorer makes it.';
          await this.#pause();
        } else {
          await this.#take(this.#catalogue);
          this.#trouble = undefined;
          await this.#catalogue.update(POLL_MS);
        }
      } catch (error) {
        // What was known stays, and the topic is opened anew.
        this.#trouble = `The model topic ${this.#options.topic} cannot be followed: ${KitError.from(error).message}`;
        await this.#closeCatalogue();
        await this.#pause();
      }
    }
    await this.#closeCatalogue();
  }

  async #open(): Promise<ModelCatalogue | undefined> {
    const { topic } = this.#options;
    if (!(await this.#cluster.partitionCounts([topic])).has(topic)) return undefined;
    return ModelCatalogue.open(this.#cluster, topic);
  }

  async #take(catalogue: ModelCatalogue): Promise<void> {
    for (const role of roles) {
      const active = catalogue.active(this.#options.demo, role);
      if (active === undefined) this.#active.delete(role);
      else this.#active.set(role, active);
    }
    for (const { pointer } of this.#active.values()) {
      for (const model of [pointer, ...pointer.previous]) await this.#readCard(catalogue, model);
    }
  }

  async #readCard(catalogue: ModelCatalogue, model: ModelReference): Promise<void> {
    const id = idOf(model);
    if (this.#cards.has(id) || this.#closing.signal.aborted) return;
    try {
      const { card } = await catalogue.files(model);
      this.#cards.set(id, parseModelCard(card, 'model.json'));
    } catch (thrown) {
      const error = KitError.from(thrown);
      // A version that is gone or damaged is shown without what its card says.
      if (error.code !== 'model-missing' && error.code !== 'model-invalid') throw error;
      this.#cards.set(id, null);
    }
    const [oldest] = this.#cards.keys();
    if (this.#cards.size > MOST_CARDS && oldest !== undefined) this.#cards.delete(oldest);
  }

  async #closeCatalogue(): Promise<void> {
    const catalogue = this.#catalogue;
    this.#catalogue = undefined;
    // It is read no more either way.
    await catalogue?.close().catch(() => undefined);
  }

  async #pause(): Promise<void> {
    const { signal } = this.#closing;
    // Ended by being closed.
    await delay(AFTER_FAILURE_MS, undefined, { signal }).catch(() => undefined);
  }
}

const idOf = ({ name, version, sha256 }: ModelReference): string => JSON.stringify([name, version, sha256]);
