/** The faults that can be switched on in a running demo. */
export const faultNames = [
  'poison-records',
  'late-data',
  'drift',
  'slow-scorer',
  'killed-scorer',
  'bad-model',
  'lost-broker',
] as const;

export type FaultName = (typeof faultNames)[number];

/** What is known of a fault before it is switched on. */
export interface Fault {
  readonly name: FaultName;
  readonly title: string;
  /** What happens while it is on. */
  readonly sentence: string;
  /** Whose doing it is: `models` is whoever publishes, for such a fault is a version on the model topic and no order. */
  readonly obeyedBy: 'producer' | 'scorer' | 'supervisor' | 'models';
  /** The `data-place` of the panel that shows it first. */
  readonly panel: string;
  /** The alert that fires by it, always, but for what `unless` says. */
  readonly alert: string;
  /** Where that alert does not come, and what comes instead. */
  readonly unless?: string;
  /** Alerts that may fire beside it, by how long it lasts and how busy the demo is. */
  readonly also: readonly string[];
  /** What comes right by itself, and what does not. */
  readonly recovers: string;
  /** What of the run's account holds all the same. */
  readonly exactness: string;
  /** For how long, unless said, and at most; where it is not there the fault stays until it is switched off. */
  readonly lasts?: { readonly seconds: number; readonly mostSeconds: number };
}

const TEN_MINUTES = { seconds: 600, mostSeconds: 3_600 };

/** All of them, in the order of the keys that switch them. */
export const faultCatalogue: readonly Fault[] = [
  {
    name: 'poison-records',
    title: 'Poison records',
    sentence:
      'Beside each fiftieth record one more is sent that nobody can read: not Avro, of a schema that nobody registered, or cut in half.',
    obeyedBy: 'producer',
    panel: 'records/dead-letters',
    alert: 'DeadLetters',
    also: [],
    recovers: 'Each becomes a dead letter and the stream goes on; the alert ends five minutes after the last one.',
    exactness: 'As many dead letters as poison records, none lost, none twice; the records beside them are scored.',
    lasts: TEN_MINUTES,
  },
  {
    name: 'late-data',
    title: 'Late data',
    sentence:
      'Each tenth record that is to be scored is held back for 65 minutes of event time, and sent with its own time when the stream is there. The figure is their share of all that the scorers read, where other topics count, too.',
    obeyedBy: 'producer',
    panel: 'live/lateness',
    alert: 'RecordsLate',
    unless: 'Not under `--rate 0`: as fast as possible, records are late without a fault, so only paced runs count.',
    also: [],
    recovers:
      'What is held goes out as soon as it is switched off; windows that have closed stay closed, and what came too late for them is counted.',
    exactness: 'Nothing is lost: what came too late by the stated rule of its window is told apart from what was lost.',
    lasts: TEN_MINUTES,
  },
  {
    name: 'drift',
    title: 'Drift',
    sentence: 'One input of the model comes in other units, as after a change in a system that nobody told of.',
    obeyedBy: 'producer',
    panel: 'model/drift',
    alert: 'InputDrift',
    unless: 'Not under `--monitoring off`: the monitor is who measures drift.',
    also: [],
    recovers: 'Nothing by itself; switched off, the alert ends when the window of drift has filled with right rows.',
    exactness: 'Counts stay as they are: each record is scored, once.',
    lasts: TEN_MINUTES,
  },
  {
    name: 'slow-scorer',
    title: 'Slow scorer',
    sentence: 'Each call of the model takes a second and a half longer.',
    obeyedBy: 'scorer',
    panel: 'live/latency',
    alert: 'ScoringSlow',
    also: ['PredictionLatencyHigh', 'ScorerBehind'],
    recovers:
      'Batches grow, to 512 records a call at most: a scorer keeps up with some 300 records a second, each prediction later. What comes faster waits, and is scored when it is switched off; then latency is as before within seconds.',
    exactness: 'Counts stay as they are: each record is scored, once.',
    lasts: TEN_MINUTES,
  },
  {
    name: 'killed-scorer',
    title: 'Killed scorer',
    sentence:
      'One scorer is killed in the middle of its work, as by the kernel: no last commit, its transaction left open.',
    obeyedBy: 'scorer',
    panel: 'live/scorers',
    alert: 'ScorerDown',
    unless: 'Where others go on, as with `--only scorer` started beside the demo, ScorerSilent fires in its place.',
    also: ['ScorerSilent', 'ConsumerStuck', 'ScorerBehind', 'PredictionLatencyHigh'],
    recovers:
      'Where there are others they take its partitions over. A demo as a whole starts another one in place of its own when the fault is over; one that was started by itself, as with `--only scorer`, is started again by whoever runs it.',
    exactness: 'Under exactly_once none lost and none twice: what was begun is taken back and done again.',
    lasts: { seconds: 60, mostSeconds: 600 },
  },
  {
    name: 'bad-model',
    title: 'Bad model',
    sentence: 'A version of the model is published whose scores are turned around: what was likely is unlikely.',
    obeyedBy: 'models',
    panel: 'model/quality',
    alert: 'ModelQualityDropped',
    unless: 'Not under `--monitoring off`: the monitor is who measures quality.',
    also: [],
    recovers: 'Nothing by itself: the version serves until the one before it is rolled back to.',
    exactness: 'Counts stay as they are: the model is exchanged between two transactions.',
  },
  {
    name: 'lost-broker',
    title: 'Lost broker',
    sentence:
      'The broker is not there while it is on: every connection to it breaks, and none can be made. Demos that run side by side share it, and lose it together.',
    obeyedBy: 'supervisor',
    panel: 'live/connection',
    alert: 'KafkaUnreachable',
    also: ['ScorerDown', 'ScorerSilent', 'ConsumerStuck', 'ScorerBehind', 'PredictionLatencyHigh', 'MonitorDown'],
    recovers: 'Everything: all parts wait for the broker, connect again and go on where they were.',
    exactness:
      'Under exactly_once none lost and none twice: what was sent and not acknowledged is sent again, and counted once.',
    lasts: { seconds: 20, mostSeconds: 60 },
  },
];

/** The fault of a name. */
export function faultOf(name: FaultName): Fault {
  // Each name is in the catalogue: fault-catalogue.test.ts.
  return faultCatalogue.find((fault) => fault.name === name) as Fault;
}

/** Whether a text, as of a command line or a key, is the name of a fault. */
export function isFaultName(text: string): text is FaultName {
  return faultNames.some((name) => name === text);
}
