import { type Materialized, serdes } from '#shared/streams';
import { caseSerdes } from './built-nodes.js';
import type { CaseKey, RowValue } from './values.js';

/** Longer than any case: no result depends on what a store has forgotten. */
const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000;

/** How a table's store is made, under the node's name for it if it has one. */
export function materialized<V extends RowValue = RowValue>({
  store,
}: {
  readonly store?: string | undefined;
}): Materialized<CaseKey, V> {
  return { key: caseSerdes.key, value: serdes.json<V>(), ...(store !== undefined && { store }) };
}

/** The same for a windowed aggregate: it keeps its windows for the whole case, unless the node wants Kafka's own retention. */
export function windowMaterialized<V extends RowValue = RowValue>(node: {
  readonly store?: string | undefined;
  readonly retention?: 'default' | undefined;
}): Materialized<CaseKey, V> {
  return { ...materialized<V>(node), ...(node.retention === undefined && { retentionMs: TEN_YEARS_MS }) };
}

/** The same for a table made of other tables: where it is not named it has no store, and its keys are written as theirs. */
export function derived(node: { readonly store?: string | undefined }): Materialized<CaseKey, RowValue> {
  return node.store === undefined ? {} : materialized(node);
}
