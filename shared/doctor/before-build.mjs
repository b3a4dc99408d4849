// What `npm run doctor` looks at before it can be compiled: with nothing but Node, an old one included.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const findings = [node(), packages(), folder()].filter((finding) => finding !== undefined);
if (findings.length > 0) {
  console.log('For the demos: not yet');
  for (const { subject, found, todo } of findings) {
    console.log(`  ✘ ${subject.padEnd(13)} ${found}\n    ${''.padEnd(13)} ${todo}`);
  }
  console.log('\nThe rest is looked at once that is done: npm run doctor.');
  process.exitCode = 1;
}

function node() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const oldest = engines.node.replace(/^>=/, '');
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return {
    subject: 'Node',
    found: process.versions.node,
    todo: `Install Node ${oldest} or later, from https://nodejs.org.`,
  };
}

function packages() {
  if (existsSync(join(root, 'node_modules', 'typescript', 'package.json'))) return undefined;
  return { subject: 'Packages', found: 'they are not installed', todo: 'Run npm ci.' };
}

function folder() {
  try {
    accessSync(root, constants.W_OK);
    return undefined;
  } catch (error) {
    const found = `nothing can be compiled to ${join(root, 'dist')}: ${error.message}`;
    return { subject: 'Disk', found, todo: 'Give this user the right to write there.' };
  }
}
