import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serdes } from '../../serde.js';
import type { SessionStore, TimestampedKeyValueStore, TimestampedWindowStore } from '../state-store.js';
import { backends, type StoreBackend } from './store-backends.contract.js';
import { type common, drain, sessions, table, valuesOf, windows } from './store-fixtures.contract.js';

describe.each(backends)('values in stores $title', ({ open }) => {
  let backend: StoreBackend;
  beforeEach(() => {
    backend = open();
  });
  afterEach(() => backend.close());

  interface Sum {
    n: number;
  }
  const given = (): Sum => ({ n: 1 });

  it('are the store’s own: who put one, or got one, may change it', async () => {
    const store = backend.open<TimestampedKeyValueStore<string, Sum>>(table);
    const put = given();
    store.put('a', put, 1);
    put.n = 2;
    const got = store.get('a')?.value ?? put;
    got.n = 3;
    for (const [, { value }] of store.entries()) value.n = 4;
    const settled = await backend.settle(store);
    expect(settled.get('a')).toEqual({ value: given(), timestamp: 1 });
    if (settled === store) expect(valuesOf(drain(store))).toEqual([['{"n":1}', 1]]);
  });

  it('of windows are theirs, too', () => {
    const windowed = backend.open<TimestampedWindowStore<string, Sum>>(windows);
    const put = given();
    windowed.put('a', put, 1, 0);
    put.n = 2;
    for (const { value } of [...windowed.fetch('a', 0, 9), ...windowed.fetchAll(0, 9)]) value.n = 3;
    expect(windowed.get('a', 0)?.value).toEqual(given());
  });

  it('of sessions are theirs, too', () => {
    const store = backend.open<SessionStore<string, Sum>>(sessions);
    const put = given();
    const window = { start: 0, end: 5 };
    store.put('a', window, put);
    put.n = 2;
    for (const { value } of [...store.findSessions('a', 0, 9), ...store.findSessionsEnding(0, 9)]) value.n = 3;
    expect(store.get('a', window)).toEqual(given());
  });

  it('that the serde refuses are refused when they are put, and the store stays as it was', () => {
    const store = backend.open<TimestampedKeyValueStore<string, number>>({
      ...table,
      value: serdes.integer as unknown as typeof common.value,
    });
    store.put('a', 1, 1);
    expect(() => store.put('a', 3_000_000_000, 2)).toThrowError(
      expect.objectContaining({ code: 'record-unprocessable' }),
    );
    expect(store.get('a')).toEqual({ value: 1, timestamp: 1 });
    expect(drain(store)).toEqual([{ key: Buffer.from('a'), value: Buffer.from([0, 0, 0, 1]), timestamp: 1 }]);
  });

  it('have windows that can be written to a changelog', () => {
    const windowed = backend.open<TimestampedWindowStore<string, number>>(windows);
    expect(() => windowed.put('a', 1, 1, 1.5)).toThrow('The store "store" was given a window at 1.5; its times must');
    expect(drain(windowed)).toEqual([]);
  });

  it('have sessions that can be written to a changelog', () => {
    const store = backend.open<SessionStore<string, number>>(sessions);
    const window = { start: -1, end: 5 };
    expect(() => store.put('a', window, 1)).toThrow('was given a window from -1 to 5; its times must');
    expect(() => store.remove('a', window)).toThrow('was given a window from -1 to 5');
    expect(drain(store)).toEqual([]);
  });

  it('that are undefined delete', () => {
    const store = backend.open<TimestampedKeyValueStore<string, number | undefined>>(table);
    store.put('a', 1, 1);
    store.put('a', undefined, 2);
    expect(store.get('a')).toBeUndefined();
    expect(valuesOf(drain(store))).toEqual([[null, 2]]);
  });
});
