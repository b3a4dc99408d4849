import type { Topic } from '#shared/schema';
import { type StreamsBuilder, timedBy } from '#shared/streams';
import { monitoringTopics } from '../monitoring-topics.js';
import { statusTopic } from '../scorer-status.js';
import { LabelJoin, WAITING, waitingStore } from './label-join.js';
import type { JudgedPrediction, Said, Side } from './labelled.js';
import { OutcomesById } from './outcomes-by-id.js';
import { POSITIVE_LABELS, PositiveLabels, positiveLabels } from './positive-labels.js';
import { QUALITY, QualityReporter, qualityStore } from './quality-reporter.js';

/** Most units of which one side waits for the other: more than a lap of flights, days of a network. */
const MOST_WAITING = 100_000;

/** What the quality of a demo's predictions is told by; P is the prediction record and O the outcome record. */
export interface QualityOptions<P extends JudgedPrediction, O> {
  /** The prefix of its topics. */
  readonly demo: string;
  /** Key: the id of what was predicted. */
  readonly predictions: Topic<P>;
  readonly outcomes: Topic<O>;
  readonly outcome: {
    id(outcome: O): string;
    positive(outcome: O): boolean;
    /** Whether it counts; every one does unless said. */
    counts?(outcome: O): boolean;
  };
  /** The label of the positive decision. */
  readonly positive: string;
  /** Whether scores are probabilities of the positive class. */
  readonly areProbabilities: boolean;
  /** Which header marks outcomes of later laps through the same data. */
  readonly lapHeader: string;
}

/**
 * How right each version of a model is: predictions meet the outcomes of their units, whichever comes first, and about once a
 * second there is a report for each version of which outcomes came. The window `rolling` is of the last 2,000 labelled
 * predictions, whatever the lap; `all` of those of each run's first lap, as later ones would only repeat them; a run that is
 * started anew on the same topics does repeat them. A prediction counts for its model, and for the challenger whose vote it
 * carries. Of 100,000 units at most one side waits for the other.
 */
export function buildQuality<P extends JudgedPrediction, O>(
  builder: StreamsBuilder,
  options: QualityOptions<P, O>,
): void {
  const { demo, predictions, outcomes, outcome, positive, areProbabilities, lapHeader } = options;
  const said = builder
    .stream(
      predictions,
      timedBy<JudgedPrediction>(({ eventTime }) => eventTime),
    )
    .mapValues((prediction): Side => ({ said: toSaid(prediction) }));
  const known = builder.stream(outcomes).process(() => new OutcomesById(outcome, lapHeader));
  // All versions are told of by one task, wherever their predictions and outcomes lay.
  const units = said.merge(known).repartition({ named: 'units', partitions: 1 });
  builder.addStateStore(waitingStore).addStateStore(qualityStore).addStateStore(positiveLabels);
  builder
    // By the scorers' clock, which has nothing to do with the time of the data: what a label means must be known before it is met.
    .stream(statusTopic(demo), { timestampExtractor: () => 0 })
    .process(() => new PositiveLabels(), { stores: [POSITIVE_LABELS] });
  units
    .process(() => new LabelJoin(MOST_WAITING), { stores: [WAITING] })
    .process(() => new QualityReporter({ positive, areProbabilities }), { stores: [QUALITY, POSITIVE_LABELS] })
    .to(monitoringTopics(demo).qualityReports);
}

/** What is kept until the outcome comes: by the champion first, and the challenger where it votes. */
function toSaid({ challenger, ...champion }: JudgedPrediction): readonly Said[] {
  return (challenger ? [champion, challenger] : [champion]).map(({ modelName, modelVersion, score, decision }) => ({
    modelName,
    modelVersion,
    score,
    decision,
  }));
}
