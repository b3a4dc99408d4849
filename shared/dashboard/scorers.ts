import type { ChallengerStatus, ScorerStatus } from '#shared/monitoring';
import type { Scorer, ServingModel } from './page/snapshot.js';

const silentAfterMs = 5_000;
const forgottenAfterMs = 300_000;
const mostScorers = 32;

/** The scorer instances by their latest heartbeats: one that goes quiet is shown as silent, and forgotten after 5 minutes. */
export class Scorers {
  readonly #latest = new Map<string, ScorerStatus>();

  heartbeat(status: ScorerStatus): void {
    const known = this.#latest.get(status.instance);
    if (known !== undefined && known.heartbeatAt > status.heartbeatAt) return;
    this.#latest.set(status.instance, status);
    if (this.#latest.size <= mostScorers) return;
    const [oldest] = [...this.#latest.values()].sort((a, b) => a.heartbeatAt - b.heartbeatAt);
    if (oldest !== undefined) this.#latest.delete(oldest.instance);
  }

  /** The instances in order of their names, as of `now`. */
  list(now: number): Scorer[] {
    for (const [instance, status] of this.#latest) {
      if (now - status.heartbeatAt > forgottenAfterMs) this.#latest.delete(instance);
    }
    return [...this.#latest.values()]
      .sort((a, b) => a.instance.localeCompare(b.instance, 'en', { numeric: true }))
      .map((status) => {
        const age = now - status.heartbeatAt;
        const silent = age > silentAfterMs;
        return {
          instance: status.instance,
          state: status.state,
          silentSeconds: silent ? Math.floor(age / 1000) : null,
          recordsPerSecond: silent ? 0 : Math.round(status.recordsPerSecond * 10) / 10,
          scoredTotal: status.scoredTotal,
          partitions: status.partitions,
          model: `${status.modelName} ${status.modelVersion}`.trim(),
          guarantee: status.guarantee,
        };
      });
  }

  /** What the newest heartbeat says of the model, with what all scorers counted. */
  get model(): ServingModel | undefined {
    const { newest } = this;
    if (newest === undefined) return undefined;
    const { refusal, challenger } = newest;
    return {
      name: newest.modelName,
      version: newest.modelVersion,
      sha256: newest.modelSha256,
      since: newest.modelSince,
      refusal: refusal && {
        model: `${refusal.modelName} ${refusal.modelVersion}`.trim(),
        role: refusal.role,
        message: refusal.message,
        at: refusal.refusedAt,
      },
      challenger: challenger && this.#compared(challenger),
      unknown: this.#unknown(newest),
    };
  }

  #compared({ modelName, modelVersion }: ChallengerStatus): NonNullable<ServingModel['challenger']> {
    const counts = [...this.#latest.values()].flatMap(({ challenger }) =>
      challenger?.modelName === modelName && challenger.modelVersion === modelVersion ? [challenger] : [],
    );
    const sum = (of: (each: ChallengerStatus) => number): number => counts.reduce((total, each) => total + of(each), 0);
    const compared = sum((each) => each.compared);
    const difference = sum((each) => each.meanDifference * each.compared);
    return {
      model: `${modelName} ${modelVersion}`,
      compared,
      disagreed: sum((each) => each.disagreed),
      meanDifference: compared === 0 ? 0 : difference / compared,
      failed: sum((each) => each.failed),
      skipped: sum((each) => each.skipped),
    };
  }

  #unknown({ modelSha256 }: ScorerStatus): ServingModel['unknown'] {
    const counts = new Map<string, number>();
    for (const status of this.#latest.values()) {
      if (status.modelSha256 !== modelSha256) continue;
      for (const [input, count] of Object.entries(status.unknownCategories)) {
        counts.set(input, (counts.get(input) ?? 0) + count);
      }
    }
    return Array.from(counts, ([input, count]) => ({ input, count })).sort((a, b) => b.count - a.count);
  }

  /** The newest heartbeat of all: what it says of model and topology is what holds now. */
  get newest(): ScorerStatus | undefined {
    let newest: ScorerStatus | undefined;
    for (const status of this.#latest.values()) {
      if (newest === undefined || status.heartbeatAt > newest.heartbeatAt) newest = status;
    }
    return newest;
  }
}
