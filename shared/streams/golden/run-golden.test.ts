import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProgram } from '#shared/testing';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golden-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
  await using program = startProgram('shared/streams/golden/run-golden.js', args);
  const code = await program.exited;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

/** A stream that is copied; only the value that was recorded differs. */
const copied = (name: string, value: number) =>
  JSON.stringify({
    name,
    category: 'example',
    features: [],
    topology: [
      { id: 'n0', op: 'stream', parents: [], topic: 'in' },
      { id: 'n1', op: 'to', parents: ['n0'], topic: 'out' },
    ],
    input: [{ topic: 'in', key: 'a', value: 1, timestamp: 5 }],
    output: [{ step: 0, topic: 'out', key: 'a', value, timestamp: 5 }],
    stores: {},
    dropped: 0,
  });

describe('test:golden', () => {
  it('counts each case once and ends with 0 where none differs', async () => {
    writeFileSync(join(folder, 'b.jsonl'), `${copied('plain', 1)}\n${copied('again', 1)}\n`);
    writeFileSync(join(folder, 'a.jsonl.gz'), gzipSync(copied('zipped', 1)));
    writeFileSync(join(folder, 'notes.json'), 'not a case');
    expect(await run(folder)).toEqual({ code: 0, stdout: '3 passed, 0 failed\n', stderr: '' });
  });

  it('has a line for each case that differs or is not understood, and ends with 1', async () => {
    writeFileSync(
      join(folder, 'b.jsonl'),
      [copied('right', 1), copied('wrong', 2), '{"name":"empty"}', '[]'].join('\n'),
    );
    const { code, stdout } = await run(folder);
    expect(stdout.split('\n')).toEqual([
      'b.jsonl: wrong (every run): step 0: expected out "a"=2@5; got out "a"=1@5',
      expect.stringMatching(/^b\.jsonl: empty \(not run\): Reading the case: at category: /),
      expect.stringMatching(/^b\.jsonl: line 4 \(not run\): Reading the case: at its root: /),
      '1 passed, 3 failed',
      '',
    ]);
    expect(code).toBe(1);
  });

  it('ends with 2 and one sentence where the folder is wrong', async () => {
    expect(await run(join(folder, 'nowhere'))).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere') });
    expect(await run(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('it has no case') });
    expect(await run(folder, folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('2 arguments') });
    writeFileSync(join(folder, 'a.jsonl'), `${copied('right', 1)}\n{"name":\n`);
    expect(await run(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('Reading a.jsonl, line 2: ') });
    writeFileSync(join(folder, 'a.jsonl.gz'), 'plain');
    rmSync(join(folder, 'a.jsonl'));
    expect(await run(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('Reading a.jsonl.gz: ') });
  });
});
