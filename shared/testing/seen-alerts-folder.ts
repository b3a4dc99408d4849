import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Before the first test file: makes the folder of the alerts that are seen, and gives what deletes it after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-seen-alerts-'));
  project.provide('seenAlerts', folder);
  return () => rm(folder, { recursive: true });
}
