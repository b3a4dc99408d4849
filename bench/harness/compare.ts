import type { EarlierReport, FigureReport } from './report.js';
import { median } from './statistics.js';

/** Slower than before by more than this share is told. */
const TOLERANCE = 0.15;

/** A figure that two reports have. */
export interface Change {
  readonly what: string;
  /** Now ÷ before of what is better the more it is, in proportion to the yardstick: 0.8 is a fifth slower. */
  readonly factor: number;
  readonly isSlower: boolean;
  /** Some round of this run was as fast as some round of the earlier one: more rounds tell more. */
  readonly isWithinSpread: boolean;
}

/** How this run's figures are to an earlier run's, by their ratios to the yardstick loop of their own rounds. */
export function changesSince(before: EarlierReport, now: EarlierReport): Change[] {
  const known = new Map(ratiosOf(before));
  return ratiosOf(now).flatMap(([what, ratios]) => {
    const earlier = known.get(what);
    if (earlier === undefined) return [];
    const factor = median(ratios) / median(earlier);
    const isWithinSpread = Math.max(...ratios) >= Math.min(...earlier);
    return [{ what, factor, isSlower: !(factor >= 1 - TOLERANCE), isWithinSpread }];
  });
}

/** What the earlier report has and this one lacks, of the cases that this one has. */
export function missingSince(before: EarlierReport, now: EarlierReport): string[] {
  const cases = new Set(now.cases.map(({ name }) => name));
  const present = new Set(ratiosOf(now).map(([what]) => what));
  return ratiosOf({ ...before, cases: before.cases.filter(({ name }) => cases.has(name)) }).flatMap(([what]) =>
    present.has(what) ? [] : [what],
  );
}

function ratiosOf({ cases }: EarlierReport): [what: string, ratios: readonly number[]][] {
  return cases.flatMap((one) =>
    one.contenders.flatMap((contender) =>
      contender.figures.flatMap((figure: FigureReport): [string, readonly number[]][] =>
        figure.ratios === undefined ? [] : [[`${one.name}, ${contender.name}: ${figure.name}`, figure.ratios]],
      ),
    ),
  );
}
