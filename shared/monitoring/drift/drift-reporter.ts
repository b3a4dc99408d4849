import {
  type Key,
  type KeyValueStore,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  type StreamRecord,
} from '#shared/streams';
import type { DriftReport, InputCounts } from '../monitoring-topics.js';
import { CountedWindow, type Slice } from './counted-window.js';

const REPORT_EVERY_MS = 1_000;
/** Of more versions that of which no rows came for longest is forgotten. */
const MOST_VERSIONS = 32;
/** By the newest rows alone a drift is seen while it is young: so many, or a quarter of a window that is smaller than four times that. */
const RECENT_ROWS = 1_000;

export const DRIFT = 'drift';

/** Of a version: its slices, and what its card expects. */
type Part =
  | { readonly slice: Slice }
  | { readonly countedAt: number; readonly expected: Readonly<Record<string, readonly number[]>> };

/** By the number of the slice, and 0 for what is expected, and version. */
export const driftStore = keyValueStore<string, Part>({ name: DRIFT });

/** How much of the past a report is of. */
export interface DriftWindow {
  /** The rows that came last, so many. */
  readonly windowRows: number;
  /** Reports begin with so many: what comes and goes with the days, or the weeks, must be in them as in the training rows. */
  readonly fromRows: number;
}

interface Version {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly window: CountedWindow;
}

/** Adds up counts by version, and reports about once a second on the versions of which rows were counted. */
export class DriftReporter implements Processor<Key, InputCounts, string, DriftReport | null> {
  readonly #options: DriftWindow;
  readonly #versions = new Map<string, Version>();
  readonly #changed = new Set<Version>();
  #context: ProcessorContext<string, DriftReport | null> | undefined;
  #store: KeyValueStore<string, Part> | undefined;

  constructor(options: DriftWindow) {
    this.#options = options;
  }

  init(context: ProcessorContext<string, DriftReport | null>): void {
    this.#context = context;
    this.#store = context.getStateStore<KeyValueStore<string, Part>>(DRIFT);
    const kept = new Map<Version, Part[]>();
    for (const [key, part] of this.#store.all()) {
      const [, name, version] = JSON.parse(key) as [number, string, string];
      const of = this.#of(name, version);
      kept.set(of, [...(kept.get(of) ?? []), part]);
    }
    for (const [version, parts] of kept) {
      const slices = parts.flatMap((part) => ('slice' in part ? [part.slice] : []));
      for (const part of parts) if ('expected' in part) version.window.restore(part.countedAt, part.expected, slices);
      // What was counted before a restart may not have been reported.
      this.#changed.add(version);
    }
    context.schedule(REPORT_EVERY_MS, 'wall-clock-time', () => this.#report());
  }

  process({ value }: StreamRecord<Key, InputCounts>): void {
    if (value.rows <= 0) return;
    const version = this.#of(value.modelName, value.modelVersion);
    const { kept, gone } = version.window.add(value);
    for (const number of gone) this.#store?.delete(partKey(version, number));
    this.#store?.put(partKey(version, kept.number), { slice: kept });
    const { countedAt, expected } = version.window;
    this.#store?.put(partKey(version, 0), { countedAt, expected });
    this.#changed.add(version);
  }

  #of(modelName: string, modelVersion: string): Version {
    const key = `${modelName}/${modelVersion}`;
    const known = this.#versions.get(key);
    if (known !== undefined) return known;
    if (this.#versions.size >= MOST_VERSIONS) this.#forgetOldest();
    const version = { modelName, modelVersion, window: new CountedWindow(this.#options.windowRows) };
    this.#versions.set(key, version);
    return version;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#versions.values()].toSorted(
      (one, other) => one.window.countedAt - other.window.countedAt,
    );
    if (oldest === undefined) return;
    for (const number of [0, ...oldest.window.numbers]) this.#store?.delete(partKey(oldest, number));
    const key = `${oldest.modelName}/${oldest.modelVersion}`;
    this.#versions.delete(key);
    this.#changed.delete(oldest);
    this.#context?.forward({ key, value: null, timestamp: oldest.window.countedAt });
  }

  #report(): void {
    const { fromRows, windowRows } = this.#options;
    for (const { modelName, modelVersion, window } of this.#changed) {
      const { rows, countedAt } = window;
      const isEnough = rows >= fromRows;
      const recent = window.recent(Math.min(RECENT_ROWS, windowRows / 4)) ?? null;
      if (!isEnough && recent === null) continue;
      const inputs = isEnough ? window.indices() : {};
      const report = { modelName, modelVersion, countedAt, rows, inputs, recent };
      this.#context?.forward({ key: `${modelName}/${modelVersion}`, value: report, timestamp: countedAt });
    }
    this.#changed.clear();
  }
}

const partKey = ({ modelName, modelVersion }: Version, number: number): string =>
  JSON.stringify([number, modelName, modelVersion]);
