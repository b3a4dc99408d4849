import { beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, type Exposition, type Metrics } from '#shared/metrics';
import {
  type AuditReport,
  type DriftReport,
  monitoringTopics,
  type QualityReport,
  type ScorerStatus,
} from '#shared/monitoring';
import { offlineSchemas, type Schemas, type Topic } from '#shared/schema';
import { ReportWatch } from './report-watch.js';
import { status } from './test-watch.js';

const { auditReports, qualityReports, driftReports, monitorStatus } = monitoringTopics('demo');
const topicName = ({ name }: { readonly name: string }): string => `ns.${name}`;

/** How many reports on quality were there before the page. */
const BEFORE = 2;
const MINUTE_MS = 60_000;

const audit: AuditReport = {
  topic: 'ns.demo.inputs',
  partition: 3,
  eventTime: 0,
  since: null,
  expected: 100,
  consumed: 97,
  missing: 2,
  duplicate: 1,
  late: 4,
  altered: 5,
};
const quality = (modelVersion: string, auc: number | null): QualityReport => ({
  modelName: 'model',
  modelVersion,
  window: 'rolling',
  eventTime: 0,
  labelled: 50,
  positives: 5,
  auc,
  precision: null,
  recall: 0.25,
  calibrationError: 0.125,
  brier: null,
});
const drift: DriftReport = {
  modelName: 'model',
  modelVersion: '1',
  countedAt: 0,
  rows: 30,
  inputs: { distance: 0.5, temperature: 2.5 },
  recent: null,
};
/** Of a scorer that serves this version, and has another beside it. */
const scorer = (modelVersion: string, challenger?: string): ScorerStatus => ({
  ...status,
  modelVersion,
  challenger:
    challenger === undefined
      ? null
      : {
          modelName: 'model',
          modelVersion: challenger,
          compared: 0,
          disagreed: 0,
          meanDifference: 0,
          failed: 0,
          skipped: 0,
        },
});

let schemas: Schemas;
let metrics: Metrics & Exposition;
let warnings: string[];
let nowMs: number;
let watch: ReportWatch;
let offsets: Map<string, number>;

beforeEach(() => {
  schemas = offlineSchemas();
  metrics = createMetrics('demo');
  warnings = [];
  nowMs = Date.UTC(2026, 0, 1);
  offsets = new Map();
  watch = new ReportWatch(
    'demo',
    { schemas, topicName },
    {
      from: new Map(),
      ends: new Map([[topicName(qualityReports), [BEFORE]]]),
      onWarning: (sentence) => warnings.push(sentence),
      seasonal: ['temperature'],
      swings: { weekday: 5 },
      now: () => nowMs,
    },
  );
});

/** What an application writes to a report topic comes to the page. */
async function told<R extends object>(topic: Topic<R>, key: string, value: R | Buffer | null): Promise<void> {
  const name = topicName(topic);
  const offset = offsets.get(name) ?? 0;
  offsets.set(name, offset + 1);
  const bytes = value === null || Buffer.isBuffer(value) ? value : (await schemas.register(topic, name))(value);
  const record = { topic: name, partition: 0, offset, key: Buffer.from(key), value: bytes, timestamp: 0, headers: {} };
  await watch.handlers.get(name)?.({ topic: name, partition: 0, records: [record], nextOffset: offset + 1 });
}

/** Samples on the page of metrics of names that begin so, once it is refreshed; without the label of the demo. */
async function samples(prefix: string, ...scorers: readonly ScorerStatus[]): Promise<string[]> {
  watch.refresh(metrics, scorers);
  return (await metrics.text())
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length).replace('demo="demo",', ''));
}

const aucs = (...scorers: readonly ScorerStatus[]): Promise<string[]> => samples('kafka_ml_quality_auc', ...scorers);

