import { KitError } from '#shared/errors';
import type { Notebook } from './notebook.js';
import { answerOf } from './program.js';

/** The Python that TensorFlow, H2O and the others are pinned for. */
const PYTHON = '3.11';

const install = {
  python: `Python ${PYTHON}, install it with: sudo apt-get install python${PYTHON} python${PYTHON}-venv (Debian, Ubuntu) or brew install python@${PYTHON} (macOS); or set PYTHON to one`,
  r: 'R, install it with: sudo apt-get install r-base-core r-cran-knitr r-cran-jsonlite (Debian, Ubuntu) or brew install r (macOS)',
  java: 'Java, install it with: sudo apt-get install openjdk-17-jre-headless (Debian, Ubuntu) or brew install openjdk@17 (macOS)',
} as const;

/**
 * Checks that what a notebook is executed with is on this machine; gives the Python to use.
 * @throws KitError 'run-failed' in a sentence that names the command that installs what is missing.
 */
export async function checkTools({ name, language, needs }: Notebook): Promise<string> {
  const missing = (tool: keyof typeof install): KitError =>
    new KitError('run-failed', `Running ${name} needs ${install[tool]}.`);
  const python = language === 'python' ? await findPython() : '';
  if (python === undefined) throw missing('python');
  if ((language === 'r' || needs.includes('r')) && (await answerOf('Rscript', ['--version'])) === undefined) {
    throw missing('r');
  }
  if (needs.includes('java') && (await answerOf('java', ['-version'])) === undefined) throw missing('java');
  return python;
}

async function findPython(): Promise<string | undefined> {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : [`python${PYTHON}`, 'python3', 'python'];
  for (const candidate of candidates) {
    const version = await answerOf(candidate, [
      '-c',
      'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])',
    ]);
    if (version?.trim() === PYTHON) return candidate;
  }
  return undefined;
}
