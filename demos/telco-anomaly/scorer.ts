import { type Scored, type Scorer, SessionWindows, type StreamsBuilder, TimeWindows } from '#shared/streams';
import { closeAlarm, OPEN_ALARMS, openAlarm, openAlarms } from './alarms.js';
import { addReport, cellWindowSerde, minuteOf, noWindow } from './cell-window.js';
import { type Features, whenComplete } from './features.js';
import { addWindow, GAP_MS, incidentStore, noIncident, together, toScoredWindow } from './incident.js';
import type { Kpis } from './kpis.js';
import { alarms, cells, type Prediction, predictions, reports } from './topics.js';
import { GRACE_MS, WINDOW_MS } from './window-time.js';

/** Scores each complete window of a cell, and opens and closes an alarm for each incident in which three of five are anomalous. */
export function buildTopology(builder: StreamsBuilder, model: Scorer<object>): void {
  const planned = builder.table(cells, { store: 'cells' });
  const scored = builder
    .stream(reports, { timestampExtractor: minuteOf })
    .leftJoin(planned, (report, cell) => ({ report, cell }))
    .groupByKey()
    .windowedBy(TimeWindows.ofSizeAndGrace(WINDOW_MS, GRACE_MS))
    .aggregate(noWindow, addReport, { store: 'windows', value: cellWindowSerde })
    .toStream()
    .processValues(whenComplete)
    .score(model);
  scored.map((_window, one) => [one.input.id, toPrediction(one)]).to(predictions);

  const windows = scored.map(({ key }, one) => [key, toScoredWindow(one)]).repartition({ named: 'scored' });
  const incidents = windows
    .filter((_cell, { isAnomalous }) => isAnomalous)
    .groupByKey()
    .windowedBy(SessionWindows.ofInactivityGapAndGrace(GAP_MS, GRACE_MS))
    .aggregate(noIncident, addWindow, together, incidentStore);
  builder.addStateStore(openAlarms);
  const opened = incidents.toStream().process(openAlarm, { stores: [OPEN_ALARMS] });
  const closed = windows.process(closeAlarm, { stores: [OPEN_ALARMS] });
  opened.merge(closed).to(alarms);
}

function toPrediction({ input, reasons = [], ...scored }: Scored<Features>): Prediction {
  const { id, cellId, windowStart } = input;
  // The model's reasons are named like what it was asked.
  const valueIn = (name: string): number => input[name as keyof Kpis];
  const strongest = reasons.slice(0, 3).map((reason) => ({ ...reason, value: valueIn(reason.name) }));
  return { id, ...scored, cellId, windowStart, reasons: strongest };
}
