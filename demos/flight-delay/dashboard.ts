import type { DashboardDefinition } from '#shared/dashboard';
import { projectFile } from '#shared/project-file';
import { createBoard } from './board.js';
import { story } from './story.js';
import { DELAYED, DELAYED_FROM_MINUTES, type Outcome, type Prediction } from './topics.js';
import { inWords, NEW_YORK } from './words.js';

const departure = new Intl.DateTimeFormat('en-GB', { timeZone: NEW_YORK, hour: '2-digit', minute: '2-digit' });

/** "rain ↑": it made the delay likelier. */
const why = ({ name, contribution }: Prediction['reasons'][number]): string =>
  `${inWords(name)} ${contribution > 0 ? '↑' : '↓'}`;

/** What the live page shows of a flight. */
export const dashboard: DashboardDefinition<Prediction, Outcome> = {
  title: 'Flight delay',
  subtitle:
    'Flights out of New York in 2013: a model says, an hour before departure, which will arrive 15 minutes late or more.',
  eventTimeZone: NEW_YORK,
  positive: DELAYED,
  negative: 'on time',
  columns: [
    { header: 'Flight', cell: ({ carrier, flight }) => `${carrier} ${flight}` },
    { header: 'Route', cell: ({ origin, dest }) => `${origin} → ${dest}` },
    { header: 'Departure', cell: ({ scheduledDeparture }) => departure.format(scheduledDeparture) },
    { header: 'Why', wide: true, cell: ({ reasons }) => reasons.slice(0, 2).map(why).join(', ') },
  ],
  outcome: {
    id: ({ id }) => id,
    positive: ({ arrivalDelay }) => arrivalDelay >= DELAYED_FROM_MINUTES,
    text: ({ arrivalDelay }) => `${arrivalDelay > 0 ? '+' : arrivalDelay < 0 ? '−' : ''}${Math.abs(arrivalDelay)} min`,
  },
  leavesOut: 'cancelled flights',
  story,
  board: { page: projectFile('demos/flight-delay/page/'), create: createBoard },
};
