import { parseArgs } from 'node:util';
import { hourOf } from './hour.js';
import { firstPaints, scriptOfUpdates } from './live.js';
import { machine, say } from './said.js';
import { viewersCost } from './viewers.js';
import { type View, views } from './views.js';

const help = `Usage: npm run bench:page -- [parts] [options]

What the live page of flight-delay costs, in this machine's Chromium. Figures are printed, never asserted.

  paint     how long until something is seen, with an empty cache, of the demo as a user starts it
  script    what the page's thread does for an update in each view, of figures at that rate
  memory    what page and server hold while an hour's updates are drawn as fast as they can be
  viewers   records a second of a scorer with a backlog, with and without viewers, by turns

  --rate N       records a second that are asked for    (default: 5000)
  --view NAME    this view alone; may be given again    (default: all)
  --openings N   of "paint"                             (default: 9)
  --traced N     updates of "script"                    (default: 80)
  --of-demo      "script" of the demo itself, at the rate that the machine reaches
  --updates N    of "memory"                            (default: 14400, an hour's)
  --records N    of "viewers"                           (default: 600000)
  --help         this text
`;

const options = {
  rate: { type: 'string', default: '5000' },
  view: { type: 'string', multiple: true },
  openings: { type: 'string', default: '9' },
  updates: { type: 'string', default: '14400' },
  traced: { type: 'string', default: '80' },
  'of-demo': { type: 'boolean', default: false },
  records: { type: 'string', default: '600000' },
  help: { type: 'boolean', short: 'h' },
} as const;

function refuse(why: string): never {
  process.stderr.write(`${why}\n\n${help}`);
  process.exit(2);
}

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const { values, positionals } = parsed();
if (values.help === true) {
  process.stdout.write(help);
  process.exit();
}
for (const name of ['rate', 'openings', 'updates', 'traced', 'records'] as const) {
  if (!(Number(values[name]) > 0)) refuse(`--${name} must be a number above 0, not "${values[name]}".`);
}
for (const name of values.view ?? []) {
  if (!views.some((view) => view === name)) refuse(`There is no view "${name}": ${views.join(', ')}.`);
}

const parts = {
  paint: () => firstPaints(values.rate, Number(values.openings)),
  script: () => scriptOfUpdates(values.rate, chosen(), { updates: Number(values.traced), ofDemo: values['of-demo'] }),
  memory: () => hourOf(chosen(), Number(values.updates), Number(values.rate)),
  viewers: () => viewersCost(Number(values.records)),
};

function chosen(): readonly View[] {
  const names = values.view;
  return names === undefined ? views : views.filter((view) => names.includes(view));
}

const isPart = (name: string): name is keyof typeof parts => Object.hasOwn(parts, name);
const asked = (positionals.length === 0 ? Object.keys(parts) : positionals).map((name) =>
  isPart(name) ? name : refuse(`There is no part "${name}": ${Object.keys(parts).join(', ')}.`),
);

for (const name of asked) {
  const before = machine();
  const lines = await parts[name]();
  say(`flight-delay, ${name}`, before, ...lines, '');
}
