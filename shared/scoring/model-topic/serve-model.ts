import { KitError } from '#shared/errors';
import type { ExchangeableScorer } from '#shared/streams';
import { type LoadOptions, loadModel, loadModelFiles } from '../load-model.js';
import type { Model } from '../model.js';
import type { ModelFiles } from '../model-folder.js';
import { checkBeside } from './check-beside.js';
import type { Comparison } from './comparison.js';
import { ModelCatalogue } from './model-catalogue.js';
import { type ModelEvent, ModelFollower } from './model-follower.js';
import { modelsTopicConfig, type Role } from './model-keys.js';
import { type ModelReference, requireSame } from './model-pointer.js';
import { isRefusal, type Refuser, refusalOf, writeRefusal } from './refuse-model.js';
import { ServingModel } from './serving-model.js';

const WAIT_FOR_RECORDS_MS = 10_000;

export interface ServeOptions extends Refuser {
  /** The model folder for where the topic has no active model; the demo's own. */
  readonly ownFolder: string;
  /** Begins with that one whatever the topic says; what is published afterwards is taken. */
  readonly prefersOwn: boolean;
  /**
   * The model folder of a challenger that votes: each row comes with what it says, or what the published challenger says
   * where there is one. Without it a published challenger is compared with the champion and nothing more.
   */
  readonly ownChallenger?: string;
  /** Each row comes with the inputs that moved its score most. */
  readonly reasons?: boolean;
  readonly onEvent: (event: ModelEvent) => void;
  /** Told of each call of what serves: its rows, and how long it took, milliseconds. */
  readonly onCall?: (rows: number, tookMs: number) => void;
  /** Told, in a sentence, what the demo's own folder did not give to check, and why the topic cannot be followed. */
  readonly onNotice?: (sentence: string) => void;
  /** Loads and checks what was published; in a process of its own unless said. */
  readonly load?: (files: ModelFiles, where: string, options: BesideOptions, signal: AbortSignal) => Promise<Model>;
  /** How long a version waits, after the start, for the first records that it can be tried on; 10,000 ms unless said. */
  readonly waitForRecordsMs?: number;
}

interface BesideOptions extends LoadOptions {
  /** Records of the stream that it is tried on. */
  readonly rows: readonly object[];
}

/** What a scorer scores with: exchanged while it runs, as the model topic says. */
export interface ServedModel {
  readonly scorer: ExchangeableScorer<object>;
  /** What serves now. */
  readonly current: Model;
  /** When it was published, milliseconds since the epoch; undefined for the demo's own model. */
  readonly publishedAt: number | undefined;
  /** How the challenger compares; undefined where there is none. */
  readonly comparison: Comparison | undefined;
  /** Has each call of what serves take so much longer, at most 3,000 ms, as `onCall` tells; 0 ends it at once. */
  slowDown(ms: number): void;
  close(): Promise<void>;
}

/**
 * Reads the model topic to its end, loads the version that was serving, and follows the topic from there: the active
 * champion, unless it was refused; then what was active before it, and at last the demo's own model. The same for a
 * challenger that votes.
 * @throws KitError of the demo's own model, or of the cluster.
 */
export async function serveModel(options: ServeOptions): Promise<ServedModel> {
  const { cluster, topic, reasons = false } = options;
  await cluster.ensureTopics([{ name: topic, partitions: 1, config: modelsTopicConfig }]);
  const catalogue = await ModelCatalogue.open(cluster, topic);
  const loadWith = options.load ?? loadBeside;
  const closing = new AbortController();
  let serving: ServingModel | undefined;
  const load = (files: ModelFiles, where: string): Promise<Model> =>
    loadWith(files, where, { reasons, rows: serving?.recent ?? [] }, closing.signal);
  try {
    const { ownFolder, ownChallenger } = options;
    const first = await firstModel('champion', ownFolder, options, catalogue, load);
    serving = new ServingModel(first.model, first.publishedAt, options.onCall);
    if (ownChallenger !== undefined) {
      const voter = await firstModel('challenger', ownChallenger, { ...options, prefersOwn: false }, catalogue, load);
      serving.elect(voter.model);
    }
  } catch (error) {
    await serving?.close();
    await catalogue.close();
    throw error;
  }
  return follow(options, catalogue, serving, load, closing);
}

function follow(
  options: ServeOptions,
  catalogue: ModelCatalogue,
  serving: ServingModel,
  load: (files: ModelFiles, where: string) => Promise<Model>,
  closing: AbortController,
): ServedModel {
  const waitForRecordsMs = options.waitForRecordsMs ?? WAIT_FOR_RECORDS_MS;
  const follower = new ModelFollower({ ...options, waitForRecordsMs, catalogue, serving, load });
  return {
    scorer: serving,
    get current() {
      return serving.current;
    },
    get publishedAt() {
      return serving.publishedAt;
    },
    get comparison() {
      return serving.comparison;
    },
    slowDown(ms) {
      serving.slowDown(ms);
    },
    async close() {
      closing.abort();
      await follower.close();
      await serving.close();
    },
  };
}

async function firstModel(
  role: Role,
  ownFolder: string,
  { prefersOwn, reasons = false, onEvent, onNotice, ...refuser }: ServeOptions,
  catalogue: ModelCatalogue,
  load: (files: ModelFiles, where: string) => Promise<Model>,
): Promise<{ readonly model: Model; readonly publishedAt?: number }> {
  const loadOwn = async () => ({ model: await loadModel(ownFolder, { reasons, ...(onNotice && { onNotice }) }) });
  const active = prefersOwn ? undefined : catalogue.active(refuser.demo, role);
  if (active === undefined) return loadOwn();
  const { pointer, refusal } = active;
  if (refusal !== undefined) onEvent({ type: 'refused', role, refusal });
  for (const each of refusal === undefined ? [pointer, ...pointer.previous] : pointer.previous) {
    try {
      const where = `${each.name} ${each.version}`;
      const model = await load(await catalogue.files(each), where);
      await closeUnlessSame(model, each, where);
      return each === pointer ? { model, publishedAt: pointer.publishedAt } : { model };
    } catch (thrown) {
      const error = KitError.from(thrown, 'model-invalid');
      if (!isRefusal(error)) throw error;
      // A version of before it was active is passed over: it is not what anybody asked for.
      if (each !== pointer) continue;
      const refused = refusalOf(pointer, error, refuser.instance);
      onEvent({ type: 'refused', role, refusal: refused });
      await writeRefusal(refuser, role, refused);
    }
  }
  return loadOwn();
}

async function closeUnlessSame(model: Model, published: ModelReference, where: string): Promise<void> {
  try {
    requireSame(published, model, where);
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** The golden rows are scored in another process; here the graph is loaded once more, which is soon done. */
async function loadBeside(
  files: ModelFiles,
  where: string,
  { rows, ...options }: BesideOptions,
  signal: AbortSignal,
): Promise<Model> {
  await checkBeside(files, where, { reasons: options.reasons ?? false, rows, signal });
  return loadModelFiles(files, where, { ...options, isChecked: true });
}
