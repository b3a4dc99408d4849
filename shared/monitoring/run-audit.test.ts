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

  it('filters an input without an id that the rule leaves out, unless it is dead-lettered', () => {
    const audit = new RunAudit<Input>(unit);
    audit.input({ rejected: true }, at(0));
    audit.input({ rejected: true }, at(1));
    expect(audit.counts()).toMatchObject({ produced: 2, filtered: 2, lost: 0 });
    audit.deadLetter({ rejected: true }, at(1));
    expect(audit.counts()).toMatchObject({ produced: 2, filtered: 1, deadLettered: 1, lost: 0 });
  });

  it('waits for the dead letter of a value that the rules cannot take', () => {
    const picky = {
      name: 'thing',
      unitIds: (inputs: readonly Input[]) => inputs.map(({ id }) => (id as string).toLowerCase()),
      expectedIds: (inputs: readonly Input[]) => inputs.map(({ id }) => id as string),
    };
    const audit = new RunAudit<Input>(picky);
    audit.input({}, at(0));
    expect(audit.counts()).toMatchObject({ produced: 1, lost: 1 });
    audit.deadLetter({}, at(0));
    expect(audit.counts()).toMatchObject({ produced: 1, deadLettered: 1, lost: 0 });
  });
});

describe('an input that is dead-lettered', () => {
  it('is known by its coordinates: its id may be that of another, scored or dead-lettered', () => {
    const audit = new RunAudit<Input>(unit);
    audit.input({ id: 'a' }, at(0));
    audit.prediction('a');
    audit.input({ id: 'a' }, at(1));
    audit.input({ id: 'b' }, at(2));
    audit.input({ id: 'b' }, at(3));
    expect(audit.counts()).toMatchObject({ produced: 2, scored: 1, lost: 1 });
    audit.deadLetter({ id: 'a' }, at(1));
    audit.deadLetter({ id: 'b' }, at(2));
    audit.deadLetter({ id: 'b' }, at(3));
    expect(audit.counts()).toEqual({ produced: 4, filtered: 0, scored: 1, deadLettered: 3, lost: 0, duplicated: 0 });
  });

  it('leaves its id to the other inputs of that id', () => {
    const audit = new RunAudit<Input>(unit);
    audit.input({ id: 'a' }, at(0));
    audit.input({ id: 'a', rejected: true }, at(1));
    audit.deadLetter({ id: 'a' }, at(0));
    expect(audit.counts()).toMatchObject({ produced: 2, filtered: 1, deadLettered: 1, lost: 0 });
  });

  it('does not count before it was read, nor where it lies before the beginning of the run', () => {
    const audit = new RunAudit<Input>(unit);
    audit.deadLetter({ id: 'a' }, at(10));
    audit.deadLetter({ id: 'old' }, at(3));
    expect(audit.counts().produced).toBe(0);
    audit.input({ id: 'a' }, at(10));
    audit.deadLetter({ id: 'older' }, at(2));
    expect(audit.counts()).toMatchObject({ produced: 1, deadLettered: 1, lost: 0 });
  });

  it('comes out the same in whatever order the three topics are read', () => {
    const inputs: readonly (Input | undefined)[] = [
      { id: 'a' },
      { id: 'a' },
      undefined,
      { id: 'b', rejected: true },
      {},
      { id: 'c' },
      { id: 'c' },
      { rejected: true },
      { id: 'd' },
      { id: 'd', rejected: true },
    ];
    const letters = [1, 2, 4, 6, 6, 8];
    const predicted = ['a', 'c', 'c', 'b'];
    let seed = 1;
    const below = (n: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % n;
    };
    for (let run = 0; run < 500; run++) {
      const audit = new RunAudit<Input>(unit);
      const topics = [
        inputs.map(
          (value, offset) => () => (value ? audit.input(value, at(offset)) : audit.undecodableInput(at(offset))),
        ),
        letters.map((offset) => () => audit.deadLetter(inputs[offset], at(offset))),
        predicted.map((id) => () => audit.prediction(id)),
      ];
      while (topics.some(({ length }) => length > 0)) {
        topics[below(3)]?.shift()?.();
        const { produced, filtered, scored, deadLettered, lost } = audit.counts();
        expect(produced).toBe(filtered + scored + deadLettered + lost);
      }
      expect(audit.counts()).toEqual({ produced: 10, filtered: 3, scored: 2, deadLettered: 5, lost: 0, duplicated: 2 });
    }
  });
});

describe('what is remembered', () => {
  const scored = (audit: RunAudit<Input>, from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      audit.input({ id: `${i}` }, at(i));
      audit.prediction(`${i}`);
    }
  };

  it('is the settled units up to a bound: the duplicate of a forgotten one is not recognized', () => {
    const audit = new RunAudit<Input>(unit, { remember: 10 });
    scored(audit, 0, 1_000);
    audit.prediction('900');
    expect(audit.counts().duplicated).toBe(0);
    audit.prediction('991');
    expect(audit.counts()).toMatchObject({ produced: 1_000, scored: 1_000, duplicated: 1 });
  });

  it('is every open unit, which keeps no settled one from being forgotten', () => {
    const audit = new RunAudit<Input>(unit, { remember: 10 });
    audit.input({ id: 'open' }, at(0));
    scored(audit, 1, 1_000);
    audit.prediction('1');
    expect(audit.counts()).toMatchObject({ scored: 999, lost: 1, duplicated: 0 });
    audit.prediction('open');
    audit.prediction('open');
    expect(audit.counts()).toMatchObject({ produced: 1_000, scored: 1_000, lost: 0, duplicated: 1 });
  });

  it('is the dead letters up to the same bound', () => {
    const audit = new RunAudit<Input>(unit, { remember: 10 });
    for (let i = 0; i < 1_000; i++) {
      audit.undecodableInput(at(i));
      audit.deadLetter(undefined, at(i));
    }
    audit.deadLetter(undefined, at(995));
    expect(audit.counts()).toMatchObject({ produced: 1_000, deadLettered: 1_000 });
    audit.deadLetter(undefined, at(5));
    expect(audit.counts().deadLettered).toBe(1_001);
  });
});
