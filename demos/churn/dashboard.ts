import type { DashboardDefinition } from '#shared/dashboard';
import { projectFile } from '#shared/project-file';
import { createBoard } from './board.js';
import { inWords } from './reasons.js';
import { story } from './story.js';
import type { Outcome, Prediction } from './topics.js';

/** What the live page shows of an event, and of its customer as of then. */
export const dashboard: DashboardDefinition<Prediction, Outcome> = {
  title: 'Churn',
  subtitle:
    'Customers of a telephone company on the last day of a billing period: at every call a model says who will leave, and a rule whom to make an offer.',
  eventTimeZone: 'UTC',
  positive: 'leaves',
  negative: 'stays',
  columns: [
    { header: 'Customer', cell: ({ customerId }) => customerId },
    { header: 'Event', cell: ({ kind }) => (kind === 'service' ? 'call to the service' : `call, ${kind}`) },
    { header: 'Bill', align: 'right', cell: ({ bill }) => `$${bill.toFixed(2)}` },
    {
      header: 'Why',
      wide: true,
      cell: (prediction) =>
        prediction.reasons
          .slice(0, 2)
          .map(({ name, contribution }) => `${inWords(name, prediction)} ${contribution > 0 ? '↑' : '↓'}`)
          .join(', '),
    },
  ],
  outcome: {
    id: ({ id }) => id,
    positive: ({ left }) => left,
    text: ({ left }) => (left ? 'left' : 'stayed'),
  },
  story,
  board: { page: projectFile('demos/churn/page/'), create: createBoard },
};
