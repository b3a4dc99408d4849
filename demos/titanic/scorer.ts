import type { Scored, Scorer, StreamsBuilder, Vote } from '#shared/streams';
import { byBoarding } from './event-time.js';
import { toFeatures } from './features.js';
import { type Disagreement, disagreements, type Prediction, passengers, predictions, type Verdict } from './topics.js';

/** Scores every passenger who comes aboard, and sets down of whom champion and challenger decide differently. */
export function buildTopology(builder: StreamsBuilder, model: Scorer<object>): void {
  const predicted = builder
    .stream(passengers, byBoarding)
    .mapValues(toFeatures)
    .score(model)
    .mapValues(toPrediction)
    .selectKey((_key, { id }) => id);
  predicted.to(predictions);
  predicted.flatMapValues(toDisagreement).to(disagreements);
}

function toPrediction(scored: Scored<ReturnType<typeof toFeatures>>): Prediction {
  const { boardedAt: _, ...passenger } = scored.input;
  const { eventTime, scoredAt, challenger } = scored;
  return {
    ...passenger,
    eventTime,
    scoredAt,
    ...toVerdict(scored),
    challenger: challenger ? toVerdict(challenger) : null,
  };
}

/** One, or none where the two agree or the challenger could not say. */
function toDisagreement(prediction: Prediction): Disagreement[] {
  const { score, decision, modelName, modelVersion, reasons, scoredAt: _, challenger, ...passenger } = prediction;
  if (challenger === null || challenger.decision === decision) return [];
  return [{ ...passenger, champion: { score, decision, modelName, modelVersion, reasons }, challenger }];
}

function toVerdict({ score, decision, modelName, modelVersion, reasons = [] }: Vote): Verdict {
  return { score, decision, modelName, modelVersion, reasons: reasons.slice(0, 3) };
}
