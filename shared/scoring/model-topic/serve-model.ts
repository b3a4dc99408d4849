import { KitError } from '#shared/errors';
import type { ExchangeableScorer } from '#shared/streams';
import { type LoadOptions, loadModel, loadModelFiles } from '../load-model.js';
import type { Model } from '../model.js';
import type { ModelFiles } from '../model-folder.js';
import { checkBeside } from './check-beside.js';
import { ModelCatalogue } from './model-catalogue.js';
import { type ModelEvent, ModelFollower } from './model-follower.js';
import { modelsTopicConfig } from './model-keys.js';
import { type ModelReference, requireSame } from './model-pointer.js';
import { isRefusal, type Refuser, refusalOf, writeRefusal } from './refuse-model.js';
import { ServingModel } from './serving-model.js';
import type { Comparison } from './shadow.js';

const WAIT_FOR_RECORDS_MS = 10_000;

export interface ServeOptions extends Refuser {
  /** The model folder for where the topic has no active model; the demo's own. */
  readonly ownFolder: string;
  /** Begins with that one whatever the topic says; what is published afterwards is taken. */
  readonly prefersOwn: boolean;
  /** Each row comes with the inputs that moved its score most. */
  readonly reasons?: boolean;
  readonly onEvent: (event: ModelEvent) => void;
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
  close(): Promise<void>;
}

/**
 * Reads the model topic to its end, loads the version that was serving, and follows the topic from there: the active
 * champion, unless it was refused; then what was active before it, and at last the demo's own model.
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
    const first = await firstModel(options, catalogue, load);
    serving = new ServingModel(first.model, first.publishedAt);
  } catch (error) {
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
    async close() {
      closing.abort();
      await follower.close();
      await serving.close();
    },
  };
}

async function firstModel(
  { prefersOwn, ownFolder, reasons = false, onEvent, onNotice, ...refuser }: ServeOptions,
  catalogue: ModelCatalogue,
  load: (files: ModelFiles, where: string) => Promise<Model>,
): Promise<{ readonly model: Model; readonly publishedAt?: number }> {
  const loadOwn = async () => ({ model: await loadModel(ownFolder, { reasons, ...(onNotice && { onNotice }) }) });
  const active = prefersOwn ? undefined : catalogue.active(refuser.demo, 'champion');
  if (active === undefined) return loadOwn();
  const { pointer, refusal } = active;
  if (refusal !== undefined) onEvent({ type: 'refused', role: 'champion', refusal });
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
      onEvent({ type: 'refused', role: 'champion', refusal: refused });
      await writeRefusal(refuser, 'champion', refused);
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
