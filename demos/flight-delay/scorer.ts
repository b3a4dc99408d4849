import { type Scored, type Scorer, type StreamsBuilder, timedBy } from '#shared/streams';
import { addDeparted, addDue, minutesSerde, none } from './airport.js';
import { alertsOf } from './alerts.js';
import { departureTime, flightTime, outcomeTime, weatherTime } from './event-time.js';
import { toFeatures } from './features.js';
import { keepLanding, LAST_LANDINGS, lastLandings, withLanding } from './last-landing.js';
import { qualityOf } from './quality.js';
import { alerts, departures, flights, outcomes, type Prediction, predictions, quality, weather } from './topics.js';

/**
 * Scores every flight that was not cancelled, an hour before its departure, by what its airport knows at that moment; tells
 * when an airport is in trouble, and how right it all was when the flights have landed.
 */
export function buildTopology(builder: StreamsBuilder, model: Scorer<object>): void {
  const published = builder.stream(flights, timedBy(flightTime));
  const observed = builder.table(weather, { store: 'weather', ...timedBy(weatherTime) });
  const dueFlights = published.groupByKey().aggregate(none, addDue, { store: 'due', value: minutesSerde });
  const departedFlights = builder
    .stream(departures, timedBy(departureTime))
    .groupByKey()
    .aggregate(none, addDeparted, { store: 'departed', value: minutesSerde });
  const landed = builder.addStateStore(lastLandings).stream(outcomes, timedBy(outcomeTime));
  landed.process(keepLanding, { stores: [LAST_LANDINGS] });

  const predicted = published
    .filter((_airport, flight) => !flight.cancelled)
    .leftJoin(observed, (flight, weather) => ({ flight, weather }))
    .leftJoin(dueFlights, ({ flight, weather }, due) => ({ flight, weather, due }))
    .leftJoin(departedFlights, ({ flight, weather, due }, departed) => ({ flight, weather, due, departed }))
    .processValues(withLanding, { stores: [LAST_LANDINGS] })
    .mapValues(toFeatures)
    .score(model)
    .mapValues(toPrediction);
  predicted.selectKey((_airport, { id }) => id).to(predictions);
  alertsOf(predicted).to(alerts);
  qualityOf(predicted, landed).to(quality);
}

function toPrediction(scored: Scored<ReturnType<typeof toFeatures>>): Prediction {
  const { id, carrier, flight, origin, dest, scheduledDeparture, overdueFlights = null } = scored.input;
  const { eventTime, score, decision, modelName, modelVersion, scoredAt } = scored;
  const route = { carrier, flight, origin, dest, scheduledDeparture };
  const reasons = scored.reasons?.slice(0, 3) ?? [];
  return { id, eventTime, score, decision, modelName, modelVersion, scoredAt, ...route, overdueFlights, reasons };
}
