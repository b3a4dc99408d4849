import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/onnx';
import { projectFile } from '#shared/project-file';
import { type ProgramProcess, startProgram, writeSumModel } from '#shared/testing';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'score-command-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

const model = (changes: object = {}): string => writeSumModel(dir, changes);

const score = (args: readonly string[], input?: string): ProgramProcess =>
  startProgram('shared/commands/score.js', args, {}, input === undefined ? {} : { input });

const scoreProgram = fileURLToPath(projectFile('dist/shared/commands/score.js'));

const linesOf = (text: string): unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));

describe('npm run score', () => {
  it('writes a line for each row, in order, and exits with 1 where one failed', async () => {
    const rows = ['{"a":1,"carrier":"UA"}', '{"a":"one","carrier":"UA"}', 'nonsense', '{"a":1,"carrier":"AA"}', '{}'];
    const input = file('rows.jsonl', `${rows.join('\n')}\n\n`);
    await using program = score(['--model', model({ reasons: undefined }), '--input', input]);
    expect(await program.exited).toBe(1);
    expect(program.stdout()).toMatch(/^\{"row":1,"score":2,"decision":"small","outputs":/);
    expect(linesOf(program.stdout())).toEqual([
      { row: 1, score: 2, decision: 'small', outputs: { sum: 2, parts: [1, 1] } },
      { row: 2, error: { code: 'record-unscorable', message: 'The input "a" is a string; the model takes a number.' } },
      { row: 3, error: { code: 'record-undecodable', message: expect.stringMatching(/^The line is not JSON: /) } },
      { row: 4, score: 3, decision: 'large', outputs: { sum: 3, parts: [1, 2] } },
      { row: 5, error: { code: 'record-unscorable', message: 'The required input "a" is missing.' } },
    ]);
    expect(program.stderr()).toBe('3 of 5 rows could not be scored; their lines say why.\n');
  });

  it('reads CSV by its extension or by --format, and standard input', async () => {
    const csv = 'carrier,a\r\nUA,1.5\r\n"AA",\r\nUA,NA\r\n"AA",2\r\n';
    const scored = (args: string[], input?: string) =>
      score(['--model', model({ reasons: undefined }), ...args], input);
    await using fromFile = scored(['--input', file('rows.csv', csv)]);
    await using fromStandardInput = scored(['--input', '-', '--format', 'csv'], csv);
    expect(await Promise.all([fromFile.exited, fromStandardInput.exited])).toEqual([1, 1]);
    expect(linesOf(fromFile.stdout())).toMatchObject([
      { row: 1, score: 2.5, decision: 'small' },
      { row: 2, error: { code: 'record-unscorable', message: 'The required input "a" is missing.' } },
      { row: 3, error: { code: 'record-undecodable', message: expect.stringContaining('"a" is "NA"') } },
      { row: 4, score: 4, decision: 'large' },
    ]);
    expect(fromStandardInput.stdout()).toBe(fromFile.stdout());
  });

  it('gives the reasons where they are asked for', async () => {
    await using program = score(['--model', model(), '--input', '-', '--reasons'], '{"a":5,"carrier":"AA"}');
    expect(await program.exited).toBe(0);
    expect(linesOf(program.stdout())).toMatchObject([
      {
        row: 1,
        score: 7,
        reasons: [
          { name: 'a', contribution: 5 },
          { name: 'carrier', contribution: 2 },
        ],
      },
    ]);
    expect(program.stderr()).toBe('');
  });

  it('tells the texts that the model was not trained on, those of the golden rows left out', async () => {
    const rows = '{"a":1,"carrier":"UA"}\n{"a":1,"carrier":"??"}\n';
    await using program = score(['--model', model(), '--input', '-'], rows);
    expect(await program.exited).toBe(0);
    expect(program.stderr()).toBe('Texts that sum was not trained on, scored as its graph does: carrier in 1 rows.\n');
  });

  it('never writes what is no number in JSON', async () => {
    await using program = score(['--model', model(), '--input', '-'], '{"a":1e300,"carrier":"UA"}\n');
    expect(await program.exited).toBe(1);
    expect(linesOf(program.stdout())).toEqual([
      {
        row: 1,
        error: { code: 'record-unscorable', message: 'The score is Infinity, which JSON has no number for.' },
      },
    ]);
  });

  it('names the row on which the graph fails, and scores those beside it', async () => {
    const graph = new GraphBuilder('pick');
    const index = graph.input('index', 'int64', ['N']);
    graph.node('Gather', [graph.constant('float', [10, 20]), index], {}, { output: 'picked' });
    graph.output('picked', 'float', ['N']);
    const folder = mkdtempSync(join(dir, 'pick-'));
    writeFileSync(join(folder, 'model.onnx'), graph.toBytes());
    const inputs = [{ name: 'index', type: 'number' }];
    const card = { name: 'pick', version: '1', task: 'regression', inputs, output: { tensor: 'picked' } };
    writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
    await using program = score(['--model', folder, '--input', '-'], '{"index":1}\n{"index":2}\n{"index":0}\n');
    expect(await program.exited).toBe(1);
    expect(linesOf(program.stdout())).toMatchObject([
      { row: 1, score: 20 },
      { row: 2, error: { message: expect.stringContaining('indices element out of data bounds') } },
      { row: 3, score: 10 },
    ]);
  });

  it('writes nothing for no rows, and exits with 0', async () => {
    const output = file('empty-scores.jsonl', 'old');
    await using program = score(['--model', model(), '--input', file('empty.csv', ''), '--output', output]);
    expect([await program.exited, program.stdout(), program.stderr()]).toEqual([0, '', 'There were no rows.\n']);
    expect(readFileSync(output, 'utf8')).toBe('');
  });

  it('scores as many rows at a time as it is told, all the same', async () => {
    const rows = Array.from({ length: 10_000 }, (_, a) => `{"a":${a},"carrier":"UA"}\n`).join('');
    const input = file('many.jsonl', rows);
    const outputs = await Promise.all(
      ['1', '7', '65536'].map(async (batch) => {
        const output = join(dir, `many-${batch}.jsonl`);
        await using program = score(['--model', model(), '--input', input, '--output', output, '--batch', batch]);
        expect([await program.exited, program.stdout(), program.stderr()]).toEqual([0, '', '']);
        return readFileSync(output, 'utf8');
      }),
    );
    expect(linesOf(outputs[0] ?? '')).toHaveLength(10_000);
    expect(linesOf(outputs[0] ?? '')[9_999]).toMatchObject({ row: 10_000, score: 10_000 });
    expect(new Set(outputs).size).toBe(1);
  });
});

describe('npm run score with a full disk', () => {
  const rows = (): string => file('disk.jsonl', '{"a":1,"carrier":"UA"}\n'.repeat(50_000));

  it.skipIf(process.platform === 'win32')('says so in one sentence, of a file', async () => {
    const output = join(dir, 'limited.jsonl');
    const args = ['--model', model(), '--input', rows(), '--output', output];
    await using program = startProgram('shared/commands/score.js', args, {}, { fileBlocks: 200 });
    expect([await program.exited, program.stderr()]).toEqual([
      1,
      `Writing to ${output}: EFBIG: file too large, write\n`,
    ]);
  });

  it.skipIf(!existsSync('/dev/full'))('says so in one sentence, of standard output', async () => {
    const full = openSync('/dev/full', 'w');
    const args = [scoreProgram, '--model', model(), '--input', rows()];
    const child = spawn(process.execPath, args, { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let said = '';
    child.stderr?.on('data', (text) => {
      said += String(text);
    });
    expect([await once(child, 'close'), said]).toEqual([
      [1, null],
      'Writing the output: ENOSPC: no space left on device, write.\n',
    ]);
  });
});

describe('a command line of npm run score that is wrong', () => {
  it.each([
    [['--input', 'x.csv'], /^--model is not given; it names the model folder /],
    [['--model', 'DIR'], /^--input is not given; /],
    [
      ['--model', 'DIR', '--input', 'rows.txt'],
      /^The format of rows\.txt cannot be told by its extension .* --format jsonl or --format csv\.$/,
    ],
    [['--model', 'DIR', '--input', '-', '--format', 'xml'], /^--format is "xml"; it must be one of jsonl, csv\.$/],
    [
      ['--model', 'DIR', '--input', '-', '--batch', '0'],
      /^--batch is "0"; it must be a whole number from 1 to 65536\.$/,
    ],
    [['--model', 'DIR', '--input', '-', '--reason'], /did you mean --reasons\?/],
    [['--model', 'DIR', '--input', '/no/such.csv'], /^Reading the rows of \/no\/such\.csv: ENOENT/],
    [
      ['--model', 'DIR', '--input', tmpdir(), '--format', 'csv'],
      /^Reading the rows of .*: it is a folder, not a file$/,
    ],
    [['--model', '/no/model', '--input', '-'], /^The model folder \/no\/model has no model\.onnx; /],
    [['--model', 'DIR', '--input', '-', '--output', '/no/such/file'], /^Writing to \/no\/such\/file: ENOENT/],
  ])('%j exits with 2 and one sentence', async (args, sentence) => {
    await using program = score(
      args.map((arg) => (arg === 'DIR' ? model() : arg)),
      '{"a":1,"carrier":"UA"}',
    );
    expect(await program.exited).toBe(2);
    expect(program.stdout()).toBe('');
    expect(program.stderr().trimEnd()).toMatch(sentence);
    expect(program.stderr().trimEnd().split('\n')).toHaveLength(1);
  });

  it('leaves the output as it was', async () => {
    const output = file('kept.jsonl', 'old');
    const input = file('no-column.csv', 'carrier\nUA\n');
    await using columnMissing = score(['--model', model(), '--input', input, '--output', output]);
    await using modelWrong = score([
      '--model',
      model({ sha256: '0'.repeat(64) }),
      '--input',
      input,
      '--output',
      output,
    ]);
    expect(await Promise.all([columnMissing.exited, modelWrong.exited])).toEqual([2, 2]);
    expect(columnMissing.stderr()).toBe(
      'The header of the CSV has no column for the input "a" of sum; it has carrier.\n',
    );
    expect(readFileSync(output, 'utf8')).toBe('old');
  });

  it('does not write over its own input', async () => {
    const rows = file('own.jsonl', '{"a":1,"carrier":"UA"}\n');
    await using program = score(['--model', model(), '--input', rows, '--output', rows]);
    expect([await program.exited, program.stderr()]).toEqual([
      2,
      `--output is the file of --input, ${rows}; the lines need a file of their own.\n`,
    ]);
    expect(readFileSync(rows, 'utf8')).toBe('{"a":1,"carrier":"UA"}\n');
  });

  it('explains itself', async () => {
    await using program = score(['--help']);
    expect([await program.exited, program.stderr()]).toEqual([0, '']);
    expect(program.stdout()).toContain('--model DIR');
  });
});

describe('npm run score in a pipe', () => {
  const start = (input = '-', ...args: string[]) =>
    spawn(process.execPath, [scoreProgram, '--model', model(), '--input', input, ...args], { stdio: 'pipe' });

  it('gives each row its line while others are still to come', async () => {
    const child = start();
    child.stdin.write('{"a":1,"carrier":"UA"}\n{"a":');
    const [first] = await once(child.stdout, 'data');
    expect(linesOf(String(first))).toMatchObject([{ row: 1, score: 2 }]);
    child.stdin.end('2,"carrier":"UA"}');
    const [second] = await once(child.stdout, 'data');
    expect(linesOf(String(second))).toMatchObject([{ row: 2, score: 3 }]);
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('ends quietly with a reader that has had enough', async () => {
    const rows = file('for-head.jsonl', '{"a":1,"carrier":"UA"}\n'.repeat(200_000));
    const child = start(rows);
    let said = '';
    child.stderr.on('data', (text) => {
      said += String(text);
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect([await once(child, 'close'), said]).toEqual([[0, null], '']);
  });

  it('takes no more rows than it can give lines away', async () => {
    const child = start();
    child.stdout.pause();
    const rows = Buffer.from('{"a":1,"carrier":"UA"}\n'.repeat(50_000));
    let isFull = false;
    // Lines are longer than these rows: a pipe that nobody reads holds the rows back long before 100 MB.
    for (let sent = 0; sent < 100 && !isFull; sent++) {
      isFull = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), 3_000);
        child.stdin.write(rows, () => {
          clearTimeout(timer);
          resolve(false);
        });
      });
    }
    expect(isFull).toBe(true);
    child.stdin.on('error', () => undefined);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('leaves with Ctrl-C, and says that it did not finish', async () => {
    const child = start();
    child.stdin.on('error', () => undefined).write('{"a":1,"carrier":"UA"}\n');
    let said = '';
    child.stderr.on('data', (text) => {
      said += String(text);
    });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said).toBe('Ended by SIGINT after 1 rows.\n');
  });
});
