import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionStore, TimestampedKeyValueStore, TimestampedWindowStore } from '../state-store.js';
import { joinWindowKey } from '../window-key.js';
import { backends, type StoreBackend } from './store-backends.contract.js';
import { drain, duplicates, sessions, table, tableByPosition, valuesOf, windows } from './store-fixtures.contract.js';

interface Position {
  readonly line: string;
  readonly stop: number;
}

// In the order of their bytes, which is not that of UTF-16: U+E000 to U+FFFF come before what surrogates stand for.
const orderedKeys = [
  '',
  'a',
  'a\0',
  'a\0\0',
  'a\0b',
  'aa',
  'ab',
  'b',
  'é',
  '\u{e000}',
  '\u{ffee}',
  '\u{10000}',
  '\u{1f600}',
];
const shuffled = [9, 3, 12, 0, 7, 1, 11, 5, 2, 8, 10, 4, 6].map((index) => orderedKeys[index] ?? '');

describe.each(backends)('stores $title', ({ open }) => {
  let backend: StoreBackend;
  beforeEach(() => {
    backend = open();
  });
  afterEach(() => backend.close());

  describe('a table', () => {
    it('has the newest value of a key and its time, until it is deleted', async () => {
      let store = backend.open<TimestampedKeyValueStore<string, number>>(table);
      store.put('a', 1, 10);
      store.put('a', 2, 5);
      store = await backend.settle(store);
      expect(store.get('a')).toEqual({ value: 2, timestamp: 5 });
      expect(store.get('b')).toBeUndefined();
      store.put('a', null, 20);
      expect(store.get('a')).toBeUndefined();
      store = await backend.settle(store);
      expect(store.get('a')).toBeUndefined();
      expect([...store.entries()]).toEqual([]);
    });

    it('walks keys in the order of their bytes, also while some of them wait for the disk', async () => {
      let store = backend.open<TimestampedKeyValueStore<string, string>>(table);
      for (const key of shuffled.slice(0, 7)) store.put(key, `value of ${key}`, 1);
      store = await backend.settle(store);
      for (const key of shuffled.slice(5)) store.put(key, `value of ${key}`, 2);
      expect([...store.entries()].map(([key]) => key)).toEqual(orderedKeys);
      expect([...store.entries()].every(([key, { value }]) => value === `value of ${key}`)).toBe(true);
      expect([...store.entries('a\0', 'b')].map(([key]) => key)).toEqual(['a\0', 'a\0\0', 'a\0b', 'aa', 'ab', 'b']);
      expect([...store.entries('c')].map(([key]) => key)).toEqual(orderedKeys.slice(8));
      expect([...store.entries(undefined, 'a')].map(([key]) => key)).toEqual(['', 'a']);
      expect([...store.entries('b', 'a')]).toEqual([]);
      expect(store.size).toBe(orderedKeys.length);
    });

    it('walks many keys while they are put and deleted', async () => {
      let store = backend.open<TimestampedKeyValueStore<string, number>>(table);
      const keyOf = (index: number): string => String(index).padStart(5, '0');
      for (let index = 0; index < 1_000; index += 2) store.put(keyOf(index), index, 0);
      store = await backend.settle(store);
      for (let index = 1; index < 1_000; index += 2) store.put(keyOf(index), index, 0);
      for (let index = 0; index < 1_000; index += 3) store.put(keyOf(index), null, 1);
      const expected = Array.from({ length: 1_000 }, (_, index) => index).filter((index) => index % 3 !== 0);
      expect([...store.entries()].map(([, { value }]) => value)).toEqual(expected);
      expect(store.size).toBe(expected.length);
      const seen: number[] = [];
      for (const [key, { value }] of store.entries()) {
        seen.push(value);
        store.put(key, null, 2);
        if (value === 500) break;
      }
      expect(seen).toEqual(expected.filter((index) => index <= 500));
      expect([...store.entries()].map(([, { value }]) => value)).toEqual(expected.filter((index) => index > 500));
    });

    it('logs each changed key once, as it is now, and is restored from that with its numbers', async () => {
      let store = backend.open<TimestampedKeyValueStore<Position, Position>>(tableByPosition);
      const [first, second] = [
        { line: 'U6', stop: 1 },
        { line: 'U6', stop: 2 },
      ];
      store.put(first, { line: 'S', stop: 1 }, 1);
      store.put(first, { line: 'S', stop: 2 }, 2);
      store.put(second, { line: 'S', stop: 3 }, 3);
      store.put(second, null, 4);
      store.setMetadata('stream-time', 3);
      const logged = drain(store);
      expect(logged.slice(0, 2)).toEqual([
        { key: Buffer.from('{"line":"U6","stop":1}'), value: Buffer.from('{"line":"S","stop":2}'), timestamp: 2 },
        { key: Buffer.from('{"line":"U6","stop":2}'), value: null, timestamp: 4 },
      ]);
      expect(logged).toHaveLength(3);
      expect(drain(store)).toEqual([]);
      store = await backend.settle(store);
      expect(store.metadata('stream-time')).toBe(3);

      const other = open();
      let restored = other.open<TimestampedKeyValueStore<Position, Position>>(tableByPosition);
      for (const { key, value, timestamp } of logged) restored.restore(key, value, timestamp);
      restored = await other.settle(restored);
      expect([...restored.entries()]).toEqual([[first, { value: { line: 'S', stop: 2 }, timestamp: 2 }]]);
      expect(restored.metadata('stream-time')).toBe(3);
      expect(restored.metadata('other')).toBeUndefined();
      expect(drain(restored)).toEqual([]);
      await other.close();
    });
  });

  describe('windows', () => {
    it('are found by key and start, and a put replaces', async () => {
      let store = backend.open<TimestampedWindowStore<string, number>>(windows);
      store.put('a', 1, 12, 10);
      store.put('a', 2, 25, 20);
      store = await backend.settle(store);
      store.put('a', 3, 13, 10);
      store.put('ab', 4, 31, 30);
      store.put('a', 5, 31, 30);
      expect(store.get('a', 10)).toMatchObject({ value: 3, timestamp: 13 });
      expect(store.get('b', 10)).toBeUndefined();
      expect(store.fetch('a', 10, 20)).toMatchObject([
        { key: 'a', value: 3, timestamp: 13, start: 10 },
        { key: 'a', value: 2, timestamp: 25, start: 20 },
      ]);
      expect(store.fetch('a', -5, Number.POSITIVE_INFINITY).map(({ value }) => value)).toEqual([3, 2, 5]);
      expect(store.fetch('a', 21, 29)).toEqual([]);
      store.put('a', null, 40, 20);
      store = await backend.settle(store);
      expect(store.fetch('a', 0, 100).map(({ start }) => start)).toEqual([10, 30]);
    });

    it('of all keys come by start, then in the order of the keys’ bytes', async () => {
      let store = backend.open<TimestampedWindowStore<string, number>>(windows);
      for (const key of shuffled.slice(0, 7)) store.put(key, 1, 0, 10);
      store = await backend.settle(store);
      for (const key of shuffled.slice(7)) store.put(key, 2, 0, 10);
      store.put('z', 3, 0, 0);
      expect(store.fetchAll(0, 10).map(({ key }) => key)).toEqual(['z', ...orderedKeys]);
      expect(store.fetchAll(1, 9)).toEqual([]);
      expect(store.fetchAll(5, 10)).toHaveLength(orderedKeys.length);
    });

    it('expire: what starts at or before the newest start less the retention is gone, from the changelog too', async () => {
      let store = backend.open<TimestampedWindowStore<string, number>>(windows);
      store.put('a', 1, 7, 0);
      store.put('a', 2, 17, 10);
      drain(store);
      store = await backend.settle(store);
      store.put('b', 3, 100, 100);
      expect(store.get('a', 0)).toBeUndefined();
      expect(store.get('a', 10)).toMatchObject({ value: 2 });
      expect(store.fetchAll(0, 200).map(({ value }) => value)).toEqual([2, 3]);
      store.put('a', 9, 120, 0);
      expect(store.fetch('a', 0, 200).map(({ value }) => value)).toEqual([2]);
      expect(valuesOf(drain(store))).toEqual([
        ['3', 100],
        [null, 7],
      ]);
      store = await backend.settle(store);
      expect(store.fetchAll(0, 200).map(({ value }) => value)).toEqual([2, 3]);
      store.put('c', 4, 500, 500);
      store.put('late', 5, 400, 400);
      expect(store.fetchAll(0, 1_000).map(({ value }) => value)).toEqual([4]);
    });

    it('keep duplicates in the order of their arrival where they are to be kept', async () => {
      let store = backend.open<TimestampedWindowStore<string, string>>(duplicates);
      store.put('a', 'first', 10, 10);
      store = await backend.settle(store);
      store.put('a', 'second', 10, 10);
      store.put('a', null, 10, 10);
      store.put('a', 'third', 10, 10);
      store.put('a\0', 'other', 10, 10);
      expect(store.fetch('a', 10, 10).map(({ value }) => value)).toEqual(['first', 'second', 'third']);
      expect(store.fetchAll(0, 100).map(({ value }) => value)).toEqual(['first', 'second', 'third', 'other']);
      const logged = drain(store);
      expect(logged.map(({ key }) => key.readInt32BE(key.length - 4)).slice(-3)).toEqual([2, 3, 4]);
    });

    it('keep that order where the numbers of duplicates begin anew after 2^31, as in Kafka Streams', async () => {
      const key = Buffer.from('a');
      let store = backend.open<TimestampedWindowStore<string, string>>(duplicates);
      store.restore(joinWindowKey(key, 5, 0x7ffffffe), Buffer.from('"first"'), 5);
      // The newest record decides about the next number, not a tombstone of an older one.
      store.restore(joinWindowKey(key, 1, 7), null, 1);
      for (const value of ['second', 'third', 'fourth']) store.put('a', value, 5, 5);
      const logged = drain(store);
      expect(logged.map(({ key: bytes }) => bytes.readInt32BE(bytes.length - 4))).toEqual([0x7fffffff, 0, 1]);
      store = await backend.settle(store);
      store.put('b', 'other', 5, 5);
      const inOrder = ['first', 'second', 'third', 'fourth'];
      expect(store.fetch('a', 5, 5).map(({ value }) => value)).toEqual(inOrder);
      expect(store.fetchAll(0, 9).map(({ value }) => value)).toEqual([...inOrder, 'other']);
    });

    it('tell the changelog nothing of a duplicate that expires before it is written', async () => {
      let store = backend.open<TimestampedWindowStore<string, string>>(duplicates);
      store.put('a', 'told', 10, 10);
      expect(valuesOf(drain(store))).toEqual([['"told"', 10]]);
      store = await backend.settle(store);
      store.put('a', 'untold', 20, 20);
      store.put('a', 'newest', 130, 130);
      expect(store.fetch('a', 0, 200).map(({ value }) => value)).toEqual(['newest']);
      expect(valuesOf(drain(store))).toEqual([
        ['"newest"', 130],
        [null, 10],
      ]);
    });

    it('are restored from their changelog, with what has expired', async () => {
      const store = backend.open<TimestampedWindowStore<string, string>>(duplicates);
      store.setMetadata('stream-time', 90);
      store.put('a', 'x', 10, 10);
      store.put('a', 'y', 90, 90);
      store.put('a', 'z', 90, 90);
      const logged = drain(store);
      const other = open();
      let restored = other.open<TimestampedWindowStore<string, string>>(duplicates);
      for (const { key, value, timestamp } of logged) restored.restore(key, value, timestamp);
      restored = await other.settle(restored);
      restored.put('a', 'w', 110, 110);
      expect(restored.fetchAll(0, 200).map(({ value }) => value)).toEqual(['y', 'z', 'w']);
      expect(restored.metadata('stream-time')).toBe(90);
      expect(valuesOf(drain(restored))).toEqual([
        ['"w"', 110],
        [null, 10],
      ]);
      await other.close();
    });
  });

  describe('sessions', () => {
    it('are found by key, end and start, ascending by end', async () => {
      let store = backend.open<SessionStore<string, number>>(sessions);
      store.put('a', { start: 30, end: 50 }, 1);
      store.put('a', { start: 0, end: 20 }, 2);
      store = await backend.settle(store);
      store.put('a', { start: 10, end: 20 }, 3);
      store.put('ab', { start: 10, end: 20 }, 4);
      expect(store.get('a', { start: 0, end: 20 })).toBe(2);
      expect(store.get('a', { start: 1, end: 20 })).toBeUndefined();
      expect(store.findSessions('a', 0, 100)).toMatchObject([
        { key: 'a', window: { start: 0, end: 20 }, value: 2 },
        { key: 'a', window: { start: 10, end: 20 }, value: 3 },
        { key: 'a', window: { start: 30, end: 50 }, value: 1 },
      ]);
      expect(store.findSessions('a', 20, 5).map(({ value }) => value)).toEqual([2]);
      expect(store.findSessions('a', 21, 100).map(({ value }) => value)).toEqual([1]);
      expect(store.findSessionsEnding(20, 49).map(({ value }) => value)).toEqual([2, 3, 4]);
      store.remove('a', { start: 0, end: 20 });
      store = await backend.settle(store);
      expect(store.findSessions('a', 0, 100).map(({ value }) => value)).toEqual([3, 1]);
    });

    it('expire by their end, and leave the changelog', async () => {
      let store = backend.open<SessionStore<string, number>>(sessions);
      store.put('a', { start: 0, end: 10 }, 1);
      store.put('b', { start: 0, end: 11 }, 2);
      drain(store);
      store = await backend.settle(store);
      store.put('c', { start: 110, end: 110 }, 3);
      store.put('late', { start: 0, end: 10 }, 4);
      expect(store.findSessionsEnding(0, 1_000).map(({ value }) => value)).toEqual([2, 3]);
      expect(store.get('a', { start: 0, end: 10 })).toBeUndefined();
      expect(valuesOf(drain(store))).toEqual([
        ['3', 110],
        [null, 10],
      ]);
    });

    it('are restored from their changelog', async () => {
      const store = backend.open<SessionStore<string, number>>(sessions);
      store.put('a', { start: 0, end: 10 }, 1);
      store.put('a', { start: 20, end: 30 }, 2);
      store.remove('a', { start: 20, end: 30 });
      store.setMetadata('stream-time', 30);
      const other = open();
      let restored = other.open<SessionStore<string, number>>(sessions);
      for (const { key, value, timestamp } of drain(store)) restored.restore(key, value, timestamp);
      restored = await other.settle(restored);
      expect(restored.findSessions('a', 0, 100)).toMatchObject([{ window: { start: 0, end: 10 }, value: 1 }]);
      expect(restored.metadata('stream-time')).toBe(30);
      await other.close();
    });
  });
});
