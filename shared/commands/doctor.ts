import { type Examination, examine, type Finding, type Section, type Verdict } from '#shared/doctor';
import { KitError } from '#shared/errors';
import { parseOptions } from './command-line.js';
import { exitCodeOf } from './exit-code.js';
import { createTerminal } from './terminal.js';

const help = `Usage: npm run doctor -- [options]

Looks at this machine: Node, platform, packages, ports, memory, disk; Docker for docker compose up;
a browser, Java and Prometheus for the tests; Python and R for the notebooks. Says what is missing,
and what to do. It changes nothing.

  --json            what was found as JSON
  --verbose         stack traces
  --help            this text

Exit codes: 0 a demo can be run; 1 none can; 2 the command line is wrong.
`;

const marks: Readonly<Record<Verdict, string>> = { good: '✔', note: '!', bad: '✘' };
const SUBJECT_WIDTH = 13;
const WHAT_TO_DO_WIDTH = 90;

const terminal = createTerminal({ dataOnStdout: false, verbose: process.argv.includes('--verbose') });
try {
  await run(process.argv.slice(2));
} catch (error) {
  terminal.error(error);
  process.exitCode = exitCodeOf(KitError.from(error).code);
}

async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, {
    json: { type: 'boolean' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (options.help === true) {
    process.stdout.write(help);
    return;
  }
  const examination = await examine();
  const canRun = missingIn(examination.demos).length === 0;
  if (options.json === true) {
    const sections = [examination.demos, ...examination.others];
    process.stdout.write(`${JSON.stringify({ canRunDemos: canRun, sections }, null, 2)}\n`);
  } else {
    tell(examination);
  }
  process.exitCode = canRun ? 0 : 1;
}

function tell({ demos, others }: Examination): void {
  for (const section of [demos, ...others]) {
    const lacking = section === demos ? missingIn(section) : lackingIn(section);
    const outcome = lacking.length === 0 ? 'all there' : `missing: ${lacking.join(', ')}`;
    terminal.say(`${terminal.bold(`For ${section.purpose}`)}: ${outcome}`);
    for (const finding of section.findings) tellFinding(finding);
    terminal.say();
  }
  if (missingIn(demos).length === 0) terminal.say('The demos can be run: npm run demo:flight-delay');
  else terminal.say('No demo can be run here yet.');
}

function tellFinding({ subject, verdict, found, todo }: Finding): void {
  terminal.say(`  ${coloured(marks[verdict], verdict)} ${subject.padEnd(SUBJECT_WIDTH)} ${found}`);
  for (const line of todo === undefined ? [] : wrapped(todo)) {
    terminal.say(`    ${''.padEnd(SUBJECT_WIDTH)} ${terminal.dim(line)}`);
  }
}

/** A sentence in lines that are no longer than is easy to read. */
function wrapped(sentence: string): readonly string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WHAT_TO_DO_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function coloured(mark: string, verdict: Verdict): string {
  return terminal.colour(({ good: 'green', note: 'yellow', bad: 'red' } as const)[verdict], mark);
}

/** What keeps it from working. */
function missingIn({ findings }: Section): string[] {
  return findings.filter(({ verdict }) => verdict === 'bad').map(({ subject }) => subject);
}

/** What is not as it should be, whether it can be done without or not. */
function lackingIn({ findings }: Section): string[] {
  return findings.filter(({ verdict }) => verdict !== 'good').map(({ subject }) => subject);
}
