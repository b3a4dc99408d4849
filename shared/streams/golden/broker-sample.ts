import type { ProcessingGuarantee } from '#shared/streams';
import { type GoldenCase, parseCase } from './case.js';
import type { CaseLine } from './read-case-lines.js';

/** How a case runs on a cluster; nothing of it may show in its result. */
export interface ClusterWay {
  readonly processingGuarantee: ProcessingGuarantee;
  /** Whether the application ends and begins again in the middle, with all that it knows read from its changelogs. */
  readonly restarts: boolean;
  /** Whether asynchronous operators stand in for synchronous ones. */
  readonly batched: boolean;
}

/** A case of the sample, and the way it is to run. */
export interface SampledCase {
  readonly name: string;
  readonly golden: GoldenCase;
  readonly way: ClusterWay;
}

// By turns: each guarantee with and without a restart.
const ways: readonly [ClusterWay, ...ClusterWay[]] = [
  { processingGuarantee: 'exactly_once', restarts: true, batched: false },
  { processingGuarantee: 'at_least_once', restarts: true, batched: true },
  { processingGuarantee: 'exactly_once', restarts: false, batched: true },
  { processingGuarantee: 'at_least_once', restarts: false, batched: false },
];

const EACH_BY_HAND = 4;

/** The first cases of each category that are suitable for a cluster, so many at most; of those written by hand every fourth. */
export function brokerSample(
  lines: readonly CaseLine[],
  perCategory: number,
): { readonly category: string; readonly cases: readonly SampledCase[] }[] {
  const suitable = lines.map(({ json }) => parseCase(json)).filter(isSuitable);
  return [...new Set(suitable.map(({ category }) => category))].map((category) => {
    const cases = suitable.filter((golden) => golden.category === category);
    const byHand = cases.filter((_, index) => index % EACH_BY_HAND === 0);
    return { category, cases: (category === 'semantics' ? byHand : cases.slice(0, perCategory)).map(sampled) };
  });
}

function sampled(golden: GoldenCase, index: number): SampledCase {
  const [first] = ways;
  const way = ways[index % ways.length] ?? first;
  // What a processor has scheduled begins anew with it, as in Kafka Streams: there a restart does show.
  const restarts = way.restarts && !golden.topology.some(({ op }) => op === 'processorCountPunctuate');
  const { name } = golden;
  return { name: named(name, { ...way, restarts }), golden, way: { ...way, restarts } };
}

function named(name: string, { processingGuarantee, restarts, batched }: ClusterWay): string {
  return [name, processingGuarantee, ...(restarts ? ['restarted'] : []), ...(batched ? ['batched'] : [])].join(', ');
}

/** A cluster's clock is the wall's, so that no step may move it; and where Kafka's own order is open there is nothing to hold. */
function isSuitable({ topology, input, features, config }: GoldenCase): boolean {
  return (
    config === undefined &&
    input.every((step) => 'topic' in step) &&
    !topology.some((node) => node.op === 'processorCountPunctuate' && node.type === 'wallClock') &&
    !features.includes('multiRepartition')
  );
}
