import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { builtFolder, makeFolder, runCommand } from '../harness/cache.js';
import { whyMissing } from '../harness/load.js';

const python = 'python3';
const requirements = 'bench/rivals/quix/requirements.txt';
const built = () => builtFolder('quix', [requirements]);

/** Makes the environment of the rival in Python where it is not there; why that can't be done, as half a sentence. */
export async function whyNoQuix(): Promise<string | undefined> {
  if (built().isThere) return undefined;
  const missing =
    whyMissing('Python 3', python, ['--version']) ?? whyMissing("Python's venv", python, ['-c', 'import ensurepip']);
  if (missing !== undefined) return missing;
  return makeFolder(built().path, async (folder) => {
    await runCommand(python, ['-m', 'venv', folder]);
    const install = ['-m', 'pip', 'install', '--quiet', '--requirement', fileURLToPath(projectFile(requirements))];
    await runCommand(`${folder}/bin/python`, install);
  });
}

export const quixCommandLine = (): readonly string[] => [
  `${built().path}/bin/python`,
  fileURLToPath(projectFile('bench/rivals/quix/scorer.py')),
];
