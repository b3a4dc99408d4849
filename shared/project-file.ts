import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = pathToFileURL(dirname(createRequire(import.meta.url).resolve('#files/package.json')) + sep);

/**
 * A file of the project that is not compiled (a schema, a model, a data set), whether the code that asks runs from its
 * source or from `dist`. The path is relative to the project's root.
 */
export function projectFile(path: string): URL {
  return new URL(path, root);
}
