import { KitError } from '#shared/errors';
import { loadModel, type Model } from '#shared/scoring';
import { exitCodeOf } from './exit-code.js';
import { readCsv } from './score-csv.js';
import { openLines, openRows } from './score-files.js';
import { readJsonLines } from './score-jsonl.js';
import { parseScoreOptions, type ScoreOptions, scoreHelp } from './score-options.js';
import { scoreRows } from './score-rows.js';
import { listenForShutdown } from './shutdown.js';
import { createTerminal } from './terminal.js';

const terminal = createTerminal({ dataOnStdout: true, verbose: process.argv.includes('--verbose') });
const shutdown = listenForShutdown(false);
try {
  const options = parseScoreOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(scoreHelp);
  else process.exitCode = await score(options);
} catch (error) {
  terminal.error(error);
  process.exitCode = exitCodeOf(KitError.from(error).code);
}

async function score({ input, output, format, ...options }: ScoreOptions): Promise<0 | 1> {
  const onNotice = (sentence: string): void => terminal.say(sentence);
  const bytes = await openRows(input, shutdown.signal);
  const model = await loadModel(options.model, {
    onNotice,
    reasons: options.reasons,
    outputs: true,
    batching: { maxRows: options.batch },
  });
  try {
    const source = format === 'csv' ? readCsv(bytes, model.card, onNotice) : readJsonLines(bytes, model.card);
    const { rows, failed } = await scoreRows(source, model, () => openLines(output, input), shutdown.signal);
    tellUnknown(model);
    if (rows === 0) terminal.say('There were no rows.');
    if (failed > 0) terminal.say(`${failed} of ${rows} rows could not be scored; their lines say why.`);
    if (shutdown.signal.aborted) terminal.say(`Ended by ${String(shutdown.signal.reason)} after ${rows} rows.`);
    return failed > 0 || shutdown.signal.aborted ? 1 : 0;
  } finally {
    // A standard input that nobody ends must not keep alive what is over.
    if (input === '-') process.stdin.destroy();
    await model.close();
  }
}

function tellUnknown(model: Model): void {
  const unknown = Array.from(model.unknownCategories, ([input, count]) => ({ input, count })).filter(
    ({ count }) => count > 0,
  );
  if (unknown.length === 0) return;
  const counted = unknown.map(({ input, count }) => `${input} in ${count} rows`).join(', ');
  terminal.say(`Texts that ${model.name} was not trained on, scored as its graph does: ${counted}.`);
}
