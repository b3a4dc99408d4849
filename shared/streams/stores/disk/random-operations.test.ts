import { describe, expect, it } from 'vitest';
import { type Serde, serdes } from '../../serde.js';
import type { SessionStore, StateStore, TimestampedKeyValueStore, TimestampedWindowStore } from '../state-store.js';
import type { StoreDefinition } from '../store-definition.js';
import { backends } from './store-backends.contract.js';

const common = {
  name: 'store',
  logging: true,
  persistent: false,
  key: serdes.string as unknown as Serde<NonNullable<unknown>>,
  value: serdes.json<NonNullable<unknown>>(),
};

/** The same numbers for the same seed: below `limit`, which is excluded. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const keys = ['', 'a', 'ab', 'a\0', 'b', 'ü', '\u{ffee}', '\u{1f600}'];

/** Does something to the store, and gives all that can be seen of it. */
type Step<S> = (store: S, next: (limit: number) => number) => unknown;

const table: Step<TimestampedKeyValueStore<string, number>> = (store, next) => {
  const key = keys[next(keys.length)] ?? '';
  const value = next(1_000);
  store.put(key, value < 300 ? null : value, next(100));
  return [store.get(key), [...store.entries()], [...store.entries('a', 'ü')], store.size];
};

function windowed(time: { now: number }): Step<TimestampedWindowStore<string, number>> {
  return (store, next) => {
    time.now += next(8);
    const start = Math.max(0, time.now - next(60));
    const key = keys[next(keys.length)] ?? '';
    const value = next(1_000);
    store.put(key, value < 200 ? null : value, start + next(5), start);
    const plain = (entries: ReturnType<typeof store.fetch>): unknown[] =>
      entries.map((entry) => [entry.key, entry.start, entry.value, entry.timestamp]);
    return [
      store.get(key, start)?.value,
      plain(store.fetch(key, start - 10, start + 10)),
      plain(store.fetchAll(0, 1e9)),
      store.size,
    ];
  };
}

function sessionwise(time: { now: number }): Step<SessionStore<string, number>> {
  return (store, next) => {
    time.now += next(8);
    const end = Math.max(0, time.now - next(60));
    const window = { start: Math.max(0, end - next(20)), end };
    // In memory, sessions of keys with a zero byte may come in another order.
    const key = keys.filter((each) => !each.includes('\0'))[next(keys.length - 1)] ?? '';
    const [old] = store.findSessions(key, end - 20, end);
    if (old !== undefined && next(2) === 0) store.remove(key, old.window);
    store.put(key, window, next(1_000));
    const plain = (entries: ReturnType<typeof store.findSessions>): unknown[] =>
      entries.map((entry) => [entry.key, entry.window, entry.value]);
    return [
      store.get(key, window),
      plain(store.findSessions(key, end - 30, end)),
      plain(store.findSessionsEnding(0, 1e9)),
      store.size,
    ];
  };
}

function drained(store: StateStore): string[] {
  const logged: string[] = [];
  store.drainChanges((key, value, time) => logged.push(`${key.toString('hex')} ${value?.toString() ?? null} ${time}`));
  // What expires together may be logged in any order.
  return logged.sort();
}

async function check<S extends StateStore>(definition: StoreDefinition, steps: () => Step<S>): Promise<void> {
  const tested = backends.map(({ open }) => ({ backend: open(), step: steps(), next: numbers(20_261_125) }));
  let stores = tested.map(({ backend }) => backend.open<S>(definition));
  for (let round = 0; round < 25; round++) {
    for (let turn = 0; turn < 15; turn++) {
      const [expected, ...others] = tested.map(({ step, next }, at) => step(stores[at] as S, next));
      for (const seen of others) expect(seen).toEqual(expected);
    }
    const [expected, ...others] = stores.map(drained);
    for (const seen of others) expect(seen).toEqual(expected);
    stores = await Promise.all(tested.map(({ backend }, at) => backend.settle(stores[at] as S)));
  }
  await Promise.all(tested.map(({ backend }) => backend.close()));
}

describe('stores on disk, held to those in memory by some hundred operations', () => {
  it('tables', () => check({ kind: 'key-value', ...common }, () => table));

  it.each([true, false])('windows, with duplicates: %s', (retainDuplicates) =>
    check({ kind: 'window', windowSizeMs: 10, retentionMs: 50, retainDuplicates, ...common }, () =>
      windowed({ now: 0 }),
    ),
  );

  it('sessions', () => check({ kind: 'session', retentionMs: 50, ...common }, () => sessionwise({ now: 0 })));
});
