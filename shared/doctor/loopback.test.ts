import { describe, expect, it } from 'vitest';
import { judgeLoopback, lookAtLoopback } from './loopback.js';

describe('the loopback', () => {
  it('is looked at by talking to oneself', async () => {
    expect(await lookAtLoopback()).toBeUndefined();
  });

  it('is needed', () => {
    expect(judgeLoopback(undefined).verdict).toBe('good');
    expect(judgeLoopback('Error: listen EACCES')).toMatchObject({
      verdict: 'bad',
      found: '127.0.0.1 does not work: Error: listen EACCES',
    });
  });
});
