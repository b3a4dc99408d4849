import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { startProgram } from '#shared/testing';

const file = (path: string): string => fileURLToPath(projectFile(`shared/model-import/${path}`));
const folder = (): string => mkdtempSync(join(tmpdir(), 'model-import-test-'));

async function run(...args: string[]): Promise<{ code: number | string; said: string }> {
  await using program = startProgram('shared/commands/model-import.js', args);
  return { code: await program.exited, said: `${program.stdout()}${program.stderr()}`.trim() };
}

describe('npm run model:import', () => {
  it.each<[string, string, RegExp]>([
    [
      'r-glm',
      'r-glm/fixtures/exported/plain.r-glm.json',
      /^plain 1 \(binary, \d+ inputs, \d+ golden rows scored as its tool did\)/,
    ],
    ['spark', 'spark/fixtures/logistic-strings/pipeline', /^pipeline 1 \(binary, \d+ inputs\)/],
    ['pmml', 'pmml/judge/corpus/r-rpart-iris.pmml', /\(multiclass, \d inputs\)/],
  ])('makes a folder of %s that can be scored with', async (format, input, sentence) => {
    const output = join(folder(), 'model');
    const imported = await run('--from', format, '--input', file(input), '--output', output);
    expect(imported).toEqual({ code: 0, said: expect.stringMatching(sentence) });
    expect(readdirSync(output)).toEqual(expect.arrayContaining(['model.json', 'model.onnx']));
  });

  it('gives it the name that is asked for', async () => {
    const output = folder();
    const input = file('r-glm/fixtures/exported/plain.r-glm.json');
    await run('--from', 'r-glm', '--input', input, '--output', output, '--name', 'churn');
    expect(JSON.parse(readFileSync(join(output, 'model.json'), 'utf8'))).toMatchObject({ name: 'churn' });
  });

  it('replaces nothing where the file is not understood', async () => {
    const [output, input] = [folder(), join(folder(), 'model.pmml')];
    writeFileSync(join(output, 'model.json'), 'what was there');
    writeFileSync(input, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><PMML>&a;</PMML>');
    const refused = await run('--from', 'pmml', '--input', input, '--output', output);
    expect(refused).toEqual({ code: 2, said: expect.stringMatching(/^[^\n]*DOCTYPE[^\n]*$/) });
    expect(readdirSync(output)).toEqual(['model.json']);
    expect(readFileSync(join(output, 'model.json'), 'utf8')).toBe('what was there');
  });

  it.each<[string, string[], RegExp]>([
    ['no output', ['--from', 'pmml', '--input', 'x.pmml'], /^--output is missing/],
    [
      'a format that there is not',
      ['--from', 'pmlm', '--input', 'x', '--output', 'y'],
      /^--from is "pmlm"; it must be one of .*pmml/,
    ],
    ['a file that there is not', ['--from', 'pmml', '--input', 'no.pmml', '--output', 'y'], /no\.pmml/],
    ['an option that there is not', ['--form', 'pmml'], /did you mean --from\?/],
  ])('says in a sentence what is wrong: %s', async (_, args, sentence) => {
    expect(await run(...args)).toEqual({ code: 2, said: expect.stringMatching(sentence) });
  });
});
