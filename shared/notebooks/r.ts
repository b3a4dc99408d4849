import { join, resolve } from 'node:path';
import { type Notebook, sourceOf } from './notebook.js';
import { runProgram } from './program.js';

/**
 * Executes a notebook in a fresh R, to Markdown with pictures in the folder `rendered`.
 * @throws KitError 'run-failed' with R's message: the failing cell, or the package that is missing.
 */
export async function executeR(root: string, notebook: Notebook, rendered: string): Promise<void> {
  await runProgram(
    {
      command: 'Rscript',
      // --vanilla: no profile, no saved workspace, no site file of the user's.
      args: [
        '--vanilla',
        resolve(root, 'notebooks/execute.R'),
        resolve(root, sourceOf(notebook)),
        join(rendered, `${notebook.name}.md`),
      ],
      cwd: root,
      env: { LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    },
    `Executing ${sourceOf(notebook)}`,
  );
}
