import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notebook } from './notebook.js';
import { checkTools } from './tools.js';

const python = { name: 'flights', language: 'python', needs: ['java'] } as unknown as Notebook;
const r = { name: 'churn', folder: 'notebooks/churn', language: 'r', needs: [] } as unknown as Notebook;

const { PATH, PYTHON } = process.env;
let programs: string;
beforeEach(async () => {
  // A machine that has nothing but what a test puts on it.
  programs = await mkdtemp(join(tmpdir(), 'programs-'));
  process.env.PATH = programs;
  delete process.env.PYTHON;
});
afterEach(async () => {
  process.env.PATH = PATH;
  if (PYTHON !== undefined) process.env.PYTHON = PYTHON;
  await rm(programs, { recursive: true });
});

/** A program that answers one line, whatever it is asked. */
async function install(name: string, answer: string): Promise<void> {
  const file = join(programs, name);
  await writeFile(file, `#!/bin/sh\necho '${answer}'\n`);
  await chmod(file, 0o755);
}

describe('what a notebook is executed with', () => {
  it('is missed in one sentence that names the command that installs it: R, with the packages of the notebook', async () => {
    await mkdir(join(programs, 'notebooks/churn'), { recursive: true });
    await writeFile(join(programs, 'notebooks/churn/packages.txt'), 'r-base-core 4.2.2\nr-cran-knitr 1.42+dfsg-1\n');
    await expect(checkTools(programs, r)).rejects.toMatchObject({
      code: 'run-failed',
      message:
        'Running churn needs R, install it with: sudo apt-get install r-base-core r-cran-knitr (Debian, Ubuntu) or brew install r (macOS) and the packages in R.',
    });
  });

  it('is missed likewise: Python', async () => {
    await expect(checkTools(programs, python)).rejects.toThrow(
      /^Running flights needs Python 3\.11, install it with: sudo apt-get install python3\.11 /,
    );
  });

  it('is missed likewise: Java', async () => {
    await install('python3.11', '3.11');
    await expect(checkTools(programs, python)).rejects.toThrow(
      /^Running flights needs Java, install it with: sudo apt-get install openjdk-17-jre-headless /,
    );
  });

  it('is a Python 3.11, whatever it is called, and no other one', async () => {
    await install('python3.11', '3.12');
    await install('python3', '3.11');
    await install('java', 'openjdk 17');
    expect(await checkTools(programs, python)).toBe('python3');
    await install('python3', '3.13');
    await expect(checkTools(programs, python)).rejects.toThrow(/needs Python 3\.11/);
  });

  it('is the Python that PYTHON names, where it is set', async () => {
    await install('python3.11', '3.11');
    await install('mine', '3.11');
    await install('java', 'openjdk 17');
    process.env.PYTHON = join(programs, 'mine');
    expect(await checkTools(programs, python)).toBe(process.env.PYTHON);
    process.env.PYTHON = join(programs, 'gone');
    await expect(checkTools(programs, python)).rejects.toThrow(/needs Python 3\.11/);
    delete process.env.PYTHON;
  });
});
