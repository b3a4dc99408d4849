import { KitError } from '#shared/errors';
import type { DashboardDefinition, PredictionFields } from './definition.js';
import type { Awaited } from './outcome-join.js';
import type { Row } from './page/snapshot.js';

/** What stands where a value cannot be shown. */
const UNSHOWABLE = '–';

/** Formats the rows of the predictions' tables, each once until its outcome arrives. */
export class RowFormat<P extends PredictionFields, O> {
  readonly #definition: DashboardDefinition<P, O>;
  readonly #time: Intl.DateTimeFormat;
  readonly #made = new WeakMap<P, { row: Row; outcome: O | undefined }>();

  constructor(definition: DashboardDefinition<P, O>) {
    this.#definition = definition;
    this.#time = eventTimeFormat(definition.eventTimeZone);
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
      time: cellText(() => this.#time.format(prediction.eventTime).replace(',', '')),
      cells: columns.map((column) => cellText(() => column.cell(prediction))),
      score: Math.round(prediction.score * 10_000) / 10_000,
      decision: prediction.decision,
      positive,
      outcome: outcome === undefined ? null : cellText(() => outcomes.text(outcome)),
      right: outcome === undefined || positive === null ? null : outcomes.positive(outcome) === positive,
    };
  }
}

/** A cell's text. One that cannot be formatted, such as a time beyond all dates, must not cost the whole page. */
function cellText(format: () => string): string {
  try {
    return format();
  } catch {
    return UNSHOWABLE;
  }
}

function eventTimeFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch (error) {
    const doing = `reading the dashboard's event time zone: found '${timeZone}', expected an IANA name such as 'America/New_York'`;
    throw new KitError('internal', doing, { cause: error });
  }
}
