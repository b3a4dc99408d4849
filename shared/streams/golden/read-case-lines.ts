import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { KitError } from '#shared/errors';

/** One case as it lies in a file, not yet looked into. */
export interface CaseLine {
  /** The file's name, without its folder. */
  readonly file: string;
  /** The case's own name, or its line where it has none. */
  readonly name: string;
  readonly json: unknown;
}

/**
 * The cases of all *.jsonl and *.jsonl.gz of a folder, by file name and line.
 * @throws KitError 'usage' for a folder that cannot be read or has no cases, and for a line that is not JSON.
 */
export function readCaseLines(folder: string): CaseLine[] {
  const lines = caseFiles(folder).flatMap((file) => linesOf(folder, file));
  if (lines.length > 0) return lines;
  throw new KitError(
    'usage',
    `Looking for golden cases in ${folder}: it has no case; a folder with *.jsonl or *.jsonl.gz, a case a line, is right.`,
  );
}

function caseFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.jsonl(\.gz)?$/.test(name))
      .toSorted();
  } catch (error) {
    throw KitError.from(error, 'usage', 'Looking for golden cases');
  }
}

function linesOf(folder: string, file: string): CaseLine[] {
  return textOf(folder, file)
    .split('\n')
    .map((text, index) => ({ text, number: index + 1 }))
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, number }) => {
      const json = parse(text, `Reading ${file}, line ${number}`);
      return { file, name: nameOf(json) ?? `line ${number}`, json };
    });
}

function textOf(folder: string, file: string): string {
  try {
    const bytes = readFileSync(join(folder, file));
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw KitError.from(error, 'usage', `Reading ${file}`);
  }
}

function parse(text: string, doing: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw KitError.from(error, 'usage', doing);
  }
}

function nameOf(json: unknown): string | undefined {
  const named = typeof json === 'object' && json !== null && 'name' in json ? json.name : undefined;
  return typeof named === 'string' ? named : undefined;
}
