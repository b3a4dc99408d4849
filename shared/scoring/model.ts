import { setImmediate } from 'node:timers/promises';
import type { InferenceSession } from 'onnxruntime-node';
import { KitError } from '#shared/errors';
import type { BatchScorer, ScoredRow } from '#shared/streams';
import { CallBatcher } from './call-batcher.js';
import { decide } from './decision.js';
import type { Explanation } from './explanation.js';
import { feeds } from './feeds.js';
import { fixedRows, type GraphInput, graphInputs } from './graph-input.js';
import { type OutputValue, type RowsOfOutput, rowsOf } from './graph-outputs.js';
import { InputCounter } from './input-counter.js';
import { isUnknown, withUnknownTexts } from './known-categories.js';
import type { ModelCard } from './model-card.js';
import type { OnnxRuntime } from './onnx-runtime.js';
import type { InputProfile } from './profile.js';
import { rowProblem } from './row-check.js';
import { settled } from './settled.js';

/** What a model says of one row, with everything else that its graph gives. */
export interface ModelRow extends ScoredRow {
  /** The graph's outputs by their names, where the model was asked for them. */
  readonly outputs?: Readonly<Record<string, OutputValue>>;
}

/** A loaded, checked model: scores rows whose fields are named as in its card. */
export interface Model extends BatchScorer<object> {
  readonly card: ModelCard;
  /** Of `model.onnx`, hexadecimal. */
  readonly sha256: string;
  readonly score: (rows: readonly object[]) => Promise<(ModelRow | KitError)[]>;
  /** How its scores are explained; undefined where it was not asked for reasons. */
  readonly explainedBy: string | undefined;
  /** Values seen that are none of an input's known categories, by the input's name; inputs whose categories are not known are not there. */
  readonly unknownCategories: ReadonlyMap<string, number>;
  /** Told of each call of the graph from when it is set: its rows, and how long it took, milliseconds. */
  onCall: ((rows: number, tookMs: number) => void) | undefined;
  /** Asked at the beginning of each call of the graph from when it is set; what it waits for is part of how long the call takes. */
  beforeCall: (() => Promise<void> | undefined) | undefined;
  /** Counts how its inputs fall into the bins of the card's profile; undefined where the card has none. */
  readonly inputCounter: InputCounter | undefined;
  /** Frees the native session, after the calls that are under way; nothing may be scored afterwards. */
  close(): Promise<void>;
}

/** How calls are made one run of the graph. */
export interface Batching {
  /** Most rows in one run; more than some hundred gains nothing and holds up the event loop longer. 256 unless said. */
  readonly maxRows?: number;
  /** How long the first of several calls may wait for others, milliseconds; 0, unless said, is until the end of this turn of the event loop. */
  readonly maxWaitMs?: number;
}

const ROWS_PER_RUN = 256;
/** Fewer example rows say little about what is usual. */
const ENOUGH_EXAMPLES = 30;

interface ModelParts {
  readonly card: ModelCard;
  readonly sha256: string;
  readonly runtime: OnnxRuntime;
  readonly session: InferenceSession;
  readonly categories: ReadonlyMap<string, ReadonlySet<string>>;
  readonly profiles: readonly InputProfile[];
  readonly explanation: Explanation | undefined;
  /** Outputs to be given with each row; those of the graph as it was made. */
  readonly outputs: readonly string[];
  readonly batching: Batching;
}

type Row = Readonly<Record<string, unknown>>;

/** A model in ONNX Runtime. */
export class OnnxModel implements Model {
  readonly card: ModelCard;
  readonly sha256: string;
  readonly unknownCategories: Map<string, number>;
  onCall: Model['onCall'];
  beforeCall: Model['beforeCall'];
  readonly inputCounter: InputCounter | undefined;
  readonly #parts: ModelParts;
  readonly #inputs: readonly GraphInput[];
  readonly #fixedRows: number | undefined;
  readonly #fetches: readonly string[];
  readonly #batcher: CallBatcher<object, ModelRow | KitError>;
  #running: Promise<void> = Promise.resolve();

