import type { Topic } from '#shared/schema';
import { JoinWindows, type Key, type StreamsBuilder, timedBy } from '#shared/streams';
import { monitoringTopics } from '../monitoring-topics.js';
import { statusTopic } from '../scorer-status.js';
import { ById, type KnownOutcome } from './known-outcome.js';
import type { JudgedPrediction, Said } from './labelled.js';
import { POSITIVE_LABELS, PositiveLabels, positiveLabels } from './positive-labels.js';
import { type LabelledBy, QUALITY, QualityReporter, qualityStore } from './quality-reporter.js';

const DAY_MS = 86_400_000;
/** So long after its prediction, in event time, the truth about a unit still counts: of the demos' it takes five days at most. */
const TRUTH_WITHIN_MS = 7 * DAY_MS;
/** An outcome may bear an earlier time than its prediction, and either may come so late. */
const GRACE_MS = DAY_MS;

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
 * predictions, whatever the lap; `all` of those of the first lap, as later ones would only repeat them. A prediction counts for
 * its model, and for the challenger whose vote it carries; one that is written twice counts twice.
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
    .mapValues(toSaid);
  const known = builder.stream(outcomes).process(() => new ById(outcome, lapHeader));
  const labelled = said
    .join(known, toLabelled, JoinWindows.ofTimeDifferenceAndGrace(GRACE_MS, GRACE_MS).after(TRUTH_WITHIN_MS), {
      named: 'labels',
      store: 'labels',
    })
    .flatMap((_id, each) => each.map((one): [Key, LabelledBy] => [one.modelName, one]))
    .repartition({ named: 'labelled', partitions: 1 });
  builder.addStateStore(qualityStore).addStateStore(positiveLabels);
  builder
    // By the scorers' clock, which has nothing to do with the time of the data: what a label means must be known before it is met.
    .stream(statusTopic(demo), { timestampExtractor: () => 0 })
    .process(() => new PositiveLabels(), { stores: [POSITIVE_LABELS] });
  labelled
    .process(() => new QualityReporter({ positive, areProbabilities }), { stores: [QUALITY, POSITIVE_LABELS] })
    .to(monitoringTopics(demo).qualityReports);
}

/** What is kept until the outcome comes: by the champion, and the challenger where it votes. */
function toSaid({ challenger, ...champion }: JudgedPrediction): readonly Said[] {
  return (challenger ? [champion, challenger] : [champion]).map(({ modelName, modelVersion, score, decision }) => ({
    modelName,
    modelVersion,
    score,
    decision,
  }));
}

function toLabelled(said: readonly Said[], { positive: wasPositive, firstLap }: KnownOutcome): readonly LabelledBy[] {
  return said.map((each) => ({ ...each, wasPositive, firstLap }));
}
