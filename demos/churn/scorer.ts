import type { Scored, Scorer, StreamsBuilder } from '#shared/streams';
import { ACCOUNTS, addEvent, checked, noAccount, openAccount } from './account.js';
import { byEventTime } from './event-time.js';
import { type Features, toFeatures } from './features.js';
import { isWorthAnOffer, OFFERED, offered, onceACustomer, toOffer } from './offer.js';
import { tellTheBill } from './reasons.js';
import { customers, events, offers, type Prediction, predictions } from './topics.js';

/** Scores a customer at every call, by all that was used in the period, and makes an offer to those who are worth keeping. */
export function buildTopology(builder: StreamsBuilder, model: Scorer<object>): void {
  const profiles = builder.table(customers, { store: 'profiles' });
  const happened = builder.stream(events, byEventTime).mapValues(checked);
  const accounts = happened.groupByKey().aggregate(noAccount, addEvent, { store: ACCOUNTS });
  profiles.toStream().process(openAccount, { stores: [ACCOUNTS] });
  builder.addStateStore(offered);

  const scored = happened
    .leftJoin(accounts, (event, account) => ({ event, account }))
    .leftJoin(profiles, ({ event, account }, customer) => toFeatures(event, account, customer))
    .score(model);

  scored
    .mapValues(toPrediction)
    .selectKey((_customerId, prediction) => prediction.id)
    .to(predictions);
  scored
    .filter(isWorthAnOffer)
    .processValues(onceACustomer, { stores: [OFFERED] })
    .mapValues(toOffer)
    .to(offers);
}

/** The schema picks from what the model was asked what the page shows. */
function toPrediction({ input, ...scored }: Scored<Features>): Prediction {
  const { eventTime, score, decision, modelName, modelVersion, scoredAt } = scored;
  const reasons = tellTheBill(scored.reasons ?? []).slice(0, 3);
  return { ...input, eventTime, score, decision, modelName, modelVersion, scoredAt, reasons };
}
