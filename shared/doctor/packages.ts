import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { bad, type Finding, good } from './finding.js';
import { answerOf } from './program-answer.js';

export interface Packages {
  /** What package-lock.json wants and what node_modules has, by path: `node_modules/kafkajs`. Optional ones are left out. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly installed: ReadonlyMap<string, string>;
  /** Packages with native code, and why they cannot be loaded; undefined where they can. */
  readonly native: ReadonlyMap<string, string | undefined>;
}

const NATIVE = ['onnxruntime-node', 'lmdb'];
/** Loading native code from a cold disk takes longer than asking a program. */
const LOADED_WITHIN_MS = 10_000;

interface Lock {
  readonly packages?: Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>;
}

export async function lookAtPackages(): Promise<Packages> {
  const [wanted, installed, loads] = await Promise.all([
    versionsIn('package-lock.json'),
    // npm writes what it has installed there. No such file: nothing is installed by npm.
    versionsIn('node_modules/.package-lock.json').catch(() => new Map<string, string>()),
    Promise.all(NATIVE.map(async (name) => [name, await whyNotLoaded(name)] as const)),
  ]);
  return { wanted, installed, native: new Map(loads) };
}

async function versionsIn(file: string): Promise<ReadonlyMap<string, string>> {
  const { packages = {} } = JSON.parse(await readFile(projectFile(file), 'utf8')) as Lock;
  return new Map(
    Object.entries(packages).flatMap(([path, { version, optional }]) =>
      path === '' || version === undefined || optional === true ? [] : [[path, version] as const],
    ),
  );
}

async function whyNotLoaded(name: string): Promise<string | undefined> {
  const args = ['--input-type=commonjs', '--eval', `require('${name}')`];
  const answer = await answerOf(process.execPath, args, {
    withinMs: LOADED_WITHIN_MS,
    cwd: fileURLToPath(projectFile('.')),
  });
  if (answer.kind === 'answered') return undefined;
  if (answer.kind !== 'failed') return `it was not loaded within ${LOADED_WITHIN_MS / 1_000} s`;
  return (/^\w*Error.*$/m.exec(answer.text)?.[0] ?? answer.text.split('\n')[0] ?? '').replace(/^Error: /, '');
}

export function judgePackages({ wanted, installed, native }: Packages): Finding {
  const others = [...wanted].filter(([path, version]) => installed.get(path) !== version).map(([path]) => path);
  const [first] = others;
  if (first !== undefined) {
    const name = first.slice(first.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const which = others.length === 1 ? `${name} is` : `${name} and ${others.length - 1} more are`;
    return bad('Packages', `${which} not as in package-lock.json`, 'Run npm ci.');
  }
  for (const [name, why] of native) {
    if (why === undefined) continue;
    return bad(
      'Packages',
      `${name} cannot be loaded: ${why}`,
      'Run npm ci on this machine; node_modules of another one do not work here.',
    );
  }
  return good('Packages', `${wanted.size}, as in package-lock.json; ${[...native.keys()].join(' and ')} can be loaded`);
}
