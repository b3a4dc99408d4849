import type { DashboardDefinition } from '#shared/dashboard';
import { projectFile } from '#shared/project-file';
import { createBoard } from './board.js';
import { DELAYED_FROM_MINUTES, type Outcome, type Prediction } from './topics.js';

const NEW_YORK = 'America/New_York';
const departure = new Intl.DateTimeFormat('en-GB', { timeZone: NEW_YORK, hour: '2-digit', minute: '2-digit' });

/** What a column has room for; the model's other inputs are words already. */
const words: Readonly<Record<string, string>> = {
  carrier: 'airline',
  dest: 'destination',
  dayOfWeek: 'weekday',
  departureMinute: 'hour',
  arrivalMinute: 'arrival',
  planeYear: "plane's age",
  planeSeats: 'seats',
  dewPoint: 'dew point',
  windDirection: 'wind side',
  windSpeed: 'wind',
  precipitation: 'rain',
  airportDelay: 'delays here',
  overdueFlights: 'queue',
  aircraftDelay: 'plane',
  aircraftMinutes: "plane's break",
};

/** "rain ↑": it made the delay likelier. */
const inWords = ({ name, contribution }: Prediction['reasons'][number]): string =>
  `${words[name] ?? name} ${contribution > 0 ? '↑' : '↓'}`;

/** What the live page shows of a flight. */
export const dashboard: DashboardDefinition<Prediction, Outcome> = {
  title: 'Flight delay',
  subtitle:
    'Flights out of New York in 2013: a model says, an hour before departure, which will arrive 15 minutes late or more.',
  eventTimeZone: NEW_YORK,
  positive: 'delayed',
  negative: 'on time',
  columns: [
    { header: 'Flight', cell: ({ carrier, flight }) => `${carrier} ${flight}` },
    { header: 'Route', cell: ({ origin, dest }) => `${origin} → ${dest}` },
    { header: 'Departure', cell: ({ scheduledDeparture }) => departure.format(scheduledDeparture) },
    { header: 'Why', wide: true, cell: ({ reasons }) => reasons.slice(0, 2).map(inWords).join(', ') },
  ],
  outcome: {
    id: ({ id }) => id,
    positive: ({ arrivalDelay }) => arrivalDelay >= DELAYED_FROM_MINUTES,
    text: ({ arrivalDelay }) => `${arrivalDelay > 0 ? '+' : arrivalDelay < 0 ? '−' : ''}${Math.abs(arrivalDelay)} min`,
  },
  board: { page: projectFile('demos/flight-delay/page/'), create: createBoard },
};
