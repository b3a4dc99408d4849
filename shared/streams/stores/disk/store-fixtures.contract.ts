import { serdes } from '../../serde.js';
import type { StateStore } from '../state-store.js';
import type { StoreDefinition } from '../store-definition.js';

export const common = { name: 'store', logging: true, persistent: false, value: serdes.json<NonNullable<unknown>>() };
const textKeys = { ...common, key: serdes.string as unknown as typeof common.value };
const jsonKeys = { ...common, key: serdes.json<NonNullable<unknown>>() };

export const table = { kind: 'key-value', ...textKeys } satisfies StoreDefinition;
export const tableByPosition = { kind: 'key-value', ...jsonKeys } satisfies StoreDefinition;
export const windows = {
  kind: 'window',
  windowSizeMs: 10,
  retentionMs: 100,
  retainDuplicates: false,
  ...textKeys,
} satisfies StoreDefinition;
export const duplicates = { ...windows, retainDuplicates: true } satisfies StoreDefinition;
export const sessions = { kind: 'session', retentionMs: 100, ...textKeys } satisfies StoreDefinition;

export interface Logged {
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly timestamp: number;
}

export function drain(store: StateStore): Logged[] {
  const logged: Logged[] = [];
  store.drainChanges((key, value, timestamp) => logged.push({ key, value, timestamp }));
  return logged;
}

export function valuesOf(logged: readonly Logged[]): [string | null, number][] {
  return logged.map(({ value, timestamp }) => [value?.toString() ?? null, timestamp]);
}
