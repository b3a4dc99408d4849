import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { KitError } from '#shared/errors';

/** A file of the page, held in memory. */
interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

export interface PageFiles {
  /** By URL path: what is not in here does not exist, so no path of a request ever reaches the file system. */
  readonly byPath: ReadonlyMap<string, PageFile>;
  /** Changes when any of the files does. */
  readonly build: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads the page: its HTML, styles and icon from the source tree, its compiled script, and uPlot. */
export function readPageFiles(): PageFiles {
  const { resolve } = createRequire(import.meta.url);
  const byPath = new Map<string, PageFile>();
  const add = (path: string, file: string): void => {
    const type = types[extname(file)];
    if (type !== undefined) byPath.set(path, read(file, type));
  };
  try {
    const html = resolve('#files/shared/dashboard/page/index.html');
    const script = resolve('#files/dist/shared/dashboard/page/main.js');
    const chart = dirname(resolve('uplot'));
    add('/', html);
    for (const file of files(dirname(html), ['.css', '.svg'])) add(`/page/${file}`, join(dirname(html), file));
    for (const file of files(dirname(script), ['.js'])) add(`/page/${file}`, join(dirname(script), file));
    add('/uplot/uplot.js', join(chart, 'uPlot.iife.min.js'));
    add('/uplot/uplot.css', join(chart, 'uPlot.min.css'));
  } catch (error) {
    throw KitError.from(error, 'internal', "reading the live page's files (npm run build makes its script)");
  }
  const hash = createHash('sha256');
  for (const [path, file] of byPath) hash.update(path).update(file.etag);
  return { byPath, build: hash.digest('hex').slice(0, 16) };
}

const files = (folder: string, extensions: readonly string[]): string[] =>
  readdirSync(folder)
    .filter((file) => extensions.includes(extname(file)))
    .sort();

function read(file: string, type: string): PageFile {
  const bytes = readFileSync(file);
  return { type, bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
}
