import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { writeSumModel } from '#shared/testing';
import { readNotebooks } from './notebook.js';
import { answerOf } from './program.js';
import { sourceSha256 } from './provenance.js';
import { runNotebook } from './run-notebook.js';

const hasKnitr = (await answerOf('Rscript', ['-e', 'library(knitr)'])) !== undefined;
if (!hasKnitr) {
  const reason = 'R with knitr, which executes a notebook, is not installed.';
  if (process.env.CI === 'true') throw new Error(reason);
  console.warn(`Skipped: running a notebook, because ${reason}`);
}

const MODEL = 'demos/sum/model';

/** A notebook that draws a picture and writes the model that lies in `given`; then the cell that a test adds. */
const notebookText = (lastCell = ''): string => `# %% [markdown]
# # The sum
#
# ## Deployment

# %% picture, fig.width = 3
plot(1:3)
cat("three points\\n")

# %% deployment
given <- file.path("..", "..", "given")
model <- file.path("..", "..", "${MODEL}")
dir.create(model, recursive = TRUE, showWarnings = FALSE)
invisible(file.copy(list.files(given, full.names = TRUE), model, overwrite = TRUE))

# %% last
${lastCell}
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'notebooks-'));
  await mkdir(join(root, 'notebooks/sum'), { recursive: true });
  await cp(projectFile('notebooks/execute.R'), join(root, 'notebooks/execute.R'));
  const manifest = {
    title: 'The sum',
    language: 'r',
    takes: 'a second',
    data: [],
    models: [MODEL],
    sources: ['notebooks/sum/sum.R'],
    moved: { quality: 0.001, score: 1e-6 },
  };
  await writeFile(join(root, 'notebooks/sum/notebook.json'), JSON.stringify(manifest));
});
afterEach(() => rm(root, { recursive: true }));

interface Given {
  readonly auc?: number;
  readonly lastCell?: string;
  readonly sourceSha256?: string;
  readonly goldenScore?: number;
}

/** Lays the model that the notebook will write, and runs it. */
async function run({ auc = 0.7, lastCell = '', sourceSha256: sha256, goldenScore = 3 }: Given = {}) {
  await writeFile(join(root, 'notebooks/sum/sum.R'), notebookText(lastCell));
  const [notebook] = await readNotebooks(root);
  if (notebook === undefined) throw new Error('The notebook that the test wrote is not found.');
  const madeBy = { sourceSha256: sha256 ?? (await sourceSha256(root, notebook)) };
  const written = writeSumModel(root, { madeBy, quality: { auc } });
  await rm(join(root, 'given'), { recursive: true, force: true });
  await rename(written, join(root, 'given'));
  const golden = { tolerance: 1e-5, rows: [{ input: { a: 1, carrier: 'AA' }, score: goldenScore }] };
  await writeFile(join(root, 'given/golden.json'), JSON.stringify(golden));
  return runNotebook(root, notebook, () => undefined);
}

const modelFile = (name: string): Promise<string> => readFile(join(root, MODEL, name), 'utf8');

describe.skipIf(!hasKnitr)('running a notebook', () => {
  it('writes its model, and its text with what it printed and drew', async () => {
    const [made] = await run();
    expect(made).toMatchObject({ folder: MODEL, isNew: true, moves: [], quality: { auc: 0.7 } });
    const rendered = await readFile(join(root, 'docs/notebooks/sum.md'), 'utf8');
    expect(rendered).toMatch(
      /^<!-- Written by npm run notebooks -- sum, from notebooks\/sum\/sum\.R\. -->\n\n# The sum/,
    );
    expect(rendered).toMatch(/three points/);
    const [picture] = await readdir(join(root, 'docs/notebooks/sum_files'));
    expect(rendered).toContain(`(sum_files/${picture})`);
  });

  it('says what moved against the model that was there, which it replaces', async () => {
    await run();
    const [made] = await run({ auc: 0.75 });
    expect(made).toMatchObject({ isNew: false, moves: ['its auc was 0.7 and is 0.75'] });
    expect(JSON.parse(await modelFile('model.json')).quality).toEqual({ auc: 0.75 });
  });

  it('leaves the model as it was where a cell fails, even after it has written another, and shows the message', async () => {
    await run();
    const before = await modelFile('model.json');
    await expect(run({ auc: 0.75, lastCell: 'stop("no convergence")' })).rejects.toMatchObject({
      code: 'run-failed',
      message: expect.stringMatching(/^Executing notebooks\/sum\/sum\.R: [\s\S]*no convergence/),
    });
    expect(await modelFile('model.json')).toBe(before);
  });

  it('leaves no model where there was none', async () => {
    await expect(run({ lastCell: 'stop("no convergence")' })).rejects.toThrow(/no convergence/);
    await expect(modelFile('model.json')).rejects.toThrow(/ENOENT/);
  });

  it('refuses a model that does not score as its golden rows say', async () => {
    await expect(run({ goldenScore: 4 })).rejects.toMatchObject({ code: 'model-golden-mismatch' });
    await expect(modelFile('model.json')).rejects.toThrow(/ENOENT/);
  });

  it('refuses a model whose card names other sources', async () => {
    await expect(run({ sourceSha256: 'another' })).rejects.toThrow(
      'Running sum: it left demos/sum/model with another sourceSha256 than that of its sources.',
    );
  });
});
