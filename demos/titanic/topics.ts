import type { ScoredUnit } from '#shared/monitoring';
import { projectFile } from '#shared/project-file';
import { defineTopic } from '#shared/schema';
import type { Reason } from '#shared/streams';

const schema = (name: string): URL => projectFile(`demos/titanic/schemas/${name}.avsc`);

// Event time is 2012: by Kafka's default of seven days everything would be deleted at once. Size bounds the log instead.
const bounded = { 'retention.ms': '-1', 'retention.bytes': '16777216', 'segment.bytes': '4194304' };

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

export const passengers = defineTopic<Passenger>({
  name: 'titanic.passengers',
  partitions: 4,
  config: bounded,
  schema: schema('passengers'),
});

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

export const predictions = defineTopic<Prediction>({
  name: 'titanic.predictions',
  partitions: 4,
  config: bounded,
  schema: schema('predictions'),
});

/** A passenger of whom the two decide differently. Key: id. */
export interface Disagreement extends Omit<Passenger, 'boardedAt'> {
  eventTime: number;
  title: string;
  champion: Verdict;
  challenger: Verdict;
}

export const disagreements = defineTopic<Disagreement>({
  name: 'titanic.disagreements',
  partitions: 4,
  config: bounded,
  schema: schema('disagreements'),
});

/** What became of a passenger. Key: id. */
export interface Outcome {
  id: string;
  knownAt: number;
  survived: boolean;
  /** Whether no model was trained on this passenger. */
  heldOut: boolean;
}

export const outcomes = defineTopic<Outcome>({
  name: 'titanic.outcomes',
  partitions: 4,
  config: bounded,
  schema: schema('outcomes'),
});

/** What happens to the ship. Key: id. */
export interface LogEntry {
  id: string;
  at: number;
  stage: Stage;
  text: string;
}

export type Stage = 'boarding' | 'sailing' | 'struck' | 'boats' | 'lost' | 'rescue';

export const logEntries = defineTopic<LogEntry>({
  name: 'titanic.log-entries',
  partitions: 1,
  config: bounded,
  schema: schema('log-entries'),
});

/** Every passenger is a unit, and each must be scored. */
export const scoredUnit: ScoredUnit<Passenger> = {
  name: 'passenger',
  unitIds: (inputs) => inputs.map(({ id }) => id),
  expectedIds: (inputs) => inputs.map(({ id }) => id),
};
