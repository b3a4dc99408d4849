import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from '#shared/metrics';
import { dashboardFiles, dashboardsFolder } from './dashboard-files.js';

const files = await dashboardFiles();

/** What these tests look at of a dashboard's JSON. */
interface Layout {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly targets?: readonly { readonly expr: string }[];
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  }[];
}

const layouts = Array.from(files, ([name, text]) => [name, JSON.parse(text) as Layout] as const);

describe('the committed dashboards', () => {
  it('are those that `npm run grafana` writes', () => {
    const committed = readdirSync(dashboardsFolder).filter((name) => name.endsWith('.json'));
    expect(committed.toSorted()).toEqual([...files.keys()].toSorted());
    for (const [name, text] of files) {
      expect(readFileSync(new URL(name, dashboardsFolder), 'utf8') === text, `${name}: run \`npm run grafana\``).toBe(
        true,
      );
    }
  });

  it('are an overview, one for each demo, the streams library, and the models', () => {
    expect([...files.keys()]).toEqual([
      'overview.json',
      'churn.json',
      'flight-delay.json',
      'telco-anomaly.json',
      'titanic.json',
      'streams-internals.json',
      'model-quality.json',
    ]);
  });

  it('show every metric of the catalogue on a panel at least', () => {
    const shown = new Set(
      layouts.flatMap(([, { panels }]) =>
        panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => expr.match(/kafka_ml_[a-z_]+/g) ?? [])),
      ),
    );
    const parts = (kind: string): readonly string[] => (kind === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']);
    const missing = Object.values(catalogue).filter(
      ({ name, kind }) => !parts(kind).some((part) => shown.has(name + part)),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('make one figure of one version of a model at most', () => {
    const ofVersions: readonly string[] = Object.values(catalogue)
      .filter(({ labels }) => ['name', 'version'].every((label) => labels.some((own) => own === label)))
      .map(({ name }) => name);
    const exprs = layouts.flatMap(([, { panels }]) =>
      panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    );
    const aggregated = exprs.flatMap((expr) => [...expr.matchAll(/\w+(?: by \(([^)]*)\))? ?\((kafka_ml_\w+)/g)]);
    const asked = aggregated.filter(([, , metric = '']) => ofVersions.includes(metric));
    expect(new Set(asked.map(([, , metric]) => metric))).toEqual(new Set(ofVersions));
    for (const [query, by = ''] of asked) {
      expect(by.split(', '), query).toEqual(expect.arrayContaining(['name', 'version']));
    }
  });

  it('are known by a uid each, which Grafana takes', () => {
    const uids = layouts.map(([, { uid }]) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    for (const uid of uids) expect(uid).toMatch(/^[a-z0-9-]{8,40}$/);
  });

  it.each(layouts)('%s has panels with an id each, that fill the grid and do not overlap', (_, { panels }) => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, number>();
    for (const { id, gridPos } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), `panel ${id} at ${x},${y}`).toBeUndefined();
          taken.set(`${x},${y}`, id);
        }
      }
    }
    const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(taken.size).toBe(24 * height);
  });
});
