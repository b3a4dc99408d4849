import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RequestHandler } from 'express';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';

/** A file of the page, held in memory. */
interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

/** By URL path: what is not in here does not exist, so no path of a request ever reaches the file system. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads what all pages share, from the source tree: HTML, styles and icon; the compiled scripts; uPlot. */
export function readPageFiles(): { readonly parts: PageFiles; readonly page: PageFiles; readonly overview: PageFiles } {
  const { resolve } = createRequire(import.meta.url);
  const [parts, page, overview] = [
    new Map<string, PageFile>(),
    new Map<string, PageFile>(),
    new Map<string, PageFile>(),
  ];
  try {
    const source = dirname(resolve('#files/shared/dashboard/page/index.html'));
    const compiled = dirname(resolve('#files/dist/shared/dashboard/page/main.js'));
    const chart = dirname(resolve('uplot'));
    for (const file of files(source, ['.css', '.svg'])) addFile(parts, `/page/${file}`, join(source, file));
    for (const file of files(compiled, ['.js'])) addFile(parts, `/page/${file}`, join(compiled, file));
    addFile(parts, '/uplot/uplot.js', join(chart, 'uPlot.iife.min.js'));
    addFile(parts, '/uplot/uplot.css', join(chart, 'uPlot.min.css'));
    addFile(page, '/', join(source, 'index.html'));
    addFile(overview, '/', join(source, 'overview.html'));
  } catch (error) {
    throw KitError.from(error, 'internal', "reading the live page's files (npm run build makes its script)");
  }
  return { parts, page, overview };
}

/** Reads a demo's board: the styles from its folder in the source tree, its script from where that is compiled to. */
export function readBoardFiles(folder: URL): PageFiles {
  const byPath = new Map<string, PageFile>();
  try {
    const source = fileURLToPath(folder);
    const compiled = fileURLToPath(projectFile(`dist/${relative(fileURLToPath(projectFile('./')), source)}`));
    for (const file of files(source, ['.css', '.svg'])) addFile(byPath, `/board/${file}`, join(source, file));
    for (const file of files(compiled, ['.js'])) addFile(byPath, `/board/${file}`, join(compiled, file));
  } catch (error) {
    throw KitError.from(error, 'internal', "reading the files of the demo's board (npm run build makes its script)");
  }
  return byPath;
}

/** Changes when any of the files does. */
export function buildOf(...sets: readonly PageFiles[]): string {
  const hash = createHash('sha256');
  for (const set of sets) for (const [path, file] of set) hash.update(path).update(file.etag);
  return hash.digest('hex').slice(0, 16);
}

/** Answers with the files by their paths, and leaves whatever is none of them to others. */
export const fromMemory =
  (files: PageFiles): RequestHandler =>
  (request, response, next) => {
    const file = files.get(request.path);
    if (file === undefined) return next();
    response.set({ 'Content-Type': file.type, 'Cache-Control': 'no-cache', ETag: file.etag }).send(file.bytes);
  };

function addFile(byPath: Map<string, PageFile>, path: string, file: string): void {
  const type = types[extname(file)];
  if (type !== undefined) byPath.set(path, read(file, type));
}

const files = (folder: string, extensions: readonly string[]): string[] =>
  readdirSync(folder)
    .filter((file) => extensions.includes(extname(file)))
    .sort();

function read(file: string, type: string): PageFile {
  const bytes = readFileSync(file);
  return { type, bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
}
