import {
  type Key,
  type KeyValueStore,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  type StreamRecord,
  serdes,
} from '#shared/streams';
import type { QualityReport } from '../monitoring-topics.js';
import type { Said } from './labelled.js';
import { POSITIVE_LABELS, versionKey } from './positive-labels.js';
import { type Part, VersionQuality } from './version-quality.js';

/** What a model said of a unit, and what became of it. */
export interface LabelledBy extends Said {
  /** The version in whose words the decision is: the champion's of that prediction, also where it is a challenger's vote. */
  readonly inWordsOf: string;
  readonly wasPositive: boolean;
  /** Whether it is of the first lap through the data. */
  readonly firstLap: boolean;
}

const REPORT_EVERY_MS = 1_000;
/** Of more versions that of which no label came for longest is forgotten. */
const MOST_VERSIONS = 32;

export const QUALITY = 'quality';

/** By kind, block and version: a few numbers. */
export const qualityStore = keyValueStore<string, number[]>({ name: QUALITY, value: serdes.numbers });

interface ReporterOptions {
  /** The label of the positive decision, where a scorer has not told of another one. */
  readonly positive: string;
  readonly areProbabilities: boolean;
}

/**
 * Counts labelled predictions by version and reports about once a second on the versions of which labels came. All is in the
 * store as it comes, in small parts, so that nothing is lost by a restart, and what is committed together is written once.
 */
export class QualityReporter implements Processor<Key, LabelledBy, string, QualityReport | null> {
  readonly #options: ReporterOptions;
  readonly #versions = new Map<string, VersionQuality>();
  readonly #changed = new Set<VersionQuality>();
  #context: ProcessorContext<string, QualityReport | null> | undefined;
  #store: KeyValueStore<string, readonly number[]> | undefined;
  #labels: KeyValueStore<string, string> | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  init(context: ProcessorContext<string, QualityReport | null>): void {
    this.#context = context;
    this.#store = context.getStateStore(QUALITY);
    this.#labels = context.getStateStore(POSITIVE_LABELS);
    const kept = new Map<string, Part[]>();
    for (const [key, numbers] of this.#store?.all() ?? []) {
      const [kind, block, ...version] = JSON.parse(key) as [Part['kind'], number, string, string];
      const of = versionKey(...version);
      kept.set(of, [...(kept.get(of) ?? []), { kind, block, numbers }]);
      if (!this.#versions.has(of)) this.#versions.set(of, new VersionQuality(...version));
    }
    for (const [of, quality] of this.#versions) {
      quality.restore(kept.get(of) ?? []);
      // What was counted before a restart may not have been reported.
      this.#changed.add(quality);
    }
    context.schedule(REPORT_EVERY_MS, 'wall-clock-time', () => this.#report());
  }

  process({ value, timestamp }: StreamRecord<Key, LabelledBy>): void {
    const { modelName, modelVersion, inWordsOf, score, decision, wasPositive, firstLap } = value;
    if (!Number.isFinite(score)) return;
    const quality = this.#of(modelName, modelVersion);
    const words = [inWordsOf, versionKey(modelName, modelVersion)];
    const saidPositive = decision === null ? null : this.#isPositive(decision, words);
    for (const { kind, block, numbers } of quality.add({ score, saidPositive, wasPositive }, timestamp, firstLap)) {
      this.#store?.put(partKey({ kind, block }, quality), numbers);
    }
    this.#changed.add(quality);
  }

  /** A challenger's decision is in its own words where the champion has none for it. */
  #isPositive(decision: string, versions: readonly string[]): boolean {
    if (decision === this.#options.positive) return true;
    return versions.some((version) => decision === this.#labels?.get(version));
  }

  #of(modelName: string, modelVersion: string): VersionQuality {
    const key = versionKey(modelName, modelVersion);
    const known = this.#versions.get(key);
    if (known !== undefined) return known;
    if (this.#versions.size >= MOST_VERSIONS) this.#forgetOldest();
    const quality = new VersionQuality(modelName, modelVersion);
    this.#versions.set(key, quality);
    return quality;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#versions.values()].toSorted((one, other) => one.eventTime - other.eventTime);
    if (oldest === undefined) return;
    for (const part of oldest.parts()) this.#store?.delete(partKey(part, oldest));
    const { modelName, modelVersion, eventTime: timestamp } = oldest;
    this.#versions.delete(versionKey(modelName, modelVersion));
    this.#changed.delete(oldest);
    for (const { window } of oldest.reports(false)) {
      // Its reports go, too.
      this.#context?.forward({ key: reportKey({ modelName, modelVersion, window }), value: null, timestamp });
    }
  }

  #report(): void {
    for (const quality of this.#changed) {
      for (const report of quality.reports(this.#options.areProbabilities)) {
        this.#context?.forward({ key: reportKey(report), value: report, timestamp: report.eventTime });
      }
    }
    this.#changed.clear();
  }
}

const partKey = (
  { kind, block }: Pick<Part, 'kind' | 'block'>,
  { modelName, modelVersion }: Pick<VersionQuality, 'modelName' | 'modelVersion'>,
): string => JSON.stringify([kind, block, modelName, modelVersion]);

const reportKey = ({ modelName, modelVersion, window }: Pick<QualityReport, 'modelName' | 'modelVersion' | 'window'>) =>
  `${versionKey(modelName, modelVersion)}/${window}`;
