import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { startAlertmanager } from './alertmanager.js';
import { type Prometheus, startPrometheus } from './prometheus.js';
import { hastened, readRuleFiles } from './prometheus-rules.js';
import { keepSeenAlerts } from './seen-alerts.js';
import { type NotifiedAlert, startWebhook, type Webhook } from './webhook.js';

/**
 * How much sooner alerts come in a test than they do outside: what the rules wait for and look back over is so many times
 * as short (a minute is five seconds), and all is read each second instead of every five.
 */
const HASTE = 12;

/** Several times what any of them takes where nothing else goes on: the monitor yields to whatever does. */
const PATIENCE_MS = 480_000;

/** A Prometheus with the project's own rules, an Alertmanager with its configuration, and a webhook that it tells. */
export interface Alerting extends AsyncDisposable {
  readonly prometheus: Prometheus;
  readonly webhook: Webhook;
  /** Has Prometheus read a page of metrics, too; a URL or host:port. Comes back when it was read. */
  watch(page: string): Promise<void>;
  /**
   * Waits until the webhook has been told that an alert with these labels fires, or that it is over. One that fires counts
   * as seen when this Alerting ends.
   * @throws Error when it was not within eight minutes; it names what was told instead.
   */
  told(labels: Readonly<Record<string, string>>, status?: NotifiedAlert['status']): Promise<NotifiedAlert>;
  /** Waits until Prometheus has read so many times more what it reads. */
  scrapes(count: number): Promise<void>;
}

/** Starts all three, with the project's own files, apart from the haste. */
export async function startAlerting(): Promise<Alerting> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-alerting-'));
  const stack: AsyncDisposable[] = [];
  const seen = new Set<string>();
  const close = async (): Promise<void> => {
    await keepSeenAlerts(seen);
    for (const each of stack.toReversed()) await each[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ruleFiles: string[] = [];
    for (const [name, file] of await readRuleFiles()) {
      const path = join(folder, name);
      await writeFile(path, JSON.stringify(hastened(file, HASTE)));
      ruleFiles.push(path);
    }
    const webhook = await startWebhook();
    stack.push(webhook);
    const alertmanager = await startAlertmanager({ webhook: webhook.url });
    stack.push(alertmanager);
    const prometheus = await startPrometheus({ ruleFiles, alertmanager: alertmanager.address });
    stack.push(prometheus);
    return alerting(prometheus, webhook, { seen, close });
  } catch (error) {
    await close();
    throw error;
  }
}

function alerting(
  prometheus: Prometheus,
  webhook: Webhook,
  { seen, close }: { readonly seen: Set<string>; readonly close: () => Promise<void> },
): Alerting {
  const pages: string[] = [];
  const latestValue = async (expression: string): Promise<number> =>
    (await prometheus.query(expression))[0]?.value ?? 0;
  return {
    prometheus,
    webhook,
    async watch(page) {
      const address = page.startsWith('http') ? new URL(page).host : page;
      pages.push(address);
      await prometheus.scrape(pages.map((each) => ({ address: each })));
      const isUp = async (): Promise<boolean> => (await latestValue(`up{instance="${address}"}`)) === 1;
      await vi.waitUntil(isUp, { timeout: PATIENCE_MS, interval: 200 });
    },
    async told(labels, status = 'firing') {
      const latest = (): NotifiedAlert | undefined => webhook.of(labels).at(-1);
      const isTold = (): boolean => latest()?.status === status;
      await vi.waitUntil(isTold, { timeout: PATIENCE_MS, interval: 100 }).catch(async () => {
        const all = webhook.alerts.map((each) => `${each.status} ${JSON.stringify(each.labels)}`);
        const active = (await prometheus.alerts()).map((each) => `${each.state} ${JSON.stringify(each.labels)}`);
        throw new Error(
          `The webhook was not told that ${JSON.stringify(labels)} is ${status}, but:\n${all.join('\n')}\n` +
            `Prometheus has:\n${active.join('\n')}`,
        );
      });
      const alert = latest();
      if (alert === undefined) throw new Error('What was told is not there any more.');
      if (status === 'firing') seen.add(alert.labels.alertname ?? '');
      return alert;
    },
    async scrapes(count) {
      const made = (): Promise<number> => latestValue('max(count_over_time(up[1h]))');
      const until = (await made()) + count;
      await vi.waitUntil(async () => (await made()) >= until, { timeout: PATIENCE_MS, interval: 200 });
    },
    [Symbol.asyncDispose]: close,
  };
}
