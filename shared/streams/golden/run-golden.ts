import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { checkCases } from './check-cases.js';
import { readCaseLines } from './read-case-lines.js';

// npm run test:golden -- [DIR]: every case of a folder against Kafka Streams' own results. Exit code 0 when all agree, 1 when
// one differs, 2 when the folder is wrong.
try {
  const lines = readCaseLines(folderOf(process.argv.slice(2)));
  const failures = await checkCases(lines);
  let failed = 0;
  for (const [index, { file, name }] of lines.entries()) {
    const failure = failures[index];
    if (failure === undefined) continue;
    failed++;
    console.log(`${file}: ${name} ${failure}`);
  }
  console.log(`${lines.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  const { code, message } = KitError.from(error);
  console.error(message);
  process.exitCode = code === 'usage' ? 2 : 1;
}

function folderOf(args: readonly string[]): string {
  const [folder, ...more] = args;
  if (more.length > 0) {
    throw new KitError(
      'usage',
      `test:golden was given ${args.length} arguments; one folder with cases, or none, is right.`,
    );
  }
  if (folder === undefined) return fileURLToPath(projectFile('shared/streams/golden/cases'));
  // npm runs its scripts in the project's root and says here where it was called.
  return resolve(process.env.INIT_CWD ?? process.cwd(), folder);
}
