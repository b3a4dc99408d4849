import type { DashboardDefinition } from '#shared/dashboard';
import type { Outcome, Prediction } from './topics.js';

const time = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** What the live page shows of a window. */
export const dashboard: DashboardDefinition<Prediction, Outcome> = {
  title: 'Telco anomaly',
  subtitle:
    'A cell network: an autoencoder says which five minutes of which cell are not as usual, and incidents become alarms.',
  eventTimeZone: 'UTC',
  positive: 'anomalous',
  negative: 'normal',
  threshold: 1.12,
  scoreRange: [0, 3],
  columns: [
    { header: 'Cell', cell: ({ cellId }) => cellId },
    { header: 'Window', cell: ({ windowStart }) => time.format(windowStart) },
    { header: 'Least usual', wide: true, cell: ({ reasons }) => reasons.map(({ name }) => name).join(', ') },
  ],
  outcome: {
    id: ({ id }) => id,
    positive: ({ fault }) => fault !== null,
    text: ({ fault }) => fault ?? 'no fault',
  },
};
