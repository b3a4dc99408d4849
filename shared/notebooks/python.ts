import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Notebook, sourceOf } from './notebook.js';
import { runProgram } from './program.js';
import { withoutNoise } from './quiet-notebook.js';

export interface PythonRun {
  readonly root: string;
  readonly notebook: Notebook;
  /** The Python that makes the virtual environment. */
  readonly python: string;
  /** What is kept between runs: the virtual environment. */
  readonly cache: string;
  /** Where the executed notebook goes, as Markdown with its pictures. */
  readonly rendered: string;
  readonly say: (line: string) => void;
}

/**
 * Executes a notebook in a fresh kernel of a virtual environment that has what `requirements.txt` pins and nothing else.
 * @throws KitError 'run-failed' with the failing cell.
 */
export async function executePython({ root, notebook, python, cache, rendered, say }: PythonRun): Promise<void> {
  const environment = await environmentOf(
    join(root, notebook.folder, 'requirements.txt'),
    cache,
    python,
    notebook.name,
    say,
  );
  const ownPython = join(environment, 'bin', 'python');
  const executed = join(rendered, `${notebook.name}.ipynb`);
  say(`${notebook.name}: executing it takes ${notebook.takes}`);
  const env = {
    // Nothing of the user's own: no configuration, no packages, no kernels.
    JUPYTER_CONFIG_DIR: join(cache, 'jupyter'),
    JUPYTER_DATA_DIR: join(cache, 'jupyter'),
    IPYTHONDIR: join(cache, 'ipython'),
    PYTHONNOUSERSITE: '1',
    PYTHONPATH: resolve(root, 'notebooks'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONHASHSEED: '0',
    PATH: `${join(environment, 'bin')}:${process.env.PATH}`,
  };
  const source = resolve(root, sourceOf(notebook));
  await runProgram(
    {
      command: ownPython,
      args: [
        '-m',
        'jupytext',
        '--to',
        'ipynb',
        '--execute',
        '--run-path',
        resolve(root, notebook.folder),
        '--output',
        executed,
        source,
      ],
      cwd: rendered,
      env,
    },
    `Executing ${sourceOf(notebook)}`,
  );
  await writeFile(executed, withoutNoise(await readFile(executed, 'utf8')));
  await runProgram(
    { command: ownPython, args: ['-m', 'nbconvert', '--to', 'markdown', executed], cwd: rendered, env },
    `Writing ${notebook.name} as Markdown`,
  );
  await rm(executed);
}

/** The virtual environment of these requirements; made anew when they have changed. */
async function environmentOf(
  requirements: string,
  cache: string,
  python: string,
  name: string,
  say: (line: string) => void,
): Promise<string> {
  const environment = join(cache, 'venv');
  const marker = join(environment, 'made-from.sha256');
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  const made = await readFile(marker, 'utf8').catch(() => undefined);
  if (made === wanted) return environment;
  say(`${name}: installing what ${name}/requirements.txt pins, into ${environment}`);
  await rm(environment, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  await runProgram({ command: python, args: ['-m', 'venv', environment], cwd: cache }, 'Making a virtual environment');
  await runProgram(
    {
      command: join(environment, 'bin', 'python'),
      args: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
      cwd: cache,
    },
    `Installing what ${requirements} pins`,
  );
  await writeFile(marker, wanted);
  return environment;
}