  /** @throws KitError 'model-invalid' where card and graph do not fit together. */
  constructor(parts: ModelParts) {
    const { card, session, explanation, outputs, batching } = parts;
    this.#parts = parts;
    this.card = card;
    this.sha256 = parts.sha256;
    this.unknownCategories = new Map(Array.from(parts.categories.keys(), (input) => [input, 0]));
    this.inputCounter = parts.profiles.length === 0 ? undefined : new InputCounter(parts.profiles);
    this.#inputs = graphInputs(card, session.inputMetadata);
    this.#fixedRows = fixedRows(card, session.inputMetadata);
    this.#fetches = [...new Set([card.output.tensor, ...(explanation?.tensors ?? []), ...outputs])];
    this.#batcher = new CallBatcher((rows) => this.#scoreSome(rows), {
      maxRows: batching.maxRows ?? ROWS_PER_RUN,
      maxWaitMs: batching.maxWaitMs ?? 0,
    });
  }

  get name(): string {
    return this.card.name;
  }

  get version(): string {
    return this.card.version;
  }

  get explainedBy(): string | undefined {
    return this.#parts.explanation?.method;
  }

  readonly score = (rows: readonly object[]): Promise<(ModelRow | KitError)[]> => {
    const scoring = this.#batcher.call(rows);
    this.#running = settled(this.#running, scoring);
    return scoring;
  };

  /** Shows the explanation, where there is one, example rows: reasons then say how a row differs from them. */
  async learn(rows: readonly object[]): Promise<void> {
    const { explanation } = this.#parts;
    const good = (rows as readonly Row[]).filter((row) => rowProblem(this.#inputs, row) === undefined);
    if (explanation?.learn === undefined || good.length < ENOUGH_EXAMPLES) return;
    const step = this.#fixedRows ?? ROWS_PER_RUN;
    for (let start = 0; start < good.length; start += step) {
      const some = good.slice(start, start + step);
      const outputs = await this.#outputs(some, this.#fixedRows ?? some.length);
      // What is served meanwhile does not wait for all of them.
      await setImmediate();
      explanation.learn(outputs, some.length);
    }
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#parts.session.release();
  }

  async #scoreSome(rows: readonly object[]): Promise<(ModelRow | KitError)[]> {
    const begun = performance.now();
    const held = this.beforeCall?.();
    if (held !== undefined) await held;
    // A row is whatever record the stream carries; the card says which of its fields are read.
    const fields = rows as readonly Row[];
    const problems = fields.map((row) => rowProblem(this.#inputs, row));
    const hasProblems = problems.some((problem) => problem !== undefined);
    const good = hasProblems ? fields.filter((_, index) => problems[index] === undefined) : fields;
    this.#countUnknown(good);
    this.inputCounter?.add(good);
    const scored = await this.#scoreGood(good);
    this.onCall?.(rows.length, performance.now() - begun);
    if (!hasProblems) return scored;
    let next = 0;
    // As many were scored as had no problem.
    return problems.map((problem) => problem ?? (scored[next++] as ModelRow | KitError));
  }

  async #scoreGood(rows: readonly Row[]): Promise<(ModelRow | KitError)[]> {
    if (this.#fixedRows === undefined) return rows.length === 0 ? [] : this.#run(rows, rows.length);
    const scored: (ModelRow | KitError)[] = [];
    for (let start = 0; start < rows.length; start += this.#fixedRows) {
      scored.push(...(await this.#run(rows.slice(start, start + this.#fixedRows), this.#fixedRows)));
    }
    return scored;
  }

  async #run(rows: readonly Row[], places: number): Promise<(ModelRow | KitError)[]> {
    const { card, explanation, outputs: named } = this.#parts;
    const outputs = await this.#outputs(rows, places);
    const reasons = explanation?.reasons(outputs, rows.length);
    const { all, width = 0 } = outputs.get(card.output.tensor) ?? {};
    return rows.map((fields, row) => {
      if (all === undefined) return textScore(card);
      const decided = decide(card, all, row * width, width);
      if (decided instanceof KitError) return withUnknownTexts(decided, fields, this.#parts.categories);
      if (reasons === undefined && named.length === 0) return decided;
      return {
        ...decided,
        ...(reasons && { reasons: reasons[row] ?? [] }),
        ...(named.length > 0 && {
          outputs: Object.fromEntries(named.map((name) => [name, outputs.get(name)?.value(row) ?? 0])),
        }),
      };
    });
  }

  async #outputs(rows: readonly Row[], places: number): Promise<Map<string, RowsOfOutput>> {
    const { card, runtime, session, outputs: named } = this.#parts;
    const running = session.run(feeds(runtime, this.#inputs, rows, places), this.#fetches);
    const tensors = await running.catch((error: unknown) => {
      throw KitError.from(error, 'model-invalid', `Running the model ${this.name}`);
    });
    const outputs = new Map<string, RowsOfOutput>();
    for (const name of this.#fetches) {
      const tensor = tensors[name];
      if (tensor === undefined) throw new KitError('model-invalid', `The model ${this.name} gave no output "${name}".`);
      // A value of the graph's inside need not have the rows in front; its explanation will miss it, and say so.
      const isInside = ![card.output.tensor, card.reasons?.tensor, ...named].includes(name);
      if (!isInside || tensor.dims[0] === places) outputs.set(name, rowsOf(this.name, name, tensor, places));
    }
    return outputs;
  }

  /** Begins to count unknown categories anew. */
  forgetUnknown(): void {
    for (const input of this.unknownCategories.keys()) this.unknownCategories.set(input, 0);
  }

  #countUnknown(rows: readonly Row[]): void {
    for (const [input, known] of this.#parts.categories) {
      let unknown = 0;
      for (const row of rows) if (isUnknown(row[input], known)) unknown += 1;
      if (unknown > 0) this.unknownCategories.set(input, (this.unknownCategories.get(input) ?? 0) + unknown);
    }
  }
}

function textScore({ name, output }: ModelCard): KitError {
  return new KitError('record-unscorable', `The output "${output.tensor}" of ${name} is text; a score is a number.`);
}
