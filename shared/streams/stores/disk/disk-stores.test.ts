import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serdes } from '../../serde.js';
import type { TimestampedKeyValueStore, TimestampedWindowStore } from '../state-store.js';
import type { KeyValueStoreDefinition } from '../store-definition.js';
import { DATABASE_FILE } from './database-file.js';
import { type OpenDiskStores, openDiskStores } from './disk-stores.js';
import { describeProcess, LOCK_FILE } from './folder-lock.js';

const json = serdes.json<NonNullable<unknown>>();
const counts: KeyValueStoreDefinition = {
  kind: 'key-value',
  name: 'counts',
  logging: true,
  persistent: true,
  key: json,
  value: json,
};

type Counts = TimestampedKeyValueStore<string, number>;

describe('the stores of a task', () => {
  let parent: string;
  let folder: string;
  const opened: OpenDiskStores[] = [];

  function open(at = folder): OpenDiskStores {
    const disk = openDiskStores(at);
    opened.push(disk);
    return disk;
  }

  const countsOf = (disk: OpenDiskStores): Counts => disk.keyValueStore(counts, true) as Counts;

  /** The folder as a process would leave it that ends at this moment. */
  function asIfKilled(): string {
    const copy = mkdtempSync(join(parent, 'killed-'));
    cpSync(join(folder, DATABASE_FILE), join(copy, DATABASE_FILE));
    return copy;
  }

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'disk-stores-'));
    folder = join(parent, '0_1');
  });

  afterEach(async () => {
    for (const disk of opened.splice(0)) await disk.close();
    rmSync(parent, { recursive: true });
  });

  it('keep what was flushed, with the checkpoint of that moment, and nothing that came later', () => {
    const disk = open();
    const store = countsOf(disk);
    expect(disk.checkpoint('counts')).toBeUndefined();
    store.put('a', 1, 10);
    store.setMetadata('stream-time', 10);
    expect(disk.pendingWrites).toBe(1);
    disk.flush(
      new Map([
        ['counts', 5],
        ['in memory', 7],
      ]),
    );
    expect(disk.pendingWrites).toBe(0);
    store.put('a', 2, 20);
    store.setMetadata('stream-time', 20);

    const next = open(asIfKilled());
    const found = countsOf(next);
    expect(found.get('a')).toEqual({ value: 1, timestamp: 10 });
    expect(found.metadata('stream-time')).toBe(10);
    expect(next.checkpoint('counts')).toBe(5);
    expect(next.checkpoint('in memory')).toBeUndefined();
  });

  it('tell an unclean end from a clean one', async () => {
    const first = open();
    expect(first.endedUncleanly).toBe(false);
    const store = countsOf(first);
    store.put('a', 1, 10);
    expect(open(asIfKilled()).endedUncleanly).toBe(false);
    first.flush(new Map());
    expect(open(asIfKilled()).endedUncleanly).toBe(true);
    store.put('b', 2, 10);
    await first.closeClean(new Map([['counts', 9]]));

    const second = open();
    expect(second.endedUncleanly).toBe(false);
    expect([...countsOf(second).entries()].map(([key]) => key)).toEqual(['a', 'b']);
    expect(second.checkpoint('counts')).toBe(9);
    second.markInUse();
    await second.close();
    expect(open().endedUncleanly).toBe(true);
  });

  it('are emptied, all or one, open or not', async () => {
    const disk = open();
    const store = countsOf(disk);
    const other = disk.keyValueStore({ ...counts, name: 'other' }, true) as Counts;
    for (const each of [store, other]) {
      each.put('a', 1, 10);
      each.setMetadata('stream-time', 10);
    }
    disk.flush(
      new Map([
        ['counts', 5],
        ['other', 6],
      ]),
    );
    store.put('b', 1, 10);
    disk.wipe('counts');
    expect([...store.entries()]).toEqual([]);
    expect(store.metadata('stream-time')).toBeUndefined();
    expect(disk.checkpoint('counts')).toBeUndefined();
    expect(disk.checkpoint('other')).toBe(6);
    expect(other.get('a')).toEqual({ value: 1, timestamp: 10 });
    const changes: unknown[] = [];
    store.drainChanges((...change) => changes.push(change));
    expect(changes).toEqual([]);
    await disk.close();

    const next = open();
    expect(next.endedUncleanly).toBe(true);
    next.wipe();
    const emptied = next.keyValueStore({ ...counts, name: 'other' }, true) as Counts;
    expect([...emptied.entries()]).toEqual([]);
    expect(next.checkpoint('other')).toBeUndefined();
    await next.close();
    expect(open().endedUncleanly).toBe(false);
  });

  it('begin anew where a store becomes one of another kind, or the file is no database', async () => {
    const disk = open();
    countsOf(disk).put('a', 1, 10);
    await disk.closeClean(new Map([['counts', 5]]));
    const changed = open();
    changed.sessionStore({ ...counts, kind: 'session', retentionMs: 10 }, true);
    expect(changed.checkpoint('counts')).toBeUndefined();
    await changed.close();

    writeFileSync(join(folder, DATABASE_FILE), Buffer.alloc(10_000, 7));
    const repaired = open();
    expect([...countsOf(repaired).entries()]).toEqual([]);
    expect(repaired.endedUncleanly).toBe(false);
  });

  it('can be walked on while they are flushed', () => {
    const disk = open();
    const store = countsOf(disk);
    for (let index = 0; index < 500; index++) store.put(String(1_000 + index), index, 0);
    const seen: number[] = [];
    for (const [, { value }] of store.entries()) {
      seen.push(value);
      if (value === 10) disk.flush(new Map());
      if (value === 200) store.put('1400', null, 0);
      if (value === 210) disk.flush(new Map());
    }
    expect(seen).toEqual(Array.from({ length: 500 }, (_, index) => index).filter((index) => index !== 400));
  });

  it('lose what has expired from sight at once, and from the disk piece by piece', () => {
    const disk = open();
    const definition = {
      ...counts,
      kind: 'window',
      windowSizeMs: 1,
      retentionMs: 20_000,
      retainDuplicates: false,
    } as const;
    const store = disk.windowStore(definition, true) as TimestampedWindowStore<string, number>;
    for (let start = 0; start < 15_000; start++) store.put('a', start, start, start);
    let deleted = 0;
    const drain = (): void =>
      store.drainChanges((_key, value) => {
        if (value === null) deleted += 1;
      });
    drain();
    disk.flush(new Map());
    store.put('a', 1, 100_000, 100_000);
    expect(store.fetchAll(0, 200_000)).toMatchObject([{ start: 100_000 }]);
    expect(disk.pendingWrites).toBeLessThan(2 * 10_000 + 10);
    drain();
    expect(deleted).toBe(10_000);
    expect(store.get('a', 14_999)).toBeUndefined();
    drain();
    expect(deleted).toBe(15_000);
  });

  it('refuse a key that the database has no place for, and never find one', () => {
    const store = countsOf(open());
    const long = 'x'.repeat(2_000);
    expect(() => store.put(long, 1, 0)).toThrowError(
      expect.objectContaining({ code: 'record-unprocessable', message: expect.stringContaining('the store "counts"') }),
    );
    expect(store.get(long)).toBeUndefined();
    store.put(long, null, 0);
    store.put('y', 1, 0);
    expect([...store.entries(long)].map(([key]) => key)).toEqual(['y']);
    expect([...store.entries('a', long)]).toEqual([]);
  });

  it('belong to one process at a time', async () => {
    const disk = open();
    const store = countsOf(disk);
    expect(() => countsOf(open())).toThrowError(/in use by this process/);

    const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'inherit'] });
    await once(other, 'spawn');
    const claim = JSON.stringify(describeProcess(other.pid ?? 0));
    writeFileSync(join(folder, LOCK_FILE), claim);
    expect(() => countsOf(open())).toThrowError(
      expect.objectContaining({
        code: 'state-store',
        message: expect.stringMatching(/in use by the process \d+\..*stateDir/),
      }),
    );
    other.kill();
    await once(other, 'exit');
    const successor = open();
    countsOf(successor).put('a', 1, 0);
    successor.flush(new Map());

    // The one that lost the folder must not write over its successor's stores.
    store.put('a', 2, 0);
    expect(() => disk.flush(new Map())).toThrowError(/Another process has taken the state folder/);
    expect(countsOf(open(asIfKilled())).get('a')).toEqual({ value: 1, timestamp: 0 });
  });

  it('say which folder it was, and what to do, where it cannot be used', async () => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    expect(() => countsOf(open(join(file, '0_1')))).toThrowError(
      expect.objectContaining({
        code: 'state-store',
        message: expect.stringMatching(/"[^"]*file.0_1" failed: .*Set stateDir to a folder/),
      }),
    );
    const disk = open();
    const store = countsOf(disk);
    await disk.close();
    expect(() => store.get('a')).toThrowError(
      expect.objectContaining({ code: 'state-store', message: expect.stringContaining('the store "counts"') }),
    );
    expect(() => disk.markInUse()).toThrowError(/is closed/);
  });
});
