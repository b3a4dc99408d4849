import { KitError } from '#shared/errors';
import { passThrough } from '../operators/pass-through.js';
import { joinWindow, type StreamJoinSide, streamStreamJoin } from '../operators/stream-stream-join.js';
import type { AnyJoiner, JoinType } from '../operators/table-table-join.js';
import { defaultValueSerde } from '../stores/store-definition.js';
import { JoinWindows } from '../windows.js';
import type { StreamJoined } from './options.js';
import { erased, type StreamParts } from './stream-parts.js';

/** Adds a join of two streams to the topology: each side keeps its records for the other to meet. */
export function joinStreams(
  type: JoinType,
  [left, right]: readonly [StreamParts, StreamParts],
  joiner: AnyJoiner<unknown, unknown>,
  windows: JoinWindows,
  options: StreamJoined<unknown, unknown, unknown>,
): StreamParts {
  const { graph } = left;
  if (!(windows instanceof JoinWindows)) {
    throw new KitError(
      'topology',
      'A join of two streams needs to know how far apart records may lie: give it JoinWindows.',
    );
  }
  const { named, store, logging = true, persistent = false } = options;
  const serdes = erased(options);
  const key = serdes.key ?? left.key;
  const [thisSuffix, otherSuffix] = [
    type === 'outer' ? 'outer-this-join' : 'this-join',
    type === 'inner' ? 'other-join' : 'outer-other-join',
  ];
  const suffixed = (prefix: string, suffix: string): string => graph.name(prefix, named && `${named}-${suffix}`);
  const windowNames = [suffixed('KSTREAM-WINDOWED-', 'this-windowed'), suffixed('KSTREAM-WINDOWED-', 'other-windowed')];
  const thisGenerated = graph.name(type === 'outer' ? 'KSTREAM-OUTERTHIS-' : 'KSTREAM-JOINTHIS-');
  const otherGenerated = graph.name(type === 'inner' ? 'KSTREAM-JOINOTHER-' : 'KSTREAM-OUTEROTHER-');
  const mergeName = suffixed('KSTREAM-MERGE-', 'merge');

  const windowStore = (name: string, value: typeof serdes.value): string =>
    graph.store({
      kind: 'window',
      name: `${name}-store`,
      key,
      value: value ?? defaultValueSerde,
      windowSizeMs: windows.sizeMs,
      retentionMs: windows.retentionMs,
      retainDuplicates: true,
      logging,
      persistent,
    });
  const leftValue = serdes.value ?? left.value ?? defaultValueSerde;
  const rightValue = serdes.otherValue ?? right.value ?? defaultValueSerde;
  const leftStore = windowStore(store === undefined ? thisGenerated : `${store}-${thisSuffix}`, leftValue);
  const rightStore = windowStore(store === undefined ? otherGenerated : `${store}-${otherSuffix}`, rightValue);
  const waitingStore =
    type === 'inner'
      ? undefined
      : graph.store({
          kind: 'outer-join',
          name: `${store === undefined ? thisGenerated : store}-${type}-shared-join-store`,
          key,
          left: leftValue,
          right: rightValue,
          logging,
          persistent: false,
        });

  const window = (parts: StreamParts, name: string | undefined, keptIn: string) =>
    graph.processor(joinWindow(keptIn), { name: name ?? keptIn, parents: [parts.node], stores: () => [keptIn] });
  const leftWindow = window(left, windowNames[0], leftStore);
  const rightWindow = window(right, windowNames[1], rightStore);
  const side = (parent: typeof leftWindow, name: string, of: Pick<StreamJoinSide, 'side' | 'otherStore' | 'outer'>) =>
    graph.processor(streamStreamJoin(joiner, { ...of, join: mergeName, windows, waitingStore }), {
      name,
      parents: [parent],
      stores: () => [of.otherStore, ...(waitingStore === undefined ? [] : [waitingStore])],
    });
  const thisJoin = side(leftWindow, named === undefined ? thisGenerated : `${named}-${thisSuffix}`, {
    side: 'left',
    otherStore: rightStore,
    outer: type !== 'inner',
  });
  const otherJoin = side(rightWindow, named === undefined ? otherGenerated : `${named}-${otherSuffix}`, {
    side: 'right',
    otherStore: leftStore,
    outer: type === 'outer',
  });
  if (type !== 'inner') for (const join of [thisJoin, otherJoin]) graph.relaxesNullKeys(join);
  const merge = graph.processor(passThrough(), { name: mergeName, parents: [thisJoin, otherJoin] });
  const sources = [...new Set([...left.sources, ...right.sources])];
  graph.coPartition(mergeName, sources);
  return { graph, node: merge, key, value: undefined, repartitionRequired: false, sources };
}
