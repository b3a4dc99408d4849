import type { Window } from '../record.js';
import { ChangedKeys, StoreMetadata } from './changes.js';
import type { StoreSerdes } from './in-memory-key-value-store.js';
import { isImmutable, type Kept, KeptValues } from './kept-values.js';
import { compareBytes, type KeyCodec, keyCodec } from './key-codec.js';
import { paddedTime } from './padded-time.js';
import { SortedMap } from './sorted-map.js';
import type { ChangelogWriter, SessionEntry, SessionStore } from './state-store.js';
import { checkWindow, joinSessionKey, splitSessionKey } from './window-key.js';

interface Session<K, V> extends SessionEntry<K, Kept<V>> {
  readonly id: string;
}

/** What the changelog is to be told of a session: null deletes. */
interface SessionChange {
  readonly id: string;
  readonly window: Window;
  readonly bytes: Buffer | null;
}

/** Sessions in memory. What has expired is dropped when the store is next used: sessions that end at or before (newest end) - retention. */
export class InMemorySessionStore<K, V> implements SessionStore<K, V> {
  readonly persistent = false;
  readonly #keys: KeyCodec<K>;
  readonly #values: KeptValues<V>;
  readonly #retentionMs: number;
  /** By end, then start. */
  readonly #byKey = new Map<string, Session<K, V>[]>();
  /** All sessions by end, key and start. */
  readonly #byEnd = new SortedMap<Session<K, V>>();
  readonly #metadata = new StoreMetadata();
  readonly #changed: ChangedKeys<SessionChange>;
  #newestEnd = -1;

  constructor(
    readonly name: string,
    { key, value }: StoreSerdes<K, V>,
    { retentionMs, logging }: { readonly retentionMs: number; readonly logging: boolean },
  ) {
    this.#keys = keyCodec(key);
    this.#values = new KeptValues(value);
    this.#retentionMs = retentionMs;
    this.#changed = new ChangedKeys(logging);
  }

  put(key: K, window: Window, value: V): void {
    if ((value ?? null) === null) {
      this.remove(key, window);
      return;
    }
    checkWindow(this.name, window.start, window.end);
    this.#dropExpired();
    const id = this.#keys.id(key);
    const bytes = this.#values.serialize(value);
    this.#newestEnd = Math.max(this.#newestEnd, window.end);
    if (window.end < this.#firstLiveEnd()) return;
    this.#set({ id, key, window, value: this.#values.keep(value, bytes) });
    this.#changed.add(orderOf(id, window), { id, window, bytes });
  }

  remove(key: K, window: Window): void {
    checkWindow(this.name, window.start, window.end);
    this.#newestEnd = Math.max(this.#newestEnd, window.end);
    const id = this.#keys.id(key);
    this.#delete(id, window);
    this.#changed.add(orderOf(id, window), { id, window, bytes: null });
  }

  get(key: K, window: Window): V | undefined {
    this.#dropExpired();
    const session = this.#byEnd.get(orderOf(this.#keys.id(key), window));
    return session === undefined ? undefined : this.#values.read(session.value);
  }

  findSessions(key: K, earliestEnd: number, latestStart: number): readonly SessionEntry<K, V>[] {
    this.#dropExpired();
    const sessions = this.#byKey.get(this.#keys.id(key)) ?? [];
    return sessions
      .filter(({ window }) => window.end >= earliestEnd && window.start <= latestStart)
      .map((session) => this.#read(session));
  }

  findSessionsEnding(earliestEnd: number, latestEnd: number): readonly SessionEntry<K, V>[] {
    this.#dropExpired();
    return Array.from(this.#byEnd.entries(paddedTime(earliestEnd), paddedTime(latestEnd + 1)), ([, session]) =>
      this.#read(session),
    );
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [, { id, window, bytes }] of this.#changed.drain()) {
      write(joinSessionKey(this.#keys.bytes(id), window.start, window.end), bytes, window.end);
    }
    this.#metadata.drain(write);
  }

  restore(bytes: Buffer, value: Buffer | null): void {
    if (this.#metadata.restore(bytes, value)) return;
    const { key, start, end } = splitSessionKey(bytes);
    const id = this.#keys.idOfBytes(key);
    this.#newestEnd = Math.max(this.#newestEnd, end);
    if (value === null) this.#delete(id, { start, end });
    else this.#set({ id, key: this.#keys.key(id), window: { start, end }, value: this.#values.restore(value) });
    this.#dropExpired();
  }

  metadata(name: string): number | undefined {
    return this.#metadata.get(name);
  }

  setMetadata(name: string, value: number): void {
    this.#metadata.set(name, value);
  }

  get size(): number {
    return this.#byEnd.size;
  }

  close(): void {
    this.#byKey.clear();
    this.#byEnd.clear();
  }

  #firstLiveEnd(): number {
    return Math.max(0, this.#newestEnd - this.#retentionMs + 1);
  }

  #read(session: Session<K, V>): SessionEntry<K, V> {
    const { key, window, value } = session;
    // What is no object is kept as it is.
    return isImmutable(value) ? (session as SessionEntry<K, V>) : { key, window, value: this.#values.read(value) };
  }

  #set(session: Session<K, V>): void {
    const order = orderOf(session.id, session.window);
    const sessions = this.#byKey.get(session.id) ?? [];
    if (this.#byEnd.has(order)) sessions[sessions.findIndex((other) => isSame(other.window, session.window))] = session;
    else {
      sessions.push(session);
      sessions.sort((a, b) => a.window.end - b.window.end || a.window.start - b.window.start);
    }
    this.#byEnd.set(order, session);
    this.#byKey.set(session.id, sessions);
  }

  #delete(id: string, window: Window): void {
    if (!this.#byEnd.delete(orderOf(id, window))) return;
    const sessions = (this.#byKey.get(id) ?? []).filter((session) => !isSame(session.window, window));
    if (sessions.length === 0) this.#byKey.delete(id);
    else this.#byKey.set(id, sessions);
  }

  #dropExpired(): void {
    const live = paddedTime(this.#firstLiveEnd());
    for (
      let first = this.#byEnd.firstKey();
      first !== undefined && compareBytes(first, live) < 0;
      first = this.#byEnd.firstKey()
    ) {
      const session = this.#byEnd.get(first);
      if (session === undefined) continue;
      // The changelog is compacted, not deleted by the clock: event time may be long ago.
      this.#changed.add(first, { id: session.id, window: session.window, bytes: null });
      this.#delete(session.id, session.window);
    }
  }
}

function isSame(a: Window, b: Window): boolean {
  return a.start === b.start && a.end === b.end;
}

/** Sorts by end, then key, then start. */
function orderOf(id: string, { start, end }: Window): string {
  return `${paddedTime(end)}${id}\u0000${paddedTime(start)}`;
}
