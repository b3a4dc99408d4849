import { describe, expect, it } from 'vitest';
import { UnansweredBytes } from './unanswered-bytes.js';

function connectionOf(heldBytes: number) {
  const reasons: string[] = [];
  return { heldBytes, reasons, giveUp: (reason: Error) => void reasons.push(reason.message) };
}

describe('UnansweredBytes', () => {
  it('ends the connection that holds most when all together hold too much, and no other', () => {
    const unanswered = new UnansweredBytes(100);
    const [small, large, last] = [connectionOf(10), connectionOf(60), connectionOf(30)];
    for (const one of [small, large, last]) unanswered.update(one);
    last.heldBytes = 31;
    unanswered.update(last);
    expect(large.reasons).toEqual([expect.stringMatching(/take 101 bytes, 100 are allowed, and its 60 are the most$/)]);
    expect([...small.reasons, ...last.reasons]).toEqual([]);
  });

  it('counts what a connection holds now, and nothing of one that is gone', () => {
    const unanswered = new UnansweredBytes(100);
    const [one, other] = [connectionOf(90), connectionOf(90)];
    unanswered.update(one);
    one.heldBytes = 10;
    unanswered.update(one);
    unanswered.update(other);
    unanswered.forget(other);
    unanswered.forget(other);
    one.heldBytes = 100;
    unanswered.update(one);
    expect([...one.reasons, ...other.reasons]).toEqual([]);
  });
});
