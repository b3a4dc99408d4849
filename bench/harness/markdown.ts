import { type Proportion, proportions } from '../rivals/against.js';
import { machineLine } from './machine.js';
import type { CaseReport, ContenderReport, FigureReport, Report } from './report.js';
import { median } from './statistics.js';
import { short } from './table.js';

/** A report's figures as tables that a document can have as they are; `aboutOf` says what a case is. */
export function* markdownOf(report: Report, aboutOf: (name: string) => string): Generator<string> {
  const { machine, runs, records, pinned, kafka, cases } = report;
  yield `${machineLine(machine)}${kafka === undefined ? '' : `; Apache Kafka ${kafka}`}.`;
  yield `Median of ${runs} rounds (least – most), ${records.toLocaleString('en-US')} records${pinned ? ', each on one core' : ''}.`;
  const toRivals = proportions(report);
  if (toRivals.length > 0) yield* proportionTable(toRivals);
  for (const one of cases) yield* caseTable(one, aboutOf(one.name));
}

function* proportionTable(toRivals: readonly Proportion[]): Generator<string> {
  yield '';
  yield '| ours ÷ rival | figure | ratio | wished | |';
  yield '|---|---|---|---|---|';
  for (const { ours, rival, figure, median: middle, least, most, isRate, isReached, wished } of toRivals) {
    const ratio = `**${short(middle)}** (${short(least)} – ${short(most)})`;
    const sign = isRate ? '≥' : '≤';
    yield `| \`${ours}\` ÷ \`${rival}\` | ${figure} | ${ratio} | ${sign} ${wished} | ${isReached ? '' : 'missed'} |`;
  }
}

function* caseTable({ name, skipped, contenders }: CaseReport, about: string): Generator<string> {
  yield '';
  yield `\`${name}\`: ${about}`;
  if (skipped !== undefined) yield `Skipped, because ${skipped}.`;
  const columns = [...new Set(contenders.flatMap(({ figures }) => figures.map(titleOf)))];
  if (columns.length === 0) return;
  yield '';
  yield `| | ${columns.join(' | ')} |`;
  yield `|---|${columns.map(() => '---|').join('')}`;
  for (const contender of contenders) yield row(contender, columns);
}

function row({ name, skipped, failed, figures }: ContenderReport, columns: readonly string[]): string {
  const why = failed === undefined ? skipped && `skipped, because ${skipped}` : `failed: ${failed}`;
  const byTitle = new Map(figures.map((figure) => [titleOf(figure), figure]));
  const cells = columns.map((column, index) => cell(byTitle.get(column)) || (index === 0 && why) || '');
  return `| \`${name}\` | ${cells.join(' | ')} |`;
}

const titleOf = ({ name, unit }: FigureReport): string => `${name}, ${unit}`;

function cell(figure: FigureReport | undefined): string {
  if (figure === undefined) return '';
  const values = figure.values.map((value) => value ?? Number.NaN);
  const spread = values.length > 1 ? ` (${short(Math.min(...values))} – ${short(Math.max(...values))})` : '';
  return `${short(median(values))}${spread}`;
}
