import { type MetricSample, scorerMetrics } from '#shared/metrics';
import type { ScorerStatus } from '#shared/monitoring';
import { alertLimits } from './alert-limits.js';

/** A heartbeat comes each second: over so much of the past the figures are of late. */
const windowMs = 6_000;
/** What is so in each of the last seconds in which there was a call is no hiccup. */
const steadyMs = 5_000;
const mostScorers = 64;

const lateFrom = scorerMetrics.recordLateness.buckets.indexOf(alertLimits.lateSeconds) + 1;

interface Beat {
  readonly at: number;
  readonly calls: number;
  readonly callSeconds: number;
  readonly processed: number;
  readonly late: number;
  /** The longest that the process has lately come to its turn late. */
  readonly waitedSeconds: number;
}

/** What scorers measure of themselves, of late: how long a call of the model takes, and which share of the records is late. */
export class ScorerPulse {
  /** By instance, the oldest first. */
  readonly #beats = new Map<string, Beat[]>();

  /** Takes in a heartbeat; one without measurements says nothing. */
  heartbeat({ instance, metrics }: Pick<ScorerStatus, 'instance' | 'metrics'>, now: number): void {
    const beat = beatOf(metrics, now);
    if (beat === undefined) return;
    const before = this.#beats.get(instance) ?? [];
    // Counters that became less are another process's, under the same name.
    const same = (before.at(-1)?.processed ?? 0) <= beat.processed ? before : [];
    const beats = [...same, beat];
    while (beats.length > 2 && (beats[1]?.at ?? now) <= now - windowMs) beats.shift();
    this.#beats.delete(instance);
    this.#beats.set(instance, beats);
    const [oldest] = this.#beats.keys();
    if (this.#beats.size > mostScorers && oldest !== undefined) this.#beats.delete(oldest);
  }

  /** The mean of a call of the model of late, in the scorer where it is longest; undefined where none was called. */
  scoringSeconds(now: number): number | undefined {
    const means = this.#spans(now).flatMap(({ calls, callSeconds }) => (calls > 0 ? [callSeconds / calls] : []));
    return means.length === 0 ? undefined : Math.max(...means);
  }

  /**
   * What the model alone makes of that, in each of the last seconds: what is measured of a call has in it what its process
   * waited for the machine, which is most of it while a demo starts, and a first call takes long. In the scorer where it is
   * most; undefined where there were not calls in two seconds at least.
   */
  modelSeconds(now: number): number | undefined {
    const all = [...this.#beats.values()].flatMap((beats) => {
      const means = beats.flatMap(({ at, calls, callSeconds }, index) => {
        const before = beats[index - 1];
        if (before === undefined || at <= now - steadyMs || calls === before.calls) return [];
        return [(callSeconds - before.callSeconds) / (calls - before.calls)];
      });
      return means.length < 2 ? [] : [Math.max(0, Math.min(...means) - (beats.at(-1)?.waitedSeconds ?? 0))];
    });
    return all.length === 0 ? undefined : Math.max(...all);
  }

  /** The share of the records of late, of all scorers together, that came late; undefined where none came. */
  lateShare(now: number): number | undefined {
    const spans = this.#spans(now);
    const processed = spans.reduce((sum, each) => sum + each.processed, 0);
    return processed === 0 ? undefined : spans.reduce((sum, each) => sum + each.late, 0) / processed;
  }

  /** What each that is heard of has done from its oldest beat kept to its newest. */
  #spans(now: number): Omit<Beat, 'at' | 'waitedSeconds'>[] {
    return [...this.#beats.values()].flatMap((beats) => {
      const [first, last] = [beats[0], beats.at(-1)];
      if (first === undefined || last === undefined || last.at < now - windowMs) return [];
      return [
        {
          calls: last.calls - first.calls,
          callSeconds: last.callSeconds - first.callSeconds,
          processed: last.processed - first.processed,
          late: last.late - first.late,
        },
      ];
    });
  }
}

function beatOf(samples: readonly MetricSample[], at: number): Beat | undefined {
  const of = ({ name }: { readonly name: string }): MetricSample | undefined =>
    samples.find(({ metric }) => metric === name);
  const [calls, processed] = [of(scorerMetrics.scoringDuration), of(scorerMetrics.recordsProcessed)];
  if (calls === undefined || processed === undefined) return undefined;
  return {
    at,
    calls: sum(calls.buckets),
    callSeconds: calls.value,
    processed: processed.value,
    late: sum(of(scorerMetrics.recordLateness)?.buckets.slice(lateFrom) ?? []),
    waitedSeconds: of(scorerMetrics.scorerEventLoopDelay)?.value ?? 0,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
