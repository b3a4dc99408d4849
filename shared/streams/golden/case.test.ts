import { describe, expect, it } from 'vitest';
import { buildTopology } from './build-topology.js';
import { parseCase } from './case.js';

const source = { id: 'n0', op: 'stream', parents: [], topic: 'in' };
const caseOf = (...topology: object[]) => ({
  name: 'strict',
  category: 'example',
  features: [],
  topology: [source, ...topology],
  input: [],
  output: [],
  stores: {},
});
const build = (...topology: object[]) => buildTopology(parseCase(caseOf(...topology)), { batched: false });

// What is skipped in silence would pass as agreement.
describe('a case that the format does not know', () => {
  it.each([
    ['an operator', caseOf({ id: 'n1', op: 'peek', parents: ['n0'] }), 'topology.1.op'],
    [
      'a function',
      caseOf({ id: 'n1', op: 'filter', parents: ['n0'], predicate: { fn: 'odd' } }),
      'topology.1.predicate',
    ],
    ['a field of a node', caseOf({ ...source, id: 'n1', partitions: 2 }), 'topology.1: Unrecognized key: "partitions"'],
    ['a field of a case', { ...caseOf(), tasks: 2 }, 'its root: Unrecognized key: "tasks"'],
    ['a setting', { ...caseOf(), config: { emitIntervalMs: 0, caching: true } }, 'Unrecognized key: "caching"'],
    [
      'a number that is not exact',
      { ...caseOf(), input: [{ topic: 'in', key: null, value: 2 ** 53, timestamp: 0 }] },
      'input.0',
    ],
    ['no object', [], 'its root'],
  ])('is refused for %s', (_what, json, message) => {
    expect(() => parseCase(json)).toThrow(message);
  });

  it('is refused for a field that the operator has after another parent only', () => {
    expect(() =>
      build({ id: 'n1', op: 'filter', parents: ['n0'], predicate: { fn: 'isNullValue' }, store: 'kept' }),
    ).toThrow('filter has no store');
    expect(() =>
      build(
        { id: 'n1', op: 'groupByKey', parents: ['n0'] },
        { id: 'n2', op: 'count', parents: ['n1'], retention: 'default' },
      ),
    ).toThrow('count has no retention');
    expect(() =>
      build(
        { id: 'n1', op: 'groupByKey', parents: ['n0'] },
        { id: 'n2', op: 'reduce', parents: ['n1'], adder: { fn: 'sum' }, subtractor: { fn: 'sum' } },
      ),
    ).toThrow('reduce has no adder');
  });

  it('is refused for a parent of the wrong kind, and for none', () => {
    expect(() => build({ id: 'n1', op: 'toStream', parents: ['n0'] })).toThrow(
      'n0 is used as a table, which it is not',
    );
    expect(() => build({ id: 'n1', op: 'toTable', parents: ['n7'] })).toThrow(
      'n7 is used as a stream, which it is not',
    );
  });
});
