import { describe, expect, it } from 'vitest';
import { RunAudit } from './run-audit.js';

interface Input {
  id?: string;
  rejected?: boolean;
}

const unit = {
  name: 'thing',
  unitIds: (inputs: readonly Input[]) => inputs.map(({ id }) => id as string),
  expectedIds: (inputs: readonly Input[]) => inputs.filter(({ rejected }) => !rejected).map(({ id }) => id as string),
};

const at = (offset: number) => ({ partition: 0, offset });

describe('RunAudit', () => {
  it('tells scored, filtered, dead-lettered and lost apart, and they add up', () => {
    const audit = new RunAudit<Input>(unit);
    audit.input({ id: 'scored' }, at(0));
    audit.input({ id: 'filtered', rejected: true }, at(1));
    audit.input({ id: 'dead' }, at(2));
    audit.input({ id: 'lost' }, at(3));
    audit.undecodableInput(at(4));
    audit.prediction('scored');
    audit.deadLetter({ id: 'dead' }, at(2));
    audit.deadLetter(undefined, at(4));
    expect(audit.counts()).toEqual({ produced: 5, filtered: 1, scored: 1, deadLettered: 2, lost: 1, duplicated: 0 });
    expect(audit.outstanding).toBe(1);
  });

  it('does not mind in which order the topics are read', () => {
    const audit = new RunAudit<Input>(unit);
    audit.prediction('a');
    audit.deadLetter(undefined, at(1));
    expect(audit.counts().produced).toBe(0);
    audit.input({ id: 'a' }, at(0));
    audit.undecodableInput(at(1));
    expect(audit.counts()).toEqual({ produced: 2, filtered: 0, scored: 1, deadLettered: 1, lost: 0, duplicated: 0 });
  });

  it('counts every surplus prediction, one for a filtered unit too', () => {
    const audit = new RunAudit<Input>(unit);
    audit.input({ id: 'a' }, at(0));
    audit.input({ id: 'b', rejected: true }, at(1));
    for (const id of ['a', 'a', 'a', 'b']) audit.prediction(id);
    expect(audit.counts()).toMatchObject({ scored: 1, filtered: 1, duplicated: 3 });
  });

  it('counts a dead letter that came twice once', () => {
    const audit = new RunAudit<Input>(unit);
    audit.undecodableInput(at(7));
    audit.deadLetter(undefined, at(7));
    audit.deadLetter(undefined, at(7));
    expect(audit.counts()).toMatchObject({ produced: 1, deadLettered: 1 });
  });

  it('knows a unit without an id by its coordinates', () => {
    const audit = new RunAudit<Input>(unit);
    audit.input({}, at(3));
    expect(audit.outstanding).toBe(1);
    audit.deadLetter({}, at(3));
    expect(audit.counts()).toMatchObject({ produced: 1, deadLettered: 1, lost: 0 });
  });

  it('forgets settled units beyond its bound, never open ones, and keeps the counts', () => {
    const audit = new RunAudit<Input>(unit, { remember: 10 });
    for (let i = 0; i < 1_000; i++) {
      audit.input({ id: `${i}` }, at(i));
      if (i !== 990) audit.prediction(`${i}`);
    }
    audit.prediction('990');
    expect(audit.counts()).toEqual({
      produced: 1_000,
      filtered: 0,
      scored: 1_000,
      deadLettered: 0,
      lost: 0,
      duplicated: 0,
    });
  });
});
