import { describe, expect, it } from 'vitest';
import { isComplete } from './page/follow-complete.js';
import type { FollowedRecord, FollowStep, PeekedRecord } from './page/records-state.js';

const record: PeekedRecord = {
  topic: 'titanic.passengers',
  partition: 0,
  offset: 7,
  timestamp: 0,
  key: { kind: 'null' },
  value: { kind: 'null' },
  headers: [],
  raw: null,
};

/** Steps of which those after `-` have no record. */
function followed(...kinds: readonly (FollowStep['kind'] | `-${FollowStep['kind']}`)[]): Pick<FollowedRecord, 'steps'> {
  const none = { further: 0, value: null, reasons: [], said: null, cameTrue: null };
  const steps = kinds.map((kind): FollowStep => {
    const isMissing = kind.startsWith('-');
    const of = (isMissing ? kind.slice(1) : kind) as FollowStep['kind'];
    return { kind: of, record: isMissing ? null : record, missing: isMissing ? 'None.' : null, ...none };
  });
  return { steps };
}

describe('a record that is followed', () => {
  it.each([
    [followed('input', 'features', 'prediction', '-outcome'), false],
    [followed('input', 'features', '-prediction', '-outcome'), false],
    [followed('-input', '-features', '-prediction', '-outcome'), false],
    [followed('input', '-features', 'prediction', 'outcome'), true],
  ])('is looked for until what came true is there, with or without a sample of it: %#', (found, complete) => {
    expect(isComplete(found)).toBe(complete);
  });

  it('ends as a dead letter, unless it was sent again and scored: then its outcome is still to come', () => {
    expect(isComplete(followed('input', 'dead-letter', '-features', '-prediction', '-outcome'))).toBe(true);
    expect(isComplete(followed('input', 'dead-letter', '-features', 'prediction', '-outcome'))).toBe(false);
    expect(isComplete(followed('input', 'dead-letter', '-features', 'prediction', 'outcome'))).toBe(true);
  });
});
