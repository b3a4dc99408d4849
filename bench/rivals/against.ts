import type { EarlierReport, FigureReport } from '../harness/report.js';
import { median } from '../harness/statistics.js';

/** What ours is to be in proportion to a rival: at least so much of what is better the more it is, at most of the rest. */
interface Aim {
  readonly case: string;
  readonly ours: string;
  readonly rival: string;
  readonly figure: string;
  readonly wished: number;
}

const throughput = (ours: string, rival: string, wished: number): Aim[] =>
  ['events', 'events per CPU second'].map((figure) => ({ case: 'end-to-end', ours, rival, figure, wished }));

const aims: readonly Aim[] = [
  ...throughput('streams-at-least-once', 'java-at-least-once', 2),
  ...throughput('streams-exactly-once', 'java-exactly-once', 1.5),
  ...throughput('streams-at-least-once', 'kafkajs-each', 30),
  ...throughput('streams-at-least-once', 'quix-at-least-once', 10),
  ...['at-least-once', 'exactly-once'].flatMap((guarantee) => [
    {
      case: 'start-up',
      ours: `streams-${guarantee}`,
      rival: `java-${guarantee}`,
      figure: 'start to first output',
      wished: 0.4,
    },
    { case: 'end-to-end', ours: `streams-${guarantee}`, rival: `java-${guarantee}`, figure: 'memory', wished: 0.9 },
  ]),
  ...['p50', 'p99'].flatMap((figure) => [
    { case: 'latency', ours: 'streams-at-least-once', rival: 'java-at-least-once-linger-0', figure, wished: 1 },
    { case: 'latency', ours: 'streams-exactly-once', rival: 'java-exactly-once-linger-0-commit-10', figure, wished: 1 },
  ]),
];

/** Ours in proportion to a rival, over the rounds in which both were measured. */
export interface Proportion extends Aim {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Of rates the ratio is to be at least what is wished, of all else at most. */
  readonly isRate: boolean;
  readonly isReached: boolean;
}

/** Ours in proportion to the rivals that were measured. */
export function proportions(report: EarlierReport): Proportion[] {
  return aims.flatMap((aim) => {
    const [ours, rival] = [figureOf(report, aim, aim.ours), figureOf(report, aim, aim.rival)];
    if (ours === undefined || rival === undefined) return [];
    const ratios = ours.values.map((value, round) => (value ?? Number.NaN) / (rival.values[round] ?? Number.NaN));
    if (ratios.some(Number.isNaN)) return [];
    const isRate = ours.kind === 'rate' || ours.kind === 'cpu-rate';
    const middle = median(ratios);
    const isReached = isRate ? middle >= aim.wished : middle <= aim.wished;
    return [{ ...aim, median: middle, least: Math.min(...ratios), most: Math.max(...ratios), isRate, isReached }];
  });
}

/** The same, a line each; none where none was measured. */
export const against = (report: EarlierReport): string[] =>
  proportions(report).map(
    ({ figure, ours, rival, median: middle, least, most, isRate, isReached, wished }) =>
      `  ${`${figure}, ${ours} ÷ ${rival}`.padEnd(92)} ${text(middle)} (${text(least)} – ${text(most)})   ` +
      `wished: ${isRate ? '≥' : '≤'} ${wished}${isReached ? '' : '  NOT REACHED'}`,
  );

const text = (ratio: number): string => ratio.toPrecision(3);

function figureOf({ cases }: EarlierReport, aim: Aim, contender: string): FigureReport | undefined {
  return cases
    .find(({ name }) => name === aim.case)
    ?.contenders.find(({ name, failed }) => name === contender && failed === undefined)
    ?.figures.find(({ name }) => name === aim.figure);
}
