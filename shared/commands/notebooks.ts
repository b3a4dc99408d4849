import { fileURLToPath } from 'node:url';
import { KitError } from '#shared/errors';
import { type MadeModel, type Notebook, outdatedModels, readNotebooks, runNotebook } from '#shared/notebooks';
import { projectFile } from '#shared/project-file';
import { parseArguments } from './command-line.js';
import { exitCodeOf } from './exit-code.js';
import { nearest } from './near-names.js';
import { createTerminal } from './terminal.js';

const help = `Usage: npm run notebooks -- [NAME ...] [options]

Makes models anew: installs the tools that a notebook pins, executes it from a clean state, writes
its model folder and its readable form under docs/notebooks, and fails when the model's quality or
the scores of its golden rows are no longer the committed ones.

  NAME              a folder of notebooks/                         (default: each of them)
  --changed         only those whose sources are others than their card says
  --accept          a model that moved is meant to: said, and no failure
  --list            the notebooks and whether they changed, and no more
  --verbose         stack traces
  --help            this text

Example: npm run notebooks -- churn-glm-r

Virtual environments are kept in $XDG_CACHE_HOME/kafka-ml-demos/notebooks (or ~/.cache) and made
anew when requirements.txt changed. PYTHON names a Python 3.11 that is not on the PATH.

Exit codes: 0 done; 1 a notebook failed or a model moved; 2 the command line is wrong.
`;

const root = fileURLToPath(projectFile('.'));
const terminal = createTerminal({ dataOnStdout: false, verbose: process.argv.includes('--verbose') });
// Ctrl-C ends the tool that runs, which gets it too; what that left half-written is put back before leaving.
let isInterrupted = false;
process.on('SIGINT', () => {
  if (isInterrupted) process.exit(1);
  isInterrupted = true;
});
try {
  await run(process.argv.slice(2));
} catch (error) {
  terminal.error(isInterrupted ? new KitError('run-failed', 'Interrupted: the models are as they were.') : error);
  process.exitCode = exitCodeOf(KitError.from(error).code);
}

async function run(args: readonly string[]): Promise<void> {
  const { values: options, positionals } = parseArguments(args, {
    changed: { type: 'boolean' },
    accept: { type: 'boolean' },
    list: { type: 'boolean' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (options.help === true) {
    process.stdout.write(help);
    return;
  }
  const notebooks = chosen(await readNotebooks(root), positionals);
  for (const notebook of notebooks) {
    const isChanged = (await outdatedModels(root, notebook)).length > 0;
    if (options.list === true) {
      terminal.say(`${notebook.name.padEnd(30)} ${isChanged ? 'changed  ' : 'unchanged'}  ${notebook.title}`);
    } else if (options.changed === true && !isChanged) {
      terminal.say(`${notebook.name}: unchanged since its model was made`);
    } else {
      const models = await runNotebook(root, notebook, (line) => terminal.say(line));
      for (const model of models) tell(notebook, model, options.accept === true);
    }
  }
}

function chosen(notebooks: readonly Notebook[], names: readonly string[]): readonly Notebook[] {
  if (names.length === 0) return notebooks;
  const all = notebooks.map(({ name }) => name);
  for (const name of names) {
    if (all.includes(name)) continue;
    const [meant] = nearest(name, all, 6);
    const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new KitError('usage', `There is no notebook "${name}"; there are ${all.join(', ')}.${suggestion}`);
  }
  return notebooks.filter(({ name }) => names.includes(name));
}

function tell({ name }: Notebook, { folder, moves, isNew, ...model }: MadeModel, isAccepted: boolean): void {
  const figures = Object.entries(model.quality).flatMap(([key, value]) =>
    typeof value === 'number' ? [`${key} ${value}`] : [],
  );
  const outcome = isNew ? 'new' : moves.length === 0 ? 'as committed' : `moved: ${moves.join('; ')}`;
  terminal.say(`${name}: ${model.name} ${model.version} is in ${folder}, ${outcome} (${figures.join(', ')})`);
  if (moves.length === 0 || isAccepted) return;
  process.exitCode = 1;
  terminal.say(
    `The model of ${name} moved. If that was meant, commit ${folder} and docs/notebooks with the notebook; otherwise git checkout -- ${folder} docs/notebooks.`,
  );
}
