import { z } from 'zod';
import { ask, askFor, missing } from './stack-ask.js';

/** The targets that are up; the names of jobs are those of grafana/prometheus/prometheus.yml. */
export async function readTargets(url: string, least: Readonly<Record<string, number>>): Promise<string> {
  const { data } = await askFor(url, 'api/v1/targets?state=active', targetsReply);
  const up = data.activeTargets.filter(({ health }) => health === 'up').map(({ labels }) => labels);
  const short = Object.entries(least).filter(([job, count]) => up.filter((each) => each.job === job).length < count);
  if (short.length === 0) return up.map(({ instance }) => instance).join(', ');
  const jobs = short.map(([job]) => job);
  const down = data.activeTargets.filter(({ health, labels }) => health !== 'up' && jobs.includes(labels.job));
  const found = down.map(({ labels, lastError }) => `${labels.instance} (${lastError || 'not read yet'})`);
  throw missing(`of ${jobs.join(' and ')} too few are up: ${found.join('; ') || 'there is none'}`);
}

/** The rules, all of them evaluated without an error. */
export async function evaluatedRules(url: string): Promise<string> {
  const { groups } = (await askFor(url, 'api/v1/rules', rulesReply)).data;
  const rules = groups.flatMap((group) => group.rules);
  if (rules.length === 0) throw missing('there is none');
  const wrong = rules.filter(({ health }) => health !== 'ok');
  if (wrong.length === 0) return `${rules.length} rules in ${groups.map(({ name }) => name).join(', ')}`;
  throw missing(wrong.map(({ name, health, lastError }) => `${name} is ${health} ${lastError ?? ''}`).join('; '));
}

/** How much each demo has scored, as Prometheus knows it. */
export async function scoredAsRead(url: string, demos: readonly string[]): Promise<string> {
  const query = encodeURIComponent('max by (demo) (kafka_ml_records_scored_total) > 0');
  const { result } = (await askFor(url, `api/v1/query?query=${query}`, vectorReply)).data;
  const absent = demos.filter((name) => !result.some(({ metric }) => metric.demo === name));
  if (absent.length > 0) throw missing(`nothing is known of ${absent.join(', ')}`);
  return result.map(({ metric, value: [, count] }) => `${metric.demo} ${count}`).join(', ');
}

/** The Alertmanagers that alerts go to. */
export async function knownAlertmanagers(url: string): Promise<string> {
  const { activeAlertmanagers } = (await askFor(url, 'api/v1/alertmanagers', alertmanagersReply)).data;
  if (activeAlertmanagers.length === 0) throw missing('none is known');
  return activeAlertmanagers.map((each) => each.url).join(', ');
}

/** Alertmanager itself, with its configuration. */
export async function readyAlertmanager(url: string): Promise<string> {
  await ask(url, '-/ready');
  const { config, versionInfo } = await askFor(url, 'api/v2/status', alertmanagerStatus);
  if (!config.original.includes('receiver')) throw missing('its configuration has no receiver');
  return `version ${versionInfo.version}`;
}

const success = <T extends z.ZodType>(data: T) => z.object({ status: z.literal('success'), data });

const targetsReply = success(
  z.object({
    activeTargets: z.array(
      z.object({
        health: z.string(),
        lastError: z.string(),
        labels: z.object({ job: z.string(), instance: z.string() }),
      }),
    ),
  }),
);

const rulesReply = success(
  z.object({
    groups: z.array(
      z.object({
        name: z.string(),
        rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
      }),
    ),
  }),
);

const vectorReply = success(
  z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
);

const alertmanagersReply = success(z.object({ activeAlertmanagers: z.array(z.object({ url: z.string() })) }));

const alertmanagerStatus = z.object({
  config: z.object({ original: z.string() }),
  versionInfo: z.object({ version: z.string() }),
});
