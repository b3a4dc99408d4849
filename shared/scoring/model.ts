import { createHash } from 'node:crypto';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { KitError } from '#shared/errors';
import type { BatchScorer, ScoredRow } from '#shared/streams';
import { CallBatcher } from './call-batcher.js';
import { decide } from './decision.js';
import { checkGolden } from './golden.js';
import { GraphInputs } from './graph-inputs.js';
import { type ModelCard, parseModelCard } from './model-card.js';
import { readModelFolder } from './model-folder.js';
import { loadOnnxRuntime, type OnnxRuntime } from './onnx-runtime.js';

/** A loaded, checked model: scores rows whose fields are named as in its card. */
export interface Model extends BatchScorer<object> {
  readonly card: ModelCard;
  /** Of `model.onnx`, hexadecimal. */
  readonly sha256: string;
  /** Frees the native session; nothing may be scored afterwards. */
  close(): Promise<void>;
}

export interface LoadOptions {
  /** Told, in a sentence, what the folder did not give to check: no hash, no golden rows. */
  readonly onNotice?: (sentence: string) => void;
}

/** Most rows in one call of the graph: more gains nothing and holds up the event loop longer. */
const ROWS_PER_RUN = 256;

/**
 * Loads a model folder and checks it: the hash, the card against the graph, the golden rows.
 * @throws KitError 'model-missing', 'model-invalid', 'model-hash-mismatch' or 'model-golden-mismatch'.
 */
export async function loadModel(folder: string, { onNotice = () => {} }: LoadOptions = {}): Promise<Model> {
  const files = await readModelFolder(folder);
  const card = parseModelCard(files.card, `${folder}/model.json`);
  const sha256 = createHash('sha256').update(files.graph).digest('hex');
  if (card.sha256 === undefined) {
    onNotice(
      `The card of ${card.name} names no sha256: that model.onnx is the file it was made with could not be checked.`,
    );
  } else if (card.sha256 !== sha256) {
    throw new KitError(
      'model-hash-mismatch',
      `The model file ${folder}/model.onnx is not the one its card describes: sha256 is ${sha256}, the card says ${card.sha256}. ` +
        'The file is damaged or was changed; restore it, or export the model again.',
    );
  }
  const runtime = await loadOnnxRuntime();
  const session = await openSession(runtime, files.graph, folder);
  const model = new OnnxModel(card, sha256, session, new GraphInputs(runtime, card, session.inputMetadata));
  if (files.golden === undefined) {
    onNotice(
      `${folder} has no golden.json: that ${card.name} scores as the tool that trained it could not be checked.`,
    );
  } else {
    await checkGolden(model, files.golden, `${folder}/golden.json`);
  }
  return model;
}

/**
 * The card of a model folder alone, without loading or checking the model.
 * @throws KitError 'model-missing' or 'model-invalid'.
 */
export async function readModelCard(folder: string): Promise<ModelCard> {
  return parseModelCard((await readModelFolder(folder)).card, `${folder}/model.json`);
}

async function openSession(
  { InferenceSession }: OnnxRuntime,
  graph: Buffer,
  folder: string,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(graph, {
      // The default thread pool spins and takes the cores from the broker and its clients.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw KitError.from(error, 'model-invalid', `The model file ${folder}/model.onnx cannot be loaded`);
  }
}

class OnnxModel implements Model {
  readonly #session: InferenceSession;
  readonly #inputs: GraphInputs;
  readonly #batcher = new CallBatcher<object, ScoredRow | KitError>((rows) => this.#scoreSome(rows), ROWS_PER_RUN);

  constructor(
    readonly card: ModelCard,
    readonly sha256: string,
    session: InferenceSession,
    inputs: GraphInputs,
  ) {
    this.#session = session;
    this.#inputs = inputs;
    if (!session.outputNames.includes(card.output.tensor)) {
      throw new KitError(
        'model-invalid',
        `The card of ${card.name} names the output "${card.output.tensor}"; the graph has ${session.outputNames.join(', ')}.`,
      );
    }
  }

  get name(): string {
    return this.card.name;
  }

  get version(): string {
    return this.card.version;
  }

  score(rows: readonly object[]): Promise<(ScoredRow | KitError)[]> {
    return this.#batcher.call(rows);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  async #scoreSome(rows: readonly object[]): Promise<(ScoredRow | KitError)[]> {
    // A row is whatever record the stream carries; the card says which of its fields are read.
    const fields = rows as readonly Readonly<Record<string, unknown>>[];
    const problems = fields.map((row) => this.#inputs.problem(row));
    const good = fields.filter((_, index) => problems[index] === undefined);
    if (good.length === 0) return problems.filter((problem) => problem !== undefined);
    const { tensor } = this.card.output;
    const outputs = await this.#session.run(this.#inputs.feeds(good), [tensor]);
    const output = outputs[tensor];
    if (output === undefined) throw new KitError('model-invalid', `The model ${this.name} gave no output "${tensor}".`);
    const scored = this.#read(output, good.length);
    let next = 0;
    return problems.map((problem) => problem ?? scored(next++));
  }

  #read(output: Tensor, rows: number): (row: number) => ScoredRow | KitError {
    const { data, dims } = output;
    const columns = dims.length === 2 ? (dims[1] ?? 1) : 1;
    if (dims[0] !== rows || dims.length > 2 || !(data instanceof Float32Array || data instanceof Float64Array)) {
      throw new KitError(
        'model-invalid',
        `The output "${this.card.output.tensor}" of ${this.name} is ${output.type} of shape [${dims.join(', ')}] for ${rows} rows; it must be float of shape [${rows}] or [${rows}, columns].`,
      );
    }
    return (row) => decide(this.card, data.subarray(row * columns, (row + 1) * columns));
  }
}