describe('ReportWatch', () => {
  it('shows how each partition was delivered, as it was told last', async () => {
    expect(await samples('kafka_ml_delivery')).toEqual([]);
    await told(auditReports, 'inputs-3', { ...audit, expected: 50 });
    await told(auditReports, 'inputs-3', audit);
    const labels = '{topic="ns.demo.inputs",partition="3"}';
    expect(await samples('kafka_ml_delivery')).toEqual([
      `_expected_records${labels} 100`,
      `_consumed_records${labels} 97`,
      `_missing_records${labels} 2`,
      `_duplicate_records${labels} 1`,
      `_late_records${labels} 4`,
      `_altered_minutes${labels} 5`,
    ]);
  });

  it('shows how right the model is that serves, without what is not defined', async () => {
    await told(qualityReports, 'model/1/rolling', quality('1', 0.75));
    const labels = '{name="model",version="1",window="rolling"}';
    expect(await samples('kafka_ml_quality', scorer('1'))).toEqual([
      `_auc_ratio${labels} 0.75`,
      `_recall_ratio${labels} 0.25`,
      `_calibration_error_ratio${labels} 0.125`,
      `_labelled_records${labels} 50`,
    ]);
    await told(qualityReports, 'model/1/rolling', quality('1', null));
    expect(await aucs(scorer('1'))).toEqual([]);
  });

  it('shows how far each input has drifted, and which of them move with the season', async () => {
    await told(driftReports, 'model/1', drift);
    expect(await samples('kafka_ml_input', scorer('1'))).toEqual([
      '_population_stability_index{name="model",version="1",input="distance",kind="steady"} 0.5',
      '_population_stability_index{name="model",version="1",input="temperature",kind="seasonal"} 2.5',
      '_drift_rows{name="model",version="1"} 30',
    ]);
  });

  it('shows of what was there before the page only versions that serve or challenge', async () => {
    await told(qualityReports, 'model/1/rolling', quality('1', 0.5));
    await told(qualityReports, 'model/2/rolling', quality('2', 0.75));
    expect(await aucs()).toEqual([]);
    expect(await aucs(scorer('2'))).toEqual(['_ratio{name="model",version="2",window="rolling"} 0.75']);
    expect(await aucs(scorer('2', '1'))).toHaveLength(2);
  });

  it('lets a version go that has not been reported on for five minutes since it served', async () => {
    for (const _ of Array(BEFORE + 1)) await told(qualityReports, 'model/1/rolling', quality('1', 0.75));
    nowMs += 4 * MINUTE_MS;
    expect(await aucs(scorer('2'))).toHaveLength(1);
    nowMs += 2 * MINUTE_MS;
    expect(await aucs(scorer('2'))).toEqual([]);
    expect(await aucs(scorer('1'))).toHaveLength(1);
  });

  it('shows whether a monitor is at work, once one was heard: until ten seconds of silence, and again when another is', async () => {
    const up = (): Promise<string[]> => samples('kafka_ml_monitor_up');
    const heard = (instance: string): Promise<void> =>
      told(monitorStatus, instance, { instance, heartbeatAt: 0, passedOver: 0 });
    expect(await up()).toEqual([]);
    await heard('monitor-1');
    nowMs += 9_999;
    expect(await up()).toEqual(['{demo="demo"} 1']);
    nowMs += 1;
    expect(await up()).toEqual(['{demo="demo"} 0']);
    await heard('monitor-2');
    expect(await up()).toEqual(['{demo="demo"} 1']);
  });

  it('shows after two minutes without a monitor that there is none, until one is heard', async () => {
    const up = (): Promise<string[]> => samples('kafka_ml_monitor_up');
    nowMs += 2 * MINUTE_MS - 1;
    expect(await up()).toEqual([]);
    nowMs += 1;
    expect(await up()).toEqual(['{demo="demo"} 0']);
    await told(monitorStatus, 'monitor-1', { instance: 'monitor-1', heartbeatAt: 0, passedOver: 0 });
    expect(await up()).toEqual(['{demo="demo"} 1']);
  });

  it('gives the page what was reported last, and how the monitor is', async () => {
    const heard = (): ReturnType<typeof watch.reported>['monitor'] => watch.reported([scorer('1')]).monitor;
    const none = { delivery: null, quality: null, drift: null };
    expect(heard()).toEqual({ state: 'awaited', heardAt: null, reportedAt: none, passedOver: 0 });
    nowMs += 2 * MINUTE_MS;
    expect(heard().state).toBe('missing');
    await told(monitorStatus, 'monitor-1', { instance: 'monitor-1', heartbeatAt: 0, passedOver: 3 });
    expect(heard()).toEqual({ state: 'at work', heardAt: nowMs, reportedAt: none, passedOver: 3 });
    nowMs += MINUTE_MS;
    expect(heard().state).toBe('silent');
    await told(driftReports, 'model/1', drift);
    await told(auditReports, 'inputs-3', audit);
    for (const _ of Array(BEFORE + 1)) await told(qualityReports, 'model/1/rolling', quality('1', 0.75));
    const reportedAt = { delivery: nowMs, quality: nowMs, drift: nowMs };
    expect(watch.reported([scorer('1')])).toEqual({
      monitor: { state: 'silent', heardAt: nowMs - MINUTE_MS, reportedAt, passedOver: 3 },
      deliveries: [audit],
      qualities: [quality('1', 0.75)],
      drifts: [drift],
      seasonal: new Set(['temperature']),
      swings: { weekday: 5 },
    });
  });

  it('counts what monitors have passed over, each since it started', async () => {
    const passedOver = (): Promise<string[]> => samples('kafka_ml_monitor_passed_over_records');
    const say = (instance: string, count: number): Promise<void> =>
      told(monitorStatus, instance, { instance, heartbeatAt: 0, passedOver: count });
    expect(await passedOver()).toEqual(['_total{demo="demo"} 0']);
    await say('monitor-1', 2);
    await say('monitor-1', 2);
    expect(await passedOver()).toEqual(['_total{demo="demo"} 2']);
    await say('monitor-2', 1);
    await say('monitor-1', 5);
    expect(await passedOver()).toEqual(['_total{demo="demo"} 6']);
  });

  it('shows from which event time on delivery is audited where counts were lost, and nothing where none were', async () => {
    const since = (): Promise<string[]> => samples('kafka_ml_delivery_since');
    await told(auditReports, 'inputs-3', audit);
    expect(await since()).toEqual([]);
    await told(auditReports, 'inputs-3', { ...audit, since: Date.UTC(2013, 0, 1) });
    expect(await since()).toEqual(['_timestamp_seconds{topic="ns.demo.inputs",partition="3"} 1356998400']);
  });

  it('forgets what an application takes back', async () => {
    await told(qualityReports, 'model/1/rolling', quality('1', 0.75));
    await told(qualityReports, 'model/1/rolling', null);
    expect(await aucs(scorer('1'))).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('says once what does not belong on a report topic, and goes on', async () => {
    await told(auditReports, 'inputs-3', Buffer.from('no Avro at all'));
    await told(auditReports, 'inputs-3', Buffer.from('nor this'));
    await told(auditReports, 'inputs-3', audit);
    expect(warnings).toEqual([
      expect.stringMatching(/^A record of ns\.demo\.audit-reports \(partition 0, offset 0\) is/),
    ]);
    expect(await samples('kafka_ml_delivery')).toHaveLength(6);
  });

  it('keeps no more than 1,024 reports, whatever is written', async () => {
    for (let partition = 0; partition < 1_030; partition++) {
      await told(auditReports, `inputs-${partition}`, { ...audit, partition });
    }
    // Beyond 256 partitions the label is bounded, too: what is kept of the others is not shown.
    const expected = await samples('kafka_ml_delivery_expected');
    expect(expected).toHaveLength(256);
    expect(expected).not.toContain('_records{topic="ns.demo.inputs",partition="0"} 100');
  });
});
