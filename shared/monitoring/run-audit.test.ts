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

function randomBelow(): (n: number) => number {
  let seed = 1;
  return (n) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % n;
  };
}

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
    const below = randomBelow();
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

describe('a unit of several inputs', () => {
  interface Report {
    cell?: string;
    minute: number;
  }
  const windowOf = ({ cell, minute }: Report): string => (cell && `${cell} ${Math.floor(minute / 3)}`) as string;
  /** A window is of three minutes, each reported at least once. */
  const windows = {
    name: 'window',
    gathers: true,
    unitIds: (reports: readonly Report[]) => [...new Set(reports.map(windowOf))],
    expectedIds: (reports: readonly Report[]) =>
      windows
        .unitIds(reports)
        .filter((id) => new Set(reports.filter((one) => windowOf(one) === id).map(({ minute }) => minute)).size === 3),
  };
  const report = (minute: number, cell = 'a'): Report => ({ cell, minute });

  it('is filtered as long as the rule does not expect it, and open from then on', () => {
    const audit = new RunAudit<Report>(windows);
    audit.input(report(0), at(0));
    audit.input(report(1), at(1));
    expect(audit.counts()).toMatchObject({ produced: 1, filtered: 1, lost: 0 });
    audit.input(report(2), at(2));
    expect(audit.counts()).toMatchObject({ produced: 1, filtered: 0, lost: 1 });
    audit.prediction('a 0');
    expect(audit.counts()).toEqual({ produced: 1, filtered: 0, scored: 1, deadLettered: 0, lost: 0, duplicated: 0 });
  });

  it('is not changed by an input that comes again, before or after it is scored', () => {
    const audit = new RunAudit<Report>(windows);
    for (const [offset, minute] of [0, 0, 1].entries()) audit.input(report(minute), at(offset));
    expect(audit.counts()).toMatchObject({ produced: 1, filtered: 1 });
    for (const [index, minute] of [2, 2].entries()) audit.input(report(minute), at(3 + index));
    expect(audit.counts()).toMatchObject({ produced: 1, lost: 1 });
    audit.prediction('a 0');
    audit.input(report(1), at(5));
    audit.prediction('a 0');
    expect(audit.counts()).toEqual({ produced: 1, filtered: 0, scored: 1, deadLettered: 0, lost: 0, duplicated: 1 });
  });

  it('is without those that are dead-lettered, each of which is a unit of its own', () => {
    const audit = new RunAudit<Report>(windows);
    for (const minute of [0, 1, 2]) audit.input(report(minute), at(minute));
    audit.undecodableInput(at(3));
    expect(audit.counts()).toMatchObject({ produced: 2, lost: 2 });
    audit.deadLetter(report(1), at(1));
    audit.deadLetter(undefined, at(3));
    expect(audit.counts()).toMatchObject({ produced: 3, filtered: 1, deadLettered: 2, lost: 0 });
    audit.input(report(1), at(4));
    expect(audit.counts()).toMatchObject({ produced: 3, filtered: 0, deadLettered: 2, lost: 1 });
  });

  it('is none at all where its only input is dead-lettered', () => {
    const audit = new RunAudit<Report>(windows);
    audit.input(report(0), at(0));
    audit.deadLetter(report(0), at(0));
    expect(audit.counts()).toMatchObject({ produced: 1, filtered: 0, deadLettered: 1, lost: 0 });
  });

  it('is unknown for an input that does not say what it is a part of, which must become a dead letter', () => {
    const audit = new RunAudit<Report>(windows);
    audit.input({ minute: 0 }, at(0));
    expect(audit.counts()).toMatchObject({ produced: 1, lost: 1 });
    audit.deadLetter({ minute: 0 }, at(0));
    expect(audit.counts()).toMatchObject({ produced: 1, deadLettered: 1, lost: 0 });
  });

  it('has its inputs settled together; those of a filtered one are settled, for they may stay alone', () => {
    const audit = new RunAudit<Report>(windows);
    audit.input(report(0), at(0));
    audit.input(report(1), at(1));
    audit.undecodableInput(at(2));
    expect(audit.settledInputs).toBe(2);
    audit.input(report(2), at(3));
    expect(audit.settledInputs).toBe(0);
    audit.deadLetter(undefined, at(2));
    expect(audit.settledInputs).toBe(1);
    audit.prediction('a 0');
    expect(audit.settledInputs).toBe(4);
  });

  it('comes out the same in whatever order the three topics are read', () => {
    const inputs: readonly (Report | undefined)[] = [
      ...[0, 1, 2, 3].map((minute) => report(minute)),
      ...[0, 1, 1, 2, 3, 4, 5].map((minute) => report(minute, 'b')),
      undefined,
      report(0, 'c'),
      report(6, 'b'),
      { minute: 7 },
    ];
    const letters = [6, 9, 11, 12, 14, 14];
    const predicted = ['a 0', 'b 0', 'b 0'];
    const below = randomBelow();
    for (let run = 0; run < 500; run++) {
      const audit = new RunAudit<Report>(windows);
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
      // a 0 and b 0 are scored; a 1, b 1 and b 2 are incomplete, b 1 for a dead letter; c 0 was its only input's.
      expect(audit.counts()).toEqual({ produced: 10, filtered: 3, scored: 2, deadLettered: 5, lost: 0, duplicated: 1 });
      expect(audit.settledInputs).toBe(inputs.length);
    }
  });

  it('lets its inputs go when it is scored: one that is dead-lettered later takes nothing back', () => {
    const audit = new RunAudit<Report>(windows);
    for (const minute of [0, 1, 2]) audit.input(report(minute), at(minute));
    audit.prediction('a 0');
    audit.deadLetter(report(1), at(1));
    expect(audit.counts()).toEqual({ produced: 2, filtered: 0, scored: 1, deadLettered: 1, lost: 0, duplicated: 0 });
  });

  describe('that is closed some time after its end', () => {
    const closing = {
      ...windows,
      lateness: {
        timeOf: ({ minute }: Report) => minute,
        isTooLate: ({ minute }: Report, newest: number) => (Math.floor(minute / 3) + 1) * 3 + 2 <= newest,
      },
    };
    const told = (...minutes: readonly number[]): RunAudit<Report> => {
      const audit = new RunAudit<Report>(closing);
      for (const [offset, minute] of minutes.entries()) audit.input(report(minute), at(offset));
      return audit;
    };

    it('is filtered, and waited for by nobody, where an input of it comes too late', () => {
      const audit = told(0, 1, 5, 2);
      expect(audit.counts()).toMatchObject({ produced: 2, filtered: 2, lost: 0 });
      expect([audit.outstanding, audit.settledInputs]).toEqual([0, 4]);
    });

    it('is filtered where all of its inputs do', () => {
      expect(told(5, 0, 1, 2).counts()).toMatchObject({ produced: 2, filtered: 2, lost: 0 });
    });

    it('is expected where its last input comes late, and before it is closed', () => {
      const audit = told(0, 1, 4, 2);
      expect(audit.counts()).toMatchObject({ produced: 2, filtered: 1, lost: 1 });
      audit.prediction('a 0');
      audit.input(report(5), at(4));
      audit.input(report(1), at(5));
      expect(audit.counts()).toMatchObject({ produced: 2, filtered: 1, scored: 1, lost: 0, duplicated: 0 });
    });

    it('goes by the newest input of each partition, those that are dead-lettered among them', () => {
      const audit = told(0, 1);
      audit.input(report(5), { partition: 1, offset: 0 });
      audit.input(report(2), at(2));
      expect(audit.counts()).toMatchObject({ produced: 2, filtered: 1, lost: 1 });
      audit.deadLetter(report(9), { partition: 1, offset: 1 });
      audit.input(report(9), { partition: 1, offset: 1 });
      audit.input(report(4), { partition: 1, offset: 2 });
      audit.input(report(3), { partition: 1, offset: 3 });
      expect(audit.counts()).toEqual({ produced: 3, filtered: 1, scored: 0, deadLettered: 1, lost: 1, duplicated: 0 });
    });

    it('takes an input without a time for one that comes in time', () => {
      const audit = told(5);
      audit.input(report(Number.NaN), at(1));
      expect(audit.counts()).toMatchObject({ produced: 2, filtered: 2 });
    });
  });

  it('is forgotten with its inputs where it is filtered for long', () => {
    const audit = new RunAudit<Report>(windows, { remember: 10 });
    for (let window = 0; window < 1_000; window++) {
      audit.input(report(window * 3), at(window * 2));
      audit.input(report(window * 3 + 1), at(window * 2 + 1));
    }
    expect(audit.counts()).toMatchObject({ produced: 1_000, filtered: 1_000 });
    audit.input(report(999 * 3 + 2), at(2_000));
    expect(audit.counts()).toMatchObject({ produced: 1_000, filtered: 999, lost: 1 });
    audit.input(report(2), at(2_001));
    expect(audit.counts()).toMatchObject({ produced: 1_001, filtered: 1_000, lost: 1 });
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
