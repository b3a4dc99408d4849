import { type Serde, serdes } from '../serde.js';
import { InMemoryKeyValueStore } from './in-memory-key-value-store.js';
import { InMemorySessionStore } from './in-memory-session-store.js';
import { InMemoryWindowStore } from './in-memory-window-store.js';
import { OuterJoinStore } from './outer-join-store.js';
import type { StateStore } from './state-store.js';
import { SuppressBuffer } from './suppress-buffer.js';

/** Opens the stores that are kept on disk; what is in memory needs none. */
export interface DiskStores {
  keyValueStore(definition: KeyValueStoreDefinition, logging: boolean): StateStore;
  windowStore(definition: WindowStoreDefinition, logging: boolean): StateStore;
  sessionStore(definition: SessionStoreDefinition, logging: boolean): StateStore;
}

interface Definition {
  readonly name: string;
  /** Whether changes go to a changelog topic, which the store is restored from. */
  readonly logging: boolean;
  /** Kept on disk where the application has a folder for it (`stateDir`), so that a restart restores only what is missing. */
  readonly persistent: boolean;
  readonly key: Serde<NonNullable<unknown>>;
}

interface WithValue extends Definition {
  readonly value: Serde<NonNullable<unknown>>;
}

export interface KeyValueStoreDefinition extends WithValue {
  readonly kind: 'key-value';
}

export interface WindowStoreDefinition extends WithValue {
  readonly kind: 'window';
  readonly windowSizeMs: number;
  readonly retentionMs: number;
  readonly retainDuplicates: boolean;
}

export interface SessionStoreDefinition extends WithValue {
  readonly kind: 'session';
  readonly retentionMs: number;
}

interface OuterJoinStoreDefinition extends Definition {
  readonly kind: 'outer-join';
  readonly left: Serde<unknown>;
  readonly right: Serde<unknown>;
}

interface SuppressBufferDefinition extends WithValue {
  readonly kind: 'suppress';
  readonly measuresBytes: boolean;
}

/** A store as the topology declares it; each task opens one of its own. */
export type StoreDefinition =
  | KeyValueStoreDefinition
  | WindowStoreDefinition
  | SessionStoreDefinition
  | OuterJoinStoreDefinition
  | SuppressBufferDefinition;

/** Opens a store, on disk where it is to be persistent and there are disk stores, in memory otherwise. */
export function openStore(
  definition: StoreDefinition,
  options: { logging: boolean; disk?: DiskStores | undefined },
): StateStore {
  const { name } = definition;
  const logging = options.logging && definition.logging;
  const disk = definition.persistent ? options.disk : undefined;
  switch (definition.kind) {
    case 'key-value':
      return disk?.keyValueStore(definition, logging) ?? new InMemoryKeyValueStore(name, definition, { logging });
    case 'window':
      return (
        disk?.windowStore(definition, logging) ?? new InMemoryWindowStore(name, definition, { ...definition, logging })
      );
    case 'session':
      return (
        disk?.sessionStore(definition, logging) ??
        new InMemorySessionStore(name, definition, { ...definition, logging })
      );
    case 'outer-join':
      return new OuterJoinStore(name, definition, { logging });
    case 'suppress':
      return new SuppressBuffer(name, definition, { ...definition, logging });
  }
}

/** The serde of text keys, which is what keys are where nothing else is said. */
export const defaultKeySerde: Serde<NonNullable<unknown>> = serdes.string as unknown as Serde<NonNullable<unknown>>;

/** The serde of values where nothing else is said. */
export const defaultValueSerde: Serde<NonNullable<unknown>> = serdes.json<NonNullable<unknown>>();
