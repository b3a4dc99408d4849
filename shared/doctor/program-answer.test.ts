import { describe, expect, it } from 'vitest';
import { answerOf, onPath } from './program-answer.js';

const node = (script: string, withinMs?: number) =>
  answerOf(process.execPath, ['--eval', script], withinMs === undefined ? {} : { withinMs });

describe('the answer of a program', () => {
  it('is what it prints on both streams', async () => {
    expect(await node('console.log("one"); console.error("two")')).toEqual({ kind: 'answered', text: 'one\ntwo' });
  });

  it('is a failure where it ends with another exit code than 0', async () => {
    expect(await node('console.error("no"); process.exit(3)')).toEqual({ kind: 'failed', text: 'no' });
  });

  it('is silence where it takes too long', async () => {
    expect(await node('setInterval(() => {}, 1000)', 100)).toEqual({ kind: 'silent' });
  });

  it('is missing where it is not on the PATH', async () => {
    expect(await answerOf('no-such-program', [])).toEqual({ kind: 'missing' });
    expect(await answerOf('/no/such/program', [])).toMatchObject({ kind: 'missing' });
    expect(await onPath('no-such-program')).toBeUndefined();
  });
});
