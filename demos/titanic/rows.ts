import { csvRows, type Row } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import type { Outcome, Passenger } from './topics.js';
import { boardingTime, outcomeTime } from './voyage.js';

export const rows = (): Generator<Row> => csvRows(projectFile('datasets/titanic/passengers.csv'));

/** `place` is when their turn is, from 0: the list does not say. */
export function toPassenger(row: Row, place: number, lap: number): Passenger {
  return {
    id: idOf(row, lap),
    boardedAt: boardingTime(place, lap),
    name: row('name'),
    sex: row('sex'),
    age: row('age') === '' ? null : Number(row('age')),
    passengerClass: row('passengerClass'),
    siblingsSpouses: Number(row('siblingsSpouses')),
    parentsChildren: Number(row('parentsChildren')),
  };
}

export function toOutcome(row: Row, place: number, lap: number): Outcome {
  const knownAt = outcomeTime(place, lap);
  return { id: idOf(row, lap), knownAt, survived: row('survived') === '1', heldOut: row('heldOut') === '1' };
}

// A second lap is other passengers, a week later: the topics never see an id twice.
function idOf(row: Row, lap: number): string {
  return lap === 1 ? row('id') : `${row('id')}-lap${lap}`;
}
