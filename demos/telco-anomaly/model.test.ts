import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { loadModel, type Model, type ModelRow } from '#shared/scoring';

type Window = Readonly<Record<string, string>>;

const folder = fileURLToPath(projectFile('demos/telco-anomaly/model'));
const windows: readonly Window[] = parse(gunzipSync(readFileSync(projectFile('datasets/telco/cells-2026-03.csv.gz'))), {
  columns: true,
});

const notices: string[] = [];
let model: Model;
let scored: readonly ModelRow[];

beforeAll(async () => {
  model = await loadModel(folder, { reasons: true, onNotice: (sentence) => notices.push(sentence) });
  const rows: ModelRow[] = [];
  for (let start = 0; start < windows.length; start += 4096) {
    for (const result of await model.score(windows.slice(start, start + 4096).map(fieldsOf))) {
      if (result instanceof KitError) throw result;
      rows.push(result);
    }
  }
  scored = rows;
}, 60_000);
afterAll(() => model.close());

/** A window as a stream has it: the fields that the card names, in their types. */
function fieldsOf(window: Window): Record<string, string | number> {
  return Object.fromEntries(
    model.card.inputs.map(({ name, type }) => [name, type === 'string' ? (window[name] ?? '') : Number(window[name])]),
  );
}

/** AUC and average precision, against all windows without a fault, of those with one of these faults; of all without a list. */
function quality(faults?: readonly string[]): { readonly auc: number; readonly averagePrecision: number } {
  const judged = windows
    .map(({ fault = '' }, at) => ({ fault, score: scored[at]?.score ?? Number.NaN }))
    .filter(({ fault }) => fault === '' || (faults?.includes(fault) ?? true))
    .toSorted((one, other) => other.score - one.score);
  const positives = judged.filter(({ fault }) => fault !== '').length;
  let found = 0;
  let pairs = 0;
  let precisions = 0;
  // Windows of one score count together: half of a pair each.
  for (let from = 0, to = 0; from < judged.length; from = to) {
    while (to < judged.length && judged[to]?.score === judged[from]?.score) to += 1;
    const hits = judged.slice(from, to).filter(({ fault }) => fault !== '').length;
    pairs += (to - from - hits) * (found + hits / 2);
    found += hits;
    precisions += (hits * found) / to;
  }
  return { auc: pairs / (positives * (judged.length - positives)), averagePrecision: precisions / positives };
}

/** Of the flagged windows with this fault, the share whose first reason is one of these KPIs. */
function firstReasonAmong(kind: string, kpis: readonly string[]): number {
  const first = scored
    .filter(({ decision }, at) => decision === 'anomalous' && windows[at]?.fault === kind)
    .map(({ reasons }) => reasons?.[0]?.name ?? '');
  return first.filter((name) => kpis.includes(name)).length / first.length;
}

describe('the model of the telco-anomaly demo', () => {
  it('loads with nothing left unchecked, its 1,000 golden rows included', () => {
    expect(notices).toEqual([]);
    expect(JSON.parse(readFileSync(`${folder}/golden.json`, 'utf8'))).toMatchObject({
      tolerance: 1e-5,
      rows: { length: 1000 },
    });
  });

  it('reaches on the committed windows, of cells that it never saw, what its card says', () => {
    const { auc, averagePrecision } = quality();
    expect(auc).toBeCloseTo(Number(model.card.quality?.auc), 3);
    expect(averagePrecision).toBeCloseTo(Number(model.card.quality?.averagePrecision), 3);
    expect(scored).toHaveLength(Number(model.card.quality?.n));
  });

  it.each([
    ['sleepingCell', 0.92, 0.57],
    ['neighbourOutage', 0.95, 0.39],
    ['backhaulDegradation', 0.999, 0.99],
    ['externalInterference', 0.99, 0.63],
    ['clockShift', 0.88, 0.57],
    ['slowDrift', 0.83, 0.37],
  ])('finds %s with an AUC of %f and an average precision of %f at least', (kind, auc, averagePrecision) => {
    const reached = quality([kind]);
    expect(reached.auc).toBeGreaterThanOrEqual(auc);
    expect(reached.averagePrecision).toBeGreaterThanOrEqual(averagePrecision);
  });

  it('flags about one clean window per cell and day, as its threshold promises', () => {
    const clean = scored.filter((_, at) => windows[at]?.fault === '');
    const aDay = (288 * clean.filter(({ decision }) => decision === 'anomalous').length) / clean.length;
    expect(aDay).toBeGreaterThan(0.5);
    expect(aDay).toBeLessThan(2);
  });

  it.each([
    ['sleepingCell', ['connectedUsers', 'sessionSetups', 'trafficMegabytes'], 0.9],
    ['backhaulDegradation', ['userThroughput', 'latency', 'prbUtilization'], 0.9],
    ['externalInterference', ['interference'], 0.9],
    ['slowDrift', ['userThroughput', 'interference'], 0.7],
  ])('gives as first reason for %s one of %j in %f of the flagged windows at least', (kind, kpis, share) => {
    expect(firstReasonAmong(kind, kpis)).toBeGreaterThanOrEqual(share);
  });
});

describe('the windows of the telco-anomaly demo', () => {
  it('are the ones of the checksum', () => {
    const [expected, name] = readFileSync(projectFile('datasets/telco/SHA256SUMS'), 'utf8').trim().split(/\s+/);
    const bytes = readFileSync(projectFile(`datasets/telco/${name}`));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected);
  });

  it('come in the order of event time, with 24 incidents of six kinds', () => {
    const times = windows.map(({ eventTime }) => eventTime ?? '');
    expect(times).toEqual(times.toSorted());
    const atFault = windows.filter(({ fault }) => fault !== '');
    expect(new Set(atFault.map(({ incident }) => incident)).size).toBe(24);
    expect(new Set(atFault.map(({ fault }) => fault)).size).toBe(6);
  });
});
