import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { KitError } from '#shared/errors';

const run = promisify(execFile);

/** Debian's names first, then those of the projects' own archives. */
const names = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
  amtool: ['amtool'],
} as const;

export type PrometheusProgram = keyof typeof names;

/**
 * The command that starts a program of Prometheus, which the machine has to have: Debian's packages prometheus and
 * prometheus-alertmanager are enough.
 * @throws KitError 'run-failed' when it has not.
 */
export async function prometheusProgram(program: PrometheusProgram): Promise<string> {
  for (const name of names[program]) {
    if (await answers(name)) return name;
  }
  throw new KitError('run-failed', `Starting ${program}: it is not installed. ${INSTALL}`);
}

const INSTALL = "Debian's packages prometheus and prometheus-alertmanager have it.";

/** Which programs of Prometheus this machine lacks, as half a sentence; undefined when it has all. */
export async function missingForPrometheus(): Promise<string | undefined> {
  const missing: string[] = [];
  for (const [program, known] of Object.entries(names)) {
    const found = await Promise.all(known.map(answers));
    if (!found.includes(true)) missing.push(program);
  }
  return missing.length === 0 ? undefined : `${missing.join(', ')} cannot be started. ${INSTALL}`;
}

const answers = (command: string): Promise<boolean> =>
  run(command, ['--version']).then(
    () => true,
    () => false,
  );

/**
 * Describes what takes a real Prometheus and a real Alertmanager. Where they are not installed that is said, and skipped;
 * with CI=true it is a failure.
 */
export async function describeWithPrometheus(what: string, specify: () => void): Promise<void> {
  const missing = await missingForPrometheus();
  const skipped = missing !== undefined && process.env.CI !== 'true';
  if (skipped) console.warn(`Skipped: ${what}, because ${missing}`);
  describe.skipIf(skipped)(what, specify);
}
