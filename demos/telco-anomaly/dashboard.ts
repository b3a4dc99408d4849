import type { DashboardDefinition } from '#shared/dashboard';
import { projectFile } from '#shared/project-file';
import { createBoard, THRESHOLD } from './board.js';
import { story } from './story.js';
import type { Outcome, Prediction } from './topics.js';
import { faultInWords, measured } from './words.js';

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
  threshold: THRESHOLD,
  scoreRange: [0, 3],
  columns: [
    { header: 'Cell', cell: ({ cellId }) => cellId },
    { header: 'Window', cell: ({ windowStart }) => time.format(windowStart) },
    {
      header: 'Least usual',
      wide: true,
      cell: ({ reasons }) =>
        reasons
          .slice(0, 2)
          .map(({ name, value }) => measured(name, value))
          .join(', '),
    },
  ],
  outcome: {
    id: ({ id }) => id,
    positive: ({ fault }) => fault !== null,
    text: ({ fault }) => faultInWords(fault),
  },
  leavesOut: 'the reports of five minutes are scored together, and not where one is lacking or came too late',
  story,
  board: { page: projectFile('demos/telco-anomaly/page/'), create: createBoard },
};
