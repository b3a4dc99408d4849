import { demoTopics } from '#shared/commands';
import type { ScoredUnit } from '#shared/monitoring';
import type { Reason } from '#shared/streams';

const topic = demoTopics('titanic');

/** Somebody who comes aboard, as the list of passengers has it. Key: id. */
export interface Passenger {
  id: string;
  boardedAt: number;
  /** `Surname, Title. Given names` */
  name: string;
  sex: string;
  /** Years; null where nobody wrote it down. */
  age: number | null;
  passengerClass: string;
  siblingsSpouses: number;
  parentsChildren: number;
}

export const passengers = topic<Passenger>('passengers');

/** What a model says of a passenger. */
export interface Verdict {
  /** Probability of being saved. */
  score: number;
  decision: string | null;
  modelName: string;
  modelVersion: string;
  /** What moved the score most, the strongest first; contributions to the log-odds. Empty where the model cannot say. */
  reasons: readonly Reason[];
}

/** What the champion says, and the challenger; null where that one could not. Key: id. */
export interface Prediction extends Omit<Passenger, 'boardedAt'>, Verdict {
  eventTime: number;
  scoredAt: number;
  title: string;
  challenger: Verdict | null;
}

export const predictions = topic<Prediction>('predictions');

/** A passenger of whom the two decide differently. Key: id. */
export interface Disagreement extends Omit<Passenger, 'boardedAt'> {
  eventTime: number;
  title: string;
  champion: Verdict;
  challenger: Verdict;
}

export const disagreements = topic<Disagreement>('disagreements');

/** What became of a passenger. Key: id. */
export interface Outcome {
  id: string;
  knownAt: number;
  survived: boolean;
  /** Whether no model was trained on this passenger. */
  heldOut: boolean;
}

export const outcomes = topic<Outcome>('outcomes');

/** What happens to the ship. Key: id. */
export interface LogEntry {
  id: string;
  at: number;
  stage: Stage;
  text: string;
}

export type Stage = 'boarding' | 'sailing' | 'struck' | 'boats' | 'lost' | 'rescue';

export const logEntries = topic<LogEntry>('log-entries', { partitions: 1 });

/** Every passenger is a unit, and each must be scored. */
export const scoredUnit: ScoredUnit<Passenger> = {
  name: 'passenger',
  unitIds: (inputs) => inputs.map(({ id }) => id),
  expectedIds: (inputs) => inputs.map(({ id }) => id),
};
