import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { KitError } from '#shared/errors';

const READ_AT_ONCE_BYTES = 1_048_576;

/**
 * The bytes of a file of rows; `-` is standard input. They end early where the signal is aborted.
 * @throws KitError 'usage' where there is no such file, or it cannot be read.
 */
export async function openRows(input: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
  if (input === '-') return untilAborted(process.stdin, 'standard input', signal);
  let handle: FileHandle;
  try {
    handle = await open(input);
    if ((await handle.stat()).isDirectory()) throw new Error('it is a folder, not a file');
  } catch (error) {
    throw KitError.from(error, 'usage', `Reading the rows of ${input}`);
  }
  return untilAborted(createReadStream('', { fd: handle, highWaterMark: READ_AT_ONCE_BYTES }), input, signal);
}

async function* untilAborted(stream: Readable, name: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  signal.addEventListener('abort', () => stream.destroy());
  try {
    yield* stream;
  } catch (error) {
    if (!signal.aborted) throw KitError.from(error, 'run-failed', `Reading the rows of ${name}`);
  }
}

/** Where lines go. */
export interface LineSink {
  /** Resolves when as much is on its way as should be: whoever waits for that does not fill the memory. */
  write(lines: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens standard output for `-`, or a file, which is emptied: to be called when nothing can go wrong any more before the
 * first row.
 * @throws KitError 'usage' where the file is the input, or cannot be written.
 */
export async function openLines(output: string, input: string): Promise<LineSink> {
  if (output === '-') return { write: (lines) => written(process.stdout, lines), close: async () => undefined };
  if (input !== '-' && (await isSameFile(output, input))) {
    throw new KitError('usage', `--output is the file of --input, ${input}; the lines need a file of their own.`);
  }
  const stream = createWriteStream(output);
  try {
    await once(stream, 'open');
  } catch (error) {
    throw KitError.from(error, 'usage', `Writing to ${output}`);
  }
  let failure: unknown;
  stream.on('error', (error) => {
    failure = error;
  });
  const check = (): void => {
    if (failure !== undefined) throw KitError.from(failure, 'run-failed', `Writing to ${output}`);
  };
  return {
    async write(lines) {
      check();
      await written(stream, lines).catch(check);
      check();
    },
    async close() {
      stream.end();
      if (failure === undefined) await once(stream, 'close').catch(check);
      check();
    },
  };
}

async function written(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((file) => stat(file).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.isFile() && a.ino === b.ino && a.dev === b.dev;
}
