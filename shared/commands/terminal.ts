import { styleText } from 'node:util';
import { KitError } from '#shared/errors';

/** Where a command speaks to people; standard output is left alone when it carries data. */
export interface Terminal {
  say(line?: string): void;
  /** A line that is written over by the next one on a terminal, and left out where the output goes to a file. */
  progress(line: string): void;
  bold(text: string): string;
  dim(text: string): string;
  colour(name: 'green' | 'yellow' | 'red', text: string): string;
  error(error: unknown): void;
}

export interface TerminalOptions {
  /** Speak on standard error: standard output carries data. */
  readonly dataOnStdout: boolean;
  /** Stack traces with the errors. */
  readonly verbose: boolean;
}

export function createTerminal({ dataOnStdout, verbose }: TerminalOptions): Terminal {
  const out = dataOnStdout ? process.stderr : process.stdout;
  process.stdout.on('error', endWithReader);
  process.stderr.on('error', endWithReader);
  const live = out.isTTY === true && process.env.TERM !== 'dumb';
  const colours = live && !process.env.NO_COLOR;
  let overwritable = false;
  const clear = (): void => {
    if (overwritable) out.write('\r\u001B[K');
    overwritable = false;
  };
  return {
    say(line = '') {
      clear();
      out.write(`${line}\n`);
    },
    progress(line) {
      if (!live) return;
      clear();
      out.write(line.slice(0, (out.columns ?? 80) - 1));
      overwritable = true;
    },
    bold: (text) => (colours ? styleText('bold', text) : text),
    dim: (text) => (colours ? styleText('dim', text) : text),
    colour: (name, text) => (colours ? styleText(name, text) : text),
    error(reason) {
      clear();
      const error = KitError.from(reason);
      process.stderr.write(`${verbose ? (error.stack ?? error.message) : error.message}\n`);
      if (verbose && error.cause instanceof Error)
        process.stderr.write(`caused by: ${error.cause.stack ?? error.cause.message}\n`);
    },
  };
}

/** The terminal as one of several demos uses it: what it says names it, and the line of progress is everybody's. */
export function speakingFor(name: string, terminal: Terminal): Terminal {
  return {
    ...terminal,
    say: (line = '') => terminal.say(`${terminal.bold(name)}: ${line}`),
    progress: () => undefined,
    error: (reason) => terminal.error(namedError(name, reason)),
  };
}

/** An error of one of several demos. */
export function namedError(name: string, reason: unknown): KitError {
  const { code, message } = KitError.from(reason);
  return new KitError(code, `${name}: ${message}`, { cause: reason });
}

// Piped into something that has read enough, such as head: to go on would be for nobody.
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  // A full disk, for one.
  process.stderr.write(`Writing the output: ${error.message}.\n`);
  process.exit(1);
}
