import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitError } from '#shared/errors';
import type { Notebook } from './notebook.js';
import { answerOf } from './program.js';

/** The Python that TensorFlow, H2O and the others are pinned for. */
const PYTHON = '3.11';

/**
 * Checks that what a notebook is executed with is on this machine; gives the Python to use, where it is one in Python.
 * @throws KitError 'run-failed' in a sentence that names the command that installs what is missing.
 */
export async function checkTools(root: string, { name, folder, language, needs }: Notebook): Promise<string> {
  const missing = (tool: string, debian: string, mac: string, otherwise = ''): KitError =>
    new KitError(
      'run-failed',
      `Running ${name} needs ${tool}, install it with: sudo apt-get install ${debian} (Debian, Ubuntu) or brew install ${mac} (macOS)${otherwise}.`,
    );
  const python = language === 'python' ? await findPython() : '';
  if (python === undefined) {
    const debian = `python${PYTHON} python${PYTHON}-venv`;
    throw missing(`Python ${PYTHON}`, debian, `python@${PYTHON}`, '; or set PYTHON to one');
  }
  if (language === 'r' && (await answerOf('Rscript', ['--version'])) === undefined) {
    const packages = await debianPackages(join(root, folder, 'packages.txt'));
    throw missing('R', packages.join(' '), 'r', ' and the packages in R');
  }
  if (needs.includes('java') && (await answerOf('java', ['-version'])) === undefined) {
    throw missing('Java', 'openjdk-17-jre-headless', 'openjdk@17');
  }
  return python;
}

async function findPython(): Promise<string | undefined> {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : [`python${PYTHON}`, 'python3', 'python'];
  const ask = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])';
  for (const candidate of candidates) {
    if ((await answerOf(candidate, ['-c', ask]))?.trim() === PYTHON) return candidate;
  }
  return undefined;
}

/** The names in a packages.txt: a package and its version on each line. */
async function debianPackages(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) => line.trim().split(/\s+/)[0] ?? '');
}
