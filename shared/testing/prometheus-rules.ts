import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';

const recordingRule = z.strictObject({ record: z.string(), expr: z.string() });

const alertingRule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({
    severity: z.enum(['critical', 'warning', 'info']),
    /** Which of the seven questions it answers; `watching` where it is about those who look. */
    question: z.enum(['delivery', 'delays', 'stuck', 'lost', 'broker', 'performance', 'model', 'watching']),
  }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook: z.string() }),
});

const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(z.union([recordingRule, alertingRule])) })),
});

export type RuleFile = z.infer<typeof ruleFile>;
type AlertingRule = z.infer<typeof alertingRule>;

/** Where the rules are. */
const rulesFolder = fileURLToPath(projectFile('grafana/prometheus/rules'));

/** The project's Prometheus rules, by the name of their file. */
export async function readRuleFiles(): Promise<ReadonlyMap<string, RuleFile>> {
  const names = (await readdir(rulesFolder)).filter((name) => name.endsWith('.yml'));
  const read = async (name: string): Promise<[string, RuleFile]> => {
    const text = await readFile(join(rulesFolder, name), 'utf8');
    return [name, ruleFile.parse(parse(text))];
  };
  return new Map(await Promise.all(names.map(read)));
}

/** The alerts of rule files. */
export function alertsOf(files: Iterable<RuleFile>): AlertingRule[] {
  return Array.from(files)
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
    .filter((rule) => 'alert' in rule);
}

/** A window of fewer scrapes than this, of one a second, has no rate. */
const LEAST_WINDOW_SECONDS = 5;

/**
 * The same rules for an impatient reader: all that they wait for and all that they look back over is `times` as short.
 * What they ask and from when on it is too much stays as it is.
 */
export function hastened({ groups }: RuleFile, times: number): RuleFile {
  const shorter = (text: string, least: number): string => `${Math.max(least, Math.ceil(secondsOf(text) / times))}s`;
  const hastenedExpr = (expr: string): string =>
    expr
      .replaceAll(/\[(\w+)\]/g, (_, range: string) => `[${shorter(range, LEAST_WINDOW_SECONDS)}]`)
      .replaceAll(/\boffset (\w+)/g, (_, offset: string) => `offset ${shorter(offset, LEAST_WINDOW_SECONDS)}`);
  return {
    groups: groups.map(({ name, rules }) => ({
      name,
      rules: rules.map((rule) => ({
        ...rule,
        expr: hastenedExpr(rule.expr),
        ...('for' in rule && rule.for !== undefined && { for: shorter(rule.for, 1) }),
      })),
    })),
  };
}

const secondsOfUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

function secondsOf(duration: string): number {
  const [, number, unit = ''] = /^(\d+)([smh])$/.exec(duration) ?? [];
  const seconds = Number(number) * (secondsOfUnit[unit] ?? Number.NaN);
  if (Number.isFinite(seconds)) return seconds;
  throw new KitError('internal', `The duration ${duration} of a rule is not a number of s, m or h.`);
}
