import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { exitCodeOf } from './exit-code.js';
import { createTerminal } from './terminal.js';

// The entry point of the container's image: what follows `npm run` elsewhere, without npm, which would stand between the
// program and the signals that it is sent. `demo:churn --host 0.0.0.0`, `tail churn.predictions`.

const packageJson = z.object({ scripts: z.record(z.string(), z.string()) });

/** The programs of the image, by what their npm scripts are called. */
function programs(): ReadonlyMap<string, string> {
  const { scripts } = packageJson.parse(JSON.parse(readFileSync(projectFile('package.json'), 'utf8')));
  const found = Object.entries(scripts).flatMap(([name, script]): [string, string][] => {
    const path = /\bnode (dist\/\S+\.js)$/.exec(script)?.[1];
    return path !== undefined && existsSync(projectFile(path)) ? [[name, fileURLToPath(projectFile(path))]] : [];
  });
  return new Map(found);
}

const [node = 'node', , name = 'demo', ...args] = process.argv;
const program = programs().get(name);
if (program === undefined) {
  const known = [...programs().keys()].sort().join(', ');
  const error = new KitError('usage', `There is no command called "${name}"; there are ${known}.`);
  createTerminal({ dataOnStdout: false, verbose: false }).error(error);
  process.exitCode = exitCodeOf(error.code);
} else {
  // A program looks here for what it is called with.
  process.argv = [node, program, ...args];
  await import(program);
}
