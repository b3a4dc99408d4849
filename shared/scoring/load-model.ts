import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { InferenceSession } from 'onnxruntime-node';
import { KitError } from '#shared/errors';
import { OnnxFile } from '#shared/onnx';
import { explain } from './explain.js';
import { checkGolden, parseGolden } from './golden.js';
import { knownCategories } from './known-categories.js';
import { type Batching, type Model, OnnxModel } from './model.js';
import { type ModelCard, parseModelCard, unreadFields } from './model-card.js';
import { type ModelFiles, readModelFolder } from './model-folder.js';
import { loadOnnxRuntime, type OnnxRuntime } from './onnx-runtime.js';
import { checkOutputs } from './output-check.js';
import { inputProfiles } from './profile.js';

export interface LoadOptions {
  /** Told, in a sentence, what the folder did not give to check: no hash, no golden rows; and why reasons are missing. */
  readonly onNotice?: (sentence: string) => void;
  /** Each row comes with the inputs that moved its score most. */
  readonly reasons?: boolean;
  /** Each row comes with all outputs of the graph, where it has several. */
  readonly outputs?: boolean;
  readonly batching?: Batching;
  /** It was loaded and checked before: its golden rows are not scored again, but where reasons are taken against them. */
  readonly isChecked?: boolean;
}

/**
 * Loads a model folder and checks it: the hash, the card against the graph, the golden rows.
 * @throws KitError 'model-missing', 'model-invalid', 'model-hash-mismatch' or 'model-golden-mismatch'.
 */
export async function loadModel(folder: string, options: LoadOptions = {}): Promise<Model> {
  return loadModelFiles(await readModelFolder(folder), folder, options);
}

/**
 * As `loadModel`, of files that are read already; `where` they come from, for the sentences.
 * @throws KitError as `loadModel`.
 */
export async function loadModelFiles(
  files: ModelFiles,
  where: string,
  { onNotice = () => {}, reasons = false, outputs = false, batching = {}, isChecked = false }: LoadOptions = {},
): Promise<Model> {
  const card = parseModelCard(files.card, `${where}/model.json`);
  const unread = unreadFields(files.card);
  if (unread.length > 0) onNotice(`The card of ${card.name} has fields that nothing reads: ${unread.join(', ')}.`);
  const sha256 = checkHash(card, files.graph, where, onNotice);
  const runtime = await loadOnnxRuntime();
  // Between two steps the event loop turns: what is served meanwhile waits for one of them at most.
  await setImmediate();
  const { file, labels, isChanged } = readGraph(card, files.graph, `${where}/model.onnx`);
  await setImmediate();
  const own = file.outputs.filter((name) => name !== card.reasons?.tensor);
  const withoutReasons = (why: string): void => onNotice(`The scores of ${card.name} come without reasons: ${why}`);
  const explained = reasons ? explain(card, file, withoutReasons) : undefined;
  let explanation = typeof explained === 'string' ? undefined : explained;
  if (typeof explained === 'string') withoutReasons(explained);
  await setImmediate();
  const plain = isChanged ? file.toBytes() : files.graph;
  for (const tensor of explanation?.tensors ?? []) file.expose(tensor);
  const isExposed = explanation?.tensors.some((tensor) => !own.includes(tensor)) ?? false;
  const open = (graph: Uint8Array): Promise<InferenceSession> => openSession(runtime, graph, `${where}/model.onnx`);
  const written = isExposed ? file.toBytes() : plain;
  await setImmediate();
  const session = await open(written).catch((error: unknown) => {
    if (!isExposed) throw error;
    explanation = undefined;
    withoutReasons(`what they need cannot be had from the graph. ${KitError.from(error).message}`);
    return open(plain);
  });
  try {
    const labelled = labels === undefined ? card : { ...card, labels };
    checkOutputs(labelled, session.outputMetadata);
    const model = new OnnxModel({
      card: labelled,
      sha256,
      runtime,
      session,
      categories: knownCategories(card, file),
      profiles: inputProfiles(card, onNotice),
      explanation,
      outputs: outputs && own.length > 1 ? own : [],
      batching,
    });
    if (files.golden === undefined) {
      onNotice(
        `${where} has no golden.json: that ${card.name} scores as the tool that trained it could not be checked.`,
      );
    } else if (explanation !== undefined || !isChecked) {
      await setImmediate();
      const golden = parseGolden(files.golden, `${where}/golden.json`);
      await model.learn(golden.rows.map(({ input }) => input));
      if (!isChecked) await checkGolden(model, golden, `${where}/golden.json`);
      model.forgetUnknown();
    }
    return model;
  } catch (error) {
    await session.release();
    throw error;
  }
}

/**
 * The card of a model folder alone, without loading or checking the model.
 * @throws KitError 'model-missing' or 'model-invalid'.
 */
export async function readModelCard(folder: string): Promise<ModelCard> {
  return parseModelCard((await readModelFolder(folder)).card, `${folder}/model.json`);
}

function checkHash(card: ModelCard, graph: Uint8Array, where: string, onNotice: (sentence: string) => void): string {
  const sha256 = createHash('sha256').update(graph).digest('hex');
  if (card.sha256 === undefined) {
    onNotice(
      `The card of ${card.name} names no sha256: that model.onnx is the file it was made with could not be checked.`,
    );
  } else if (card.sha256 !== sha256) {
    throw new KitError(
      'model-hash-mismatch',
      `The model file ${where}/model.onnx is not the one its card describes: sha256 is ${sha256}, the card says ${card.sha256}. ` +
        'The file is damaged or was changed; restore it, or export the model again.',
    );
  }
  return sha256;
}

interface GraphFile {
  readonly file: OnnxFile;
  /** Whether it is not as it was on disk. */
  readonly isChanged: boolean;
  /** Of the ZipMap that was taken off the score, where the card names none. */
  readonly labels: string[] | undefined;
}

function readGraph(card: ModelCard, graph: Uint8Array, where: string): GraphFile {
  let file: OnnxFile;
  try {
    file = OnnxFile.parse(graph);
  } catch (error) {
    throw new KitError('model-invalid', `The model file ${where} cannot be loaded. ${KitError.from(error).message}`, {
      cause: error,
    });
  }
  if (file.externalFile !== undefined) {
    throw new KitError(
      'model-invalid',
      `The model file ${where} keeps values in ${file.externalFile}; a model is one file here. Export it again with everything inside: external_data=False in PyTorch, onnx.save(model, file) in Python.`,
    );
  }
  const zipMaps = file.removeZipMaps();
  const labels = card.labels ?? zipMaps.get(card.output.tensor)?.map(String);
  return { file, isChanged: zipMaps.size > 0, labels };
}

async function openSession(
  { InferenceSession }: OnnxRuntime,
  graph: Uint8Array,
  where: string,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(graph, {
      // The default thread pool spins and takes the cores from the broker and its clients.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // What it would print is in the error, too.
      logSeverityLevel: 4,
    });
  } catch (error) {
    // The place in the runtime's own source says nothing to whoever has the model.
    const found = String(error instanceof Error ? error.message : error).replace(/^\S+\.cc:\d+ .*?\)( const)? /, '');
    throw new KitError('model-invalid', `The model file ${where} cannot be loaded: ${found.trim()}`, { cause: error });
  }
}
