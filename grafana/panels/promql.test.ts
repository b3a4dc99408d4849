import { describe, expect, it } from 'vitest';
import { catalogue } from '#shared/metrics';
import { chosenDemos, chosenScorers, oneDemo, queriesOf } from './promql.js';

const of = queriesOf(chosenDemos);

describe('a query', () => {
  it('is of the demos, jobs and instances that are chosen, and sums what two of them show once', () => {
    expect(of.gauge('max', catalogue.scorerUp, ['demo'])).toBe(
      'max by (demo) (kafka_ml_scorer_up{job=~"$job", instance=~"$instance", demo=~"$demo"})',
    );
    expect(queriesOf(oneDemo('churn')).gauge('sum', catalogue.tasks, [])).toBe(
      'sum(max without (job, instance) (kafka_ml_streams_tasks{job=~"$job", instance=~"$instance", demo="churn"}))',
    );
    expect(queriesOf(chosenScorers).rate(catalogue.commits, ['scorer'])).toBe(
      'sum by (scorer) (max without (job, instance) (rate(kafka_ml_streams_commits_total{job=~"$job", instance=~"$instance", demo=~"$demo", scorer=~"$scorer"}[$__rate_interval])))',
    );
  });

  it('can be of some series only', () => {
    expect(of.gauge('max', catalogue.qualityAuc, ['version'], { window: 'rolling' })).toContain(
      'demo=~"$demo", window="rolling"}',
    );
  });

  it('takes a quantile of what was observed lately', () => {
    expect(of.quantile(0.99, catalogue.commitDuration, ['demo'])).toBe(
      'histogram_quantile(0.99, sum by (le, demo) (max without (job, instance) (rate(kafka_ml_streams_commit_duration_seconds_bucket{job=~"$job", instance=~"$instance", demo=~"$demo"}[$__rate_interval]))))',
    );
  });

  it('tells what is above a bound apart, which must be one that is counted', () => {
    expect(of.observationsAbove(300, catalogue.recordLateness, ['demo'])).toMatch(
      /^\(sum by \(demo\) \(.+_seconds_count\{.+\) - sum by \(demo\) \(.+_seconds_bucket\{.+, le="300"\}\[\$__rate_interval\]\)\)\)\)$/,
    );
    expect(() => of.observationsAbove(301, catalogue.recordLateness, ['demo'])).toThrow(
      'has no bucket that ends at 301',
    );
  });

  it('says how much a counter has grown in the time that is shown', () => {
    expect(of.growth(catalogue.recordsDeadLettered, ['reason'])).toMatch(
      /^sum by \(reason\) \(max without \(job, instance\) \(increase\(.+\[\$__range\]\)\)\)$/,
    );
  });

  it('is 0 for a demo that runs and has nothing to tell', () => {
    expect(of.orNone('x', 'input')).toBe(
      'x or on (demo) label_replace(0 * max by (demo) (kafka_ml_scorer_up{job=~"$job", instance=~"$instance", demo=~"$demo"}), "input", "none", "", "")',
    );
  });

  it('does not compile with a label that the metric has not, or with a metric of another kind', () => {
    // @ts-expect-error: a commit has no reason.
    of.rate(catalogue.commits, ['reason']);
    // @ts-expect-error: a counter is not a gauge.
    of.gauge('sum', catalogue.commits, []);
  });
});
