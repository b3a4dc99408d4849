import type { DashboardDefinition } from '#shared/dashboard';
import { projectFile } from '#shared/project-file';
import { createBoard } from './board.js';
import { nameInWords, percent, reasonsInWords } from './page/words.js';
import { story } from './story.js';
import type { Outcome, Prediction } from './topics.js';

/** What the live page shows of a passenger. */
export const dashboard: DashboardDefinition<Prediction, Outcome> = {
  title: 'Titanic',
  subtitle:
    'April 1912: who will be saved? A logistic regression and a neural network say so of each passenger who comes aboard.',
  eventTimeZone: 'UTC',
  positive: 'survived',
  negative: 'died',
  columns: [
    { header: 'Passenger', wide: true, cell: ({ name }) => nameInWords(name) },
    { header: 'Class', cell: ({ passengerClass }) => passengerClass },
    { header: 'Challenger', align: 'right', cell: ({ challenger }) => (challenger ? percent(challenger.score) : '–') },
    { header: 'Why', wide: true, cell: ({ reasons }) => reasonsInWords(reasons.slice(0, 2)) },
  ],
  outcome: {
    id: ({ id }) => id,
    positive: ({ survived }) => survived,
    text: ({ survived }) => (survived ? 'survived' : 'died'),
    counts: ({ heldOut }) => heldOut,
  },
  story,
  board: { page: projectFile('demos/titanic/page/'), create: createBoard },
};
