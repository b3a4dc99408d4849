import { cellText, eventTimeText } from './cell-text.js';
import type { DashboardDefinition, PredictionFields } from './definition.js';
import type { Awaited } from './outcome-join.js';
import type { Row } from './page/snapshot.js';

/** Formats the rows of the predictions' tables, each once until its outcome arrives. */
export class RowFormat<P extends PredictionFields, O> {
  readonly #definition: DashboardDefinition<P, O>;
  readonly #time: (eventTime: number) => string;
  readonly #made = new WeakMap<P, { row: Row; outcome: O | undefined }>();

  constructor(definition: DashboardDefinition<P, O>) {
    this.#definition = definition;
    this.#time = eventTimeText(definition.eventTimeZone);
  }

  row(prediction: P, awaited: Awaited<P, O>): Row {
    const made = this.#made.get(prediction);
    if (made !== undefined && made.outcome === awaited.outcome) return made.row;
    const row = this.#format(prediction, awaited);
    this.#made.set(prediction, { row, outcome: awaited.outcome });
    return row;
  }

  #format(prediction: P, { outcome, positive }: Awaited<P, O>): Row {
    const { columns, outcome: outcomes } = this.#definition;
    return {
      id: cellText(() => prediction.id),
      time: this.#time(prediction.eventTime),
      cells: columns.map((column) => cellText(() => column.cell(prediction))),
      score: Math.round(prediction.score * 10_000) / 10_000,
      decision: prediction.decision,
      positive,
      outcome: outcome === undefined ? null : cellText(() => outcomes.text(outcome)),
      right: outcome === undefined || positive === null ? null : outcomes.positive(outcome) === positive,
    };
  }
}
