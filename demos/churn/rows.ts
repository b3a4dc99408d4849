import { csvRows, type Row } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import type { Usage } from './topics.js';

/** The customers that the model has never seen. */
export function* rows(): Generator<Row> {
  for (const row of csvRows(projectFile('datasets/churn/mlc-churn.csv'))) if (row('split') === 'test') yield row;
}

/** The totals of a customer's period; the calls of each kind among them, of which the model asks for those abroad only. */
export interface Totals extends Usage {
  readonly dayCalls: number;
  readonly eveningCalls: number;
  readonly nightCalls: number;
}

export function totalsOf(row: Row): Totals {
  const count = (column: string): number => Number(row(column));
  // Minutes have one decimal in the data, which is six seconds.
  const seconds = (column: string): number => Math.round(count(column) * 60);
  return {
    daySeconds: seconds('totalDayMinutes'),
    eveningSeconds: seconds('totalEveMinutes'),
    nightSeconds: seconds('totalNightMinutes'),
    abroadSeconds: seconds('totalIntlMinutes'),
    dayCalls: count('totalDayCalls'),
    eveningCalls: count('totalEveCalls'),
    nightCalls: count('totalNightCalls'),
    abroadCalls: count('totalIntlCalls'),
    serviceCalls: count('numberCustomerServiceCalls'),
  };
}

/** A second lap is other customers: the topics never see an id twice. */
export function idOf(row: Row, lap: number): string {
  return lap === 1 ? row('customerId') : `${row('customerId')}-lap${lap}`;
}
