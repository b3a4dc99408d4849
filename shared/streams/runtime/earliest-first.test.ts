import { describe, expect, it } from 'vitest';
import { EarliestFirst } from './earliest-first.js';

function taken(queue: EarliestFirst<{ readonly name: string; readonly time: number }>): string[] {
  const names: string[] = [];
  for (let { first } = queue; first !== undefined; first = queue.first) {
    names.push(first.name);
    queue.removeFirst();
  }
  return names;
}

describe('EarliestFirst', () => {
  it('gives the earliest first', () => {
    const queue = new EarliestFirst<{ readonly name: string; readonly time: number }>(({ time }) => time);
    for (const time of [5, 3, 8, 1, 9, 2]) queue.add({ name: `${time}`, time });
    expect(taken(queue)).toEqual(['1', '2', '3', '5', '8', '9']);
  });

  it('gives those at one time in the order of java.util.PriorityQueue', () => {
    const queue = new EarliestFirst<{ readonly name: string; readonly time: number }>(({ time }) => time);
    for (const name of ['a', 'b', 'c', 'd']) queue.add({ name, time: 0 });
    // Java: the last one takes the place of the first, and stays there.
    expect(taken(queue)).toEqual(['a', 'd', 'c', 'b']);
  });
});
