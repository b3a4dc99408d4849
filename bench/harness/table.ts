import type { CaseReport, FigureReport } from './report.js';
import { median } from './statistics.js';

/** A number as a table has it: three digits that count, at least. */
export const short = (value: number): string =>
  Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en-US') : Number(value.toPrecision(3)).toString();

const numbers = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? Number.NaN);

/** A case's figures: median, least and most, and rates in proportion to the yardstick loop's of the same rounds. */
export function* tableOf({ name, skipped, contenders }: CaseReport, about: string): Generator<string> {
  yield `${name}: ${about}`;
  if (skipped !== undefined) yield `  skipped, because ${skipped}`;
  for (const contender of contenders) {
    yield `  ${contender.name}`;
    if (contender.skipped !== undefined) yield `    skipped, because ${contender.skipped}`;
    if (contender.failed !== undefined) yield `    FAILED: ${contender.failed}`;
    for (const figure of contender.figures) yield `    ${figureLine(figure)}`;
  }
}

function figureLine({ name, unit, kind, values, ratios, wished }: FigureReport): string {
  const all = numbers(values);
  const spread = all.length > 1 ? `(${short(Math.min(...all))} – ${short(Math.max(...all))})` : '';
  const isRate = kind === 'rate' || kind === 'cpu-rate';
  const ratio = isRate && ratios !== undefined ? `${short(median(ratios))} ×` : '';
  const wish = wished === undefined ? '' : `wished: ${isRate ? '≥' : '≤'} ${short(wished)}`;
  const cells = [
    `${name}, ${unit}`.padEnd(56),
    short(median(all)).padStart(11),
    spread.padEnd(24),
    ratio.padStart(9),
    wish,
  ];
  return cells.join(' ').trimEnd();
}

/** What the short version says: that it came out right, nothing of times. */
export function* checksOf({ name, skipped, contenders }: CaseReport): Generator<string> {
  if (skipped !== undefined) yield `${name}: skipped, because ${skipped}`;
  for (const contender of contenders) {
    const { skipped: notHere, failed } = contender;
    const outcome = failed ? `FAILED: ${failed}` : notHere ? `skipped, because ${notHere}` : 'right';
    yield `${name}, ${contender.name}: ${outcome}`;
  }
}
