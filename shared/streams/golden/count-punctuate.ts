import type { KeyValueStore, Processor } from '#shared/streams';
import { keyValueStore, serdes } from '#shared/streams';
import type { BuiltNodes } from './built-nodes.js';
import type { NodeOf } from './node-schemas.js';
import { asStr, type CaseKey, type CaseValue } from './values.js';

/** A processor that counts its records by key in a store, and forwards the counts when it is punctuated. */
export function countPunctuate(node: NodeOf<'processorCountPunctuate'>, nodes: BuiltNodes): void {
  const store = `${node.id}-counts`;
  nodes.builder.addStateStore(keyValueStore<string, number>({ name: store, key: serdes.string, value: serdes.number }));
  const counted = nodes.streams.get(node.parents[0]).process(() => counter(node, store), { stores: [store] });
  nodes.streams.set(node.id, counted);
}

function counter(
  { type, intervalMs, reset }: NodeOf<'processorCountPunctuate'>,
  store: string,
): Processor<CaseKey | null, CaseValue, CaseKey | null, CaseValue> {
  let counts: KeyValueStore<string, number>;
  return {
    init(context) {
      counts = context.getStateStore<KeyValueStore<string, number>>(store);
      context.schedule(intervalMs, type === 'stream' ? 'stream-time' : 'wall-clock-time', (timestamp) => {
        const counted = [...counts.all()];
        for (const [key, value] of counted) context.forward({ key, value, timestamp });
        if (reset) for (const [key] of counted) counts.delete(key);
      });
    },
    process({ key }) {
      const counted = asStr(key);
      counts.put(counted, (counts.get(counted) ?? 0) + 1);
    },
  };
}
