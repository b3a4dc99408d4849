import { describe, expect, it } from 'vitest';
import { catalogue, createDemosMetrics, createMetrics } from '#shared/metrics';
import { pageMetrics } from './catalogue/index.js';

const samplesOf = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));

describe('the catalogue', () => {
  it('names every metric once, with the prefix and the unit that Prometheus expects', () => {
    const names = Object.values(catalogue).map((metric) => metric.name);
    expect(new Set(names).size).toBe(names.length);
    for (const metric of Object.values(catalogue)) {
      expect(metric.name).toMatch(/^kafka_ml_[a-z_]+$/);
      expect(metric.name.endsWith('_total')).toBe(metric.kind === 'counter');
      expect(metric.help).toMatch(/\.$|serving|population/);
    }
  });

  it('is what the page of metrics shows, type and help included', async () => {
    const text = await createMetrics('churn').text();
    for (const metric of Object.values(pageMetrics)) {
      expect(text).toContain(`# TYPE ${metric.name} ${metric.kind}`);
      expect(text).toContain(`# HELP ${metric.name} ${metric.help}`);
    }
  });
});

describe('createMetrics', () => {
  it('counts, observes and sets', async () => {
    const metrics = createMetrics('churn');
    metrics.recordsProduced.add(5000);
    metrics.recordsScored.add(4969);
    metrics.recordsDeadLettered.add(2, { reason: 'record-undecodable' });
    metrics.predictionLatency.observe(0.004);
    metrics.runningAuc.set(0.69);
    metrics.scorerUp.set(1, { scorer: 'scorer-1' });
    metrics.modelInfo.set(1, { name: 'flight-delay-gbm', version: '1' });
    const text = await metrics.text();
    expect(samplesOf(text, 'kafka_ml_records_produced_total')).toEqual([
      'kafka_ml_records_produced_total{demo="churn"} 5000',
    ]);
    expect(text).toContain('kafka_ml_records_dead_lettered_total{demo="churn",reason="record-undecodable"} 2');
    expect(text).toContain('kafka_ml_prediction_latency_seconds_bucket{le="0.005",demo="churn"} 1');
    expect(text).toContain('kafka_ml_prediction_latency_seconds_bucket{le="0.002",demo="churn"} 0');
    expect(text).toContain('kafka_ml_running_auc_ratio{demo="churn"} 0.69');
    expect(text).toContain('kafka_ml_scorer_up{demo="churn",scorer="scorer-1"} 1');
    expect(text).toContain('kafka_ml_model_info{demo="churn",name="flight-delay-gbm",version="1"} 1');
    expect(metrics.contentType).toMatch(/^text\/plain/);
  });

  it('shows reasons that it knows from the start as 0, so that the first rises from it', async () => {
    const text = await createMetrics('churn').text();
    expect(samplesOf(text, 'kafka_ml_records_dead_lettered_total')).toEqual([
      'kafka_ml_records_dead_lettered_total{demo="churn",reason="record-undecodable"} 0',
      'kafka_ml_records_dead_lettered_total{demo="churn",reason="record-unscorable"} 0',
      'kafka_ml_records_dead_lettered_total{demo="churn",reason="record-unprocessable"} 0',
      'kafka_ml_records_dead_lettered_total{demo="churn",reason="other"} 0',
    ]);
    expect(text).toContain('kafka_ml_model_refusals_total{demo="churn",reason="model-invalid"} 0');
  });

  it('includes the metrics of the process', async () => {
    expect(await createMetrics('churn').text()).toMatch(/^process_cpu_seconds_total /m);
  });

  it('keeps two sets apart', async () => {
    const one = createMetrics('churn');
    const other = createMetrics('churn');
    one.recordsScored.add(7);
    expect(samplesOf(await other.text(), 'kafka_ml_records_scored_total')).toEqual([
      'kafka_ml_records_scored_total{demo="churn"} 0',
    ]);
  });

  it('leaves a gauge out until it is known, and again once it is cleared', async () => {
    const metrics = createMetrics('churn');
    const auc = async () => samplesOf(await metrics.text(), 'kafka_ml_running_auc_ratio');
    expect(await auc()).toEqual([]);
    metrics.runningAuc.set(0.7);
    expect(await auc()).toHaveLength(1);
    metrics.runningAuc.clear();
    expect(await auc()).toEqual([]);
  });

  it('bounds the values of its labels, whatever a topic holds', async () => {
    const metrics = createMetrics('churn');
    metrics.recordsDeadLettered.add(1, { reason: 'at Object.<anonymous> (/tmp/x.js:1:1)' });
    for (let i = 0; i < 1000; i++) metrics.scorerUp.set(1, { scorer: `scorer-${i}` });
    const text = await metrics.text();
    const rising = samplesOf(text, 'kafka_ml_records_dead_lettered_total').filter((sample) => !sample.endsWith(' 0'));
    expect(rising).toEqual(['kafka_ml_records_dead_lettered_total{demo="churn",reason="other"} 1']);
    expect(samplesOf(text, 'kafka_ml_scorer_up')).toHaveLength(64);
  });
});

describe('createDemosMetrics', () => {
  it('tells the demos of one process apart by a label, and has the metrics of the process once', async () => {
    const metrics = createDemosMetrics(['churn', 'titanic']);
    metrics.of('churn').recordsScored.add(3);
    metrics.of('titanic').predictionLatency.observe(0.004);
    metrics.of('titanic').modelInfo.set(1, { name: 'rnn', version: '1' });
    const shown = await metrics.text();
    expect(samplesOf(shown, 'kafka_ml_records_scored_total')).toEqual([
      'kafka_ml_records_scored_total{demo="churn"} 3',
      'kafka_ml_records_scored_total{demo="titanic"} 0',
    ]);
    expect(shown).toContain('kafka_ml_model_info{demo="titanic",name="rnn",version="1"} 1');
    expect(shown).toContain('kafka_ml_prediction_latency_seconds_count{demo="titanic"} 1');
    expect(shown.match(/^# TYPE kafka_ml_records_scored_total /gm)).toHaveLength(1);
    expect(samplesOf(shown, 'process_cpu_seconds_total')).toHaveLength(1);
  });

  it('clears the gauges of one demo alone', async () => {
    const metrics = createDemosMetrics(['churn', 'titanic']);
    metrics.of('churn').runningAuc.set(0.8);
    metrics.of('titanic').runningAuc.set(0.7);
    metrics.of('churn').runningAuc.clear();
    expect(samplesOf(await metrics.text(), 'kafka_ml_running_auc_ratio')).toEqual([
      'kafka_ml_running_auc_ratio{demo="titanic"} 0.7',
    ]);
  });
});
