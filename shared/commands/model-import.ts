import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitError } from '#shared/errors';
import { type ImportedModel, importers, writeModelFolder } from '#shared/model-import';
import { checkBeside, readModelFolder } from '#shared/scoring';
import { oneOf, parseOptions } from './command-line.js';
import { exitCodeOf } from './exit-code.js';
import { createTerminal } from './terminal.js';
import { userPath } from './user-path.js';

const formats = Object.keys(importers) as (keyof typeof importers)[];

const help = `Usage: npm run model:import -- --from FORMAT --input FILE --output DIR [--name N]

Makes a model folder of another tool's file, and checks that it can be scored with.

  --from FORMAT     pmml    PMML 3.x to 4.4 (RapidMiner, SAS, SPSS, KNIME, R, sklearn2pmml …)
                    spark   the folder that PipelineModel.save of Spark ML wrote
                    r-glm   what export_glm of R wrote (shared/model-import/r-glm/export-glm.R)
                    onnx    an ONNX file: its card is drafted from the graph, for you to look over
  --input FILE      the file, or for spark the folder
  --output DIR      the model folder; model files that are there are replaced
  --name N          the model's name                           (default: as the file says)
  --verbose         stack traces
  --help            this text

What is not understood is refused by name, never guessed: docs/models.md.

Example: npm run model:import -- --from pmml --input churn.pmml --output models/churn

Exit codes: 0 imported; 2 the command line or the file is wrong.
`;

const terminal = createTerminal({ dataOnStdout: false, verbose: process.argv.includes('--verbose') });
try {
  await run(process.argv.slice(2));
} catch (error) {
  terminal.error(error);
  process.exitCode = exitCodeOf(KitError.from(error).code);
}

async function run(args: readonly string[]): Promise<void> {
  const { from, input, output, name, ...flags } = parseOptions(args, {
    from: { type: 'string' },
    input: { type: 'string' },
    output: { type: 'string' },
    name: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (flags.help === true) {
    process.stdout.write(help);
    return;
  }
  if (from === undefined || input === undefined || output === undefined) {
    const missing = Object.entries({ from, input, output }).find(([, value]) => value === undefined)?.[0];
    throw new KitError(
      'usage',
      `--${missing} is missing; as in npm run model:import -- --from pmml --input FILE --output DIR.`,
    );
  }
  const imported = await importers[oneOf('--from', from, formats)](userPath(input));
  const model = name === undefined ? imported : { ...imported, card: { ...imported.card, name } };
  await check(model, output);
  const isReplaced = existsSync(join(userPath(output), 'model.json'));
  await writeModelFolder(userPath(output), model);
  const { card, golden } = model;
  const fields = card.inputs.length === 1 ? '1 input' : `${card.inputs.length} inputs`;
  const rows = golden === undefined ? '' : `, ${golden.rows.length} golden rows scored as its tool did`;
  terminal.say(`${card.name} ${card.version} (${card.task}, ${fields}${rows}) is in ${output}.`);
  if (isReplaced)
    terminal.say('The model that was there is replaced: its card with what was edited in it, and its golden rows.');
  for (const sentence of model.notes ?? []) terminal.say(sentence);
}

/** Loads the model from a folder of its own first: where it cannot be used, nothing is replaced. */
async function check(model: ImportedModel, output: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'model-import-'));
  try {
    await writeModelFolder(folder, model);
    const files = await readModelFolder(folder);
    await checkBeside(files, output, { reasons: false });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
