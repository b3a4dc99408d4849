import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { java } from '../maven-cache.js';
import type { Mount } from './container-root.js';

/** The path of Java itself: Debian's /usr/bin/java is a link into /etc. */
export async function javaProgram(): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'readlink -f "$(command -v "$0")"', java]);
  return stdout.trim();
}

/** What Java needs beside /usr: its own folder where that is elsewhere, and what Debian keeps of it in /etc. */
export async function javaMounts(): Promise<Mount[]> {
  const home = dirname(dirname(await javaProgram()));
  const settings = (await readdir('/etc')).filter((name) => name.startsWith('java') || name === 'ssl');
  const folders = [...(home.startsWith('/usr/') ? [] : [home]), ...settings.map((name) => `/etc/${name}`)];
  return folders.map((folder) => ({ source: folder, target: folder, isReadOnly: true }));
}
