import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { startAlertmanager } from './alertmanager.js';
import { freePort } from './free-port.js';
import { startPrometheus } from './prometheus.js';
import { describeWithPrometheus } from './prometheus-programs.js';
import { startWebhook } from './webhook.js';

const rules = {
  groups: [
    {
      name: 'tests',
      rules: [
        {
          alert: 'WaterHigh',
          expr: 'water_metres > 3',
          labels: { severity: 'warning' },
          annotations: { summary: 'The water stands at {{ $value }} m.' },
        },
      ],
    },
  ],
};

await describeWithPrometheus('A real Prometheus and a real Alertmanager', () => {
  let gauge: { address: string; metres: number };
  let ruleFile: string;
  beforeAll(async () => {
    const server = createServer((_, response) => response.end(`water_metres{place="bridge"} ${gauge.metres}\n`));
    const port = await freePort();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    gauge = { address: `127.0.0.1:${port}`, metres: 1 };
    const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-rules-'));
    ruleFile = join(folder, 'rules.yml');
    await writeFile(ruleFile, JSON.stringify(rules));
    return async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    };
  });

  it('reads targets and answers questions', async () => {
    await using prometheus = await startPrometheus({ targets: [{ address: gauge.address, job: 'river' }] });

    await vi.waitUntil(async () => (await prometheus.query('water_metres')).length > 0, { timeout: 10_000 });

    const labels = { __name__: 'water_metres', place: 'bridge', job: 'river', instance: gauge.address };
    expect(await prometheus.query('water_metres')).toEqual([{ labels, value: 1 }]);
    expect(await prometheus.query('1 / 0')).toEqual([{ labels: {}, value: Number.POSITIVE_INFINITY }]);
    const now = Date.now() / 1_000;
    const [course] = await prometheus.queryRange('water_metres', { from: now - 5, to: now, stepSeconds: 1 });
    expect(course?.values.at(-1)?.[1]).toBe(1);
    expect(await prometheus.targets()).toMatchObject([{ health: 'up', lastError: '' }]);
    await expect(prometheus.query('water_metres >')).rejects.toMatchObject({
      code: 'run-failed',
      message: expect.stringMatching(/^Asking Prometheus for water_metres >: .*unexpected end of input/),
    });
  });

  it('tells a webhook through Alertmanager of an alert, and of its end', async () => {
    await using webhook = await startWebhook();
    await using alertmanager = await startAlertmanager({ webhook: webhook.url });
    await using prometheus = await startPrometheus({ ruleFiles: [ruleFile], alertmanager: alertmanager.address });
    await prometheus.scrape([{ address: gauge.address }]);
    const told = (status: string) => () =>
      webhook.of({ alertname: 'WaterHigh' }).some((each) => each.status === status);

    gauge.metres = 4;
    await vi.waitUntil(told('firing'), { timeout: 20_000 });
    expect(webhook.alerts[0]).toMatchObject({
      labels: { alertname: 'WaterHigh', severity: 'warning', place: 'bridge', job: 'kafka-ml-demos' },
      annotations: { summary: 'The water stands at 4 m.' },
    });
    expect(await prometheus.alerts()).toMatchObject([{ state: 'firing', labels: { alertname: 'WaterHigh' } }]);
    expect(await prometheus.rules()).toMatchObject([{ name: 'WaterHigh', health: 'ok' }]);

    gauge.metres = 2;
    await vi.waitUntil(told('resolved'), { timeout: 20_000 });
    expect(await prometheus.alerts()).toEqual([]);
  });

  it('says with the end of its log why it did not start', async () => {
    await writeFile(ruleFile, JSON.stringify({ groups: [{ name: 'broken', rules: [{ alert: 'A', expr: '>' }] }] }));
    await expect(startPrometheus({ ruleFiles: [ruleFile] })).rejects.toMatchObject({
      code: 'run-failed',
      message: expect.stringMatching(/^Starting prometheus: it ended \(exit code \d\)\. The end of its log:.*broken/s),
    });
  });
});
