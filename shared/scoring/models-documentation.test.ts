import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { parseModelCard } from './model-card.js';

const root = fileURLToPath(projectFile('.'));
const text = readFileSync(projectFile('docs/models.md'), 'utf8');

/** The blocks of the document that a reader types, with what is printed below them; those that go on for ever are left out. */
const typed = [...text.matchAll(/(<!-- (?:runs|needs) .*-->\n)?```sh\n([\s\S]*?)```\n+(?:```\n([\s\S]*?)```)?/g)]
  .filter(([, isRunning]) => isRunning === undefined)
  .map(([, , commands = '', printed = '']) => ({ commands, printed }));

/** What must be found in the output: the text before each "…", line by line. */
const pieces = (printed: string): string[] =>
  printed
    .split('\n')
    .flatMap((line) => line.split('…'))
    .filter((piece) => piece.length > 3);

it('docs/models.md prints what it says when its commands are typed', () => {
  // What they write is not to lie in the project: npm runs there, and resolves paths against where it was called.
  const folder = mkdtempSync(join(tmpdir(), 'models-md-'));
  symlinkSync(join(root, 'shared'), join(folder, 'shared'));
  expect(typed.length).toBe(2);
  for (const { commands, printed } of typed) {
    const script = commands.replaceAll('npm run', `npm --prefix ${root} run`);
    const env = { ...process.env, NO_COLOR: '1' };
    const output = execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8', env });
    expect(pieces(printed).length).toBeGreaterThan(0);
    for (const piece of pieces(printed)) expect(output).toContain(piece);
  }
});

it("docs/models.md has a card that is one, and names the loader's own fields", () => {
  const card = /```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  expect(parseModelCard(card, 'docs/models.md').labels).toEqual(['stays', 'leaves']);
});
