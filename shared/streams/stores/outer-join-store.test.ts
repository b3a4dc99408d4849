import { expect, it } from 'vitest';
import { serdes } from '../serde.js';
import { OuterJoinStore } from './outer-join-store.js';

const open = () =>
  new OuterJoinStore<string>(
    'waiting',
    { key: serdes.string, left: serdes.json(), right: serdes.integer as never },
    { logging: true },
  );

it('lets records wait as they were, also after a restart, and refuses what it could not write', () => {
  const store = open();
  const value = { n: 1 };
  store.add('left', 'k', 5, value);
  value.n = 2;
  store.add('left', 'k', 5, value);
  expect(() => store.add('right', 'k', 5, 3_000_000_000)).toThrow('Writing 3000000000 as an integer of 32 bits');
  const restored = open();
  store.drainChanges((key, bytes) => restored.restore(key, bytes));
  const waiting = [{ side: 'left', key: 'k', timestamp: 5, values: [{ n: 1 }, { n: 2 }] }];
  expect([...store.all()]).toEqual(waiting);
  expect([...restored.all()]).toEqual(waiting);
});
