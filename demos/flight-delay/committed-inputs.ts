import { readFileSync } from 'node:fs';
import type { Row } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { rows } from './rows.js';

interface Card {
  readonly inputs: readonly { readonly name: string; readonly type: 'string' | 'number' }[];
}

/** A flight of the committed quarter, and what its row says that the model is to be asked. */
export interface CommittedFlight {
  readonly row: Row;
  readonly inputs: Readonly<Record<string, string | number | null>>;
}

/** The flights that left, in event-time order: for tests, which hold the stream and the model against them. */
export function committedFlights(): CommittedFlight[] {
  const file = projectFile('demos/flight-delay/model/model.json');
  const { inputs } = JSON.parse(readFileSync(file, 'utf8')) as Card;
  const fieldOf = (text: string, type: 'string' | 'number') =>
    type === 'string' ? text : text === '' ? null : Number(text);
  return Array.from(rows())
    .filter((row) => row('cancelled') === '0')
    .map((row) => ({
      row,
      inputs: Object.fromEntries(inputs.map(({ name, type }) => [name, fieldOf(row(name), type)])),
    }));
}
