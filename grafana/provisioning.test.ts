import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectFile } from '#shared/project-file';

const read = (file: string): unknown => parse(readFileSync(projectFile(`grafana/provisioning/${file}`), 'utf8'));

describe('what Grafana is given at its start', () => {
  it('is the Prometheus of the stack, and no other source', () => {
    expect(read('datasources/prometheus.yml')).toMatchObject({
      apiVersion: 1,
      datasources: [{ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true, editable: false }],
    });
  });

  it('reads the demos as often as Prometheus does', () => {
    const prometheus: unknown = parse(readFileSync(projectFile('grafana/prometheus/prometheus.yml'), 'utf8'));
    expect(prometheus).toMatchObject({ global: { scrape_interval: '5s' } });
    expect(read('datasources/prometheus.yml')).toMatchObject({ datasources: [{ jsonData: { timeInterval: '5s' } }] });
  });

  it('is the folder of dashboards, which nobody changes in the browser', () => {
    expect(read('dashboards/kafka-ml-demos.yml')).toMatchObject({
      apiVersion: 1,
      providers: [{ type: 'file', allowUiUpdates: false, options: { path: '/var/lib/grafana/dashboards' } }],
    });
    expect(existsSync(projectFile('grafana/dashboards-json/overview.json'))).toBe(true);
  });
});
