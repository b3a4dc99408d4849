import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import type { Model } from '../model.js';
import { type ModelFiles, readModelFolder } from '../model-folder.js';
import type { ActiveModel, ModelCatalogue } from './model-catalogue.js';
import { type Role, roles } from './model-keys.js';
import { isSame, type ModelReference, type ModelRefusal, requireSame } from './model-pointer.js';
import { isRefusal, type Refuser, refusalOf, writeRefusal } from './refuse-model.js';
import type { ServingModel } from './serving-model.js';

/** What became of a published version. */
export type ModelEvent =
  | {
      readonly type: 'exchanged';
      readonly role: Role;
      readonly to: ModelReference | undefined;
      readonly tookMs: number;
    }
  | { readonly type: 'refused'; readonly role: Role; readonly refusal: ModelRefusal };

export interface FollowerOptions extends Refuser {
  readonly catalogue: ModelCatalogue;
  readonly serving: ServingModel;
  /** The demo's own model, for when nothing published is active any more. */
  readonly ownFolder: string;
  /** The same of its challenger, where that votes. */
  readonly ownChallenger?: string;
  /** Loads and checks a published version without holding up what is served. */
  readonly load: (files: ModelFiles, where: string) => Promise<Model>;
  readonly onEvent: (event: ModelEvent) => void;
  /** Told, in a sentence and once, why the topic cannot be followed at present. */
  readonly onNotice?: (sentence: string) => void;
  /** How long a version waits, after the start, for the first records that it can be tried on. */
  readonly waitForRecordsMs: number;
}

const POLL_MS = 500;
const AFTER_FAILURE_MS = 1_000;
/** What a refusal of it is about. */
const OWN_MODEL = { name: "the demo's own model", version: '', sha256: '', publishedAt: 0, previous: [] };

/** Follows the model topic while a scorer runs: loads what becomes active beside what serves, and exchanges them. */
export class ModelFollower {
  readonly #options: FollowerOptions;
  /** When what was last looked at was published, by role; undefined: nothing was active. */
  readonly #seen = new Map<Role, number | undefined>();
  /** Refusals that are not on the topic yet. */
  readonly #unwritten = new Map<Role, ModelRefusal>();
  readonly #startedAt = performance.now();
  /** What was said last of trouble with the topic; empty where there is none. */
  #trouble = '';
  #isClosed = false;
  readonly #following: Promise<void>;

  constructor(options: FollowerOptions) {
    this.#options = options;
    for (const role of options.ownChallenger === undefined ? (['champion'] as const) : roles) {
      this.#seen.set(role, options.catalogue.active(options.demo, role)?.pointer.publishedAt);
    }
    this.#following = this.#follow();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#following;
    await this.#options.catalogue.close();
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      try {
        for (const role of roles) await this.#apply(role);
        await this.#options.catalogue.update(this.#unwritten.size > 0 ? 0 : POLL_MS);
        await this.#writeRefusals();
        this.#trouble = '';
      } catch (error) {
        if (this.#isClosed) return;
        // What serves goes on, and this is tried again.
        this.#tell(KitError.from(error).message);
        await delay(AFTER_FAILURE_MS);
      }
    }
  }

  /** What goes on is said once. */
  #tell(sentence: string): void {
    if (sentence === this.#trouble) return;
    this.#trouble = sentence;
    this.#options.onNotice?.(`Following the model topic ${this.#options.topic}: ${sentence}`);
  }

  async #apply(role: Role): Promise<void> {
    const { catalogue, demo, onEvent } = this.#options;
    const active = catalogue.active(demo, role);
    const publishedAt = active?.pointer.publishedAt;
    if (this.#seen.get(role) === publishedAt || this.#isClosed || this.#isTooEarly()) return;
    const begun = performance.now();
    // What another scorer has refused, this one does not take either: they would predict differently.
    const refusal = active?.refusal ?? (await this.#exchangeOrRefuse(role, active));
    this.#seen.set(role, publishedAt);
    if (refusal === undefined) {
      this.#unwritten.delete(role);
      onEvent({ type: 'exchanged', role, to: active?.pointer, tookMs: performance.now() - begun });
    } else {
      if (active !== undefined && active.refusal === undefined) this.#unwritten.set(role, refusal);
      onEvent({ type: 'refused', role, refusal });
    }
  }

  /** Whether there are no records yet to try a version on, and some may come: without them what fits no record is taken. */
  #isTooEarly(): boolean {
    const { serving, waitForRecordsMs } = this.#options;
    return serving.recent.length === 0 && performance.now() - this.#startedAt < waitForRecordsMs;
  }

  async #exchangeOrRefuse(role: Role, active: ActiveModel | undefined): Promise<ModelRefusal | undefined> {
    try {
      await this.#exchange(role, active);
      return undefined;
    } catch (thrown) {
      const error = KitError.from(thrown, 'model-invalid');
      if (this.#isClosed || !isRefusal(error)) throw error;
      return refusalOf(active?.pointer ?? OWN_MODEL, error, this.#options.instance);
    }
  }

  async #writeRefusals(): Promise<void> {
    for (const [role, refusal] of this.#unwritten) {
      await writeRefusal(this.#options, role, refusal);
      this.#unwritten.delete(role);
    }
  }

  async #exchange(role: Role, active: ActiveModel | undefined): Promise<void> {
    const { load, ownFolder, ownChallenger, serving } = this.#options;
    const own = async (folder: string): Promise<Model> => load(await readModelFolder(folder), folder);
    if (role === 'challenger') {
      if (ownChallenger === undefined) serving.challenge(active && (await this.#load(active)));
      else serving.elect(active ? await this.#load(active) : await own(ownChallenger));
    } else if (active === undefined) serving.exchange(await own(ownFolder), undefined);
    else if (isSame(active.pointer, referenceOf(serving.current))) serving.republished(active.pointer.publishedAt);
    else serving.exchange(await this.#load(active), active.pointer.publishedAt);
  }

  async #load({ pointer }: ActiveModel): Promise<Model> {
    const { catalogue, load, serving } = this.#options;
    const where = `${pointer.name} ${pointer.version}`;
    const model = await load(await catalogue.files(pointer), where);
    try {
      requireSame(pointer, referenceOf(model), where);
      await tryOn(model, serving);
      return model;
    } catch (error) {
      await model.close();
      throw error;
    }
  }
}

function referenceOf({ name, version, sha256 }: Model): ModelReference {
  return { name, version, sha256 };
}

/** @throws KitError 'model-invalid' where the model cannot score rows that the one before it has scored. */
async function tryOn(model: Model, serving: ServingModel): Promise<void> {
  const rows = [...serving.recent];
  const failed = (await model.score(rows)).filter((row) => row instanceof KitError);
  const [first] = failed;
  if (first === undefined) return;
  throw new KitError(
    'model-invalid',
    `${model.name} ${model.version} cannot score ${failed.length} of the last ${rows.length} records, which ${serving.current.name} ${serving.current.version} scored: ${first.message}`,
  );
}
