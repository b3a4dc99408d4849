import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { z } from 'zod';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the alerts that the test files of this run have seen; only some runs have one. */
    seenAlerts?: string;
  }
}

/** Keeps the names of alerts that a test waited for and saw at the webhook, for whoever asks when all files are through. */
export async function keepSeenAlerts(names: ReadonlySet<string>): Promise<void> {
  const folder = inject('seenAlerts');
  if (folder === undefined || names.size === 0) return;
  await writeFile(join(folder, `${randomUUID()}.json`), JSON.stringify([...names]));
}

/** The names of the alerts that the test files of this run have seen so far. */
export async function seenAlerts(): Promise<ReadonlySet<string>> {
  const folder = inject('seenAlerts');
  if (folder === undefined) return new Set();
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return new Set(texts.flatMap((text) => z.array(z.string()).parse(JSON.parse(text))));
}
