import { expect, it } from 'vitest';
import { RecordTrail } from './record-trail.js';

const at = (partition: number, offset: number) => ({ partition, offset });

it('knows where the records of a unit lie, in whatever order they are read', () => {
  const trail = new RecordTrail();
  trail.add('prediction', 'a', at(1, 7));
  for (const offset of [1, 2, 3, 4, 5]) trail.add('input', 'a', at(0, offset));
  trail.add('outcome', 'a', at(2, 9));
  expect(trail.of('a')).toEqual({
    inputs: [at(0, 2), at(0, 3), at(0, 4), at(0, 5)],
    inputsRead: 5,
    prediction: at(1, 7),
    outcome: at(2, 9),
    deadLetter: undefined,
  });
  expect(trail.of('b')).toBeUndefined();
});

it('forgets the oldest units', () => {
  const trail = new RecordTrail();
  for (let i = 0; i <= 20_000; i++) trail.add('input', `id-${i}`, at(0, i));
  expect([trail.of('id-0'), trail.of('id-1')?.inputs]).toEqual([undefined, [at(0, 1)]]);
  for (let i = 0; i < 100_000; i++) trail.add('prediction', `later-${i}`, at(0, i));
  expect([trail.size, trail.of('id-1')]).toEqual([20_000, undefined]);
});
