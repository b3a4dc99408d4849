import { parseArgs } from 'node:util';
import { hourOf } from './hour.js';
import { firstPaints, scriptOfUpdates } from './live.js';
import { machine, say } from './said.js';
import { viewersCost } from './viewers.js';
import { type View, views } from './views.js';

// What the live page costs: npm run bench:page -- [paint | script | memory | viewers]… [--rate N] [--view NAME] [--updates N] …
// Of flight-delay, in the machine's own Chromium. `paint` and `script` look at the demo as a user starts it, at a rate of --rate;
// `memory` draws an hour's updates of a demo of that rate as fast as they can be drawn, of a clock that goes as fast; `viewers`
// has the scorer take records that were produced before, with and without viewers, by turns. Figures are printed, never asserted.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: '5000' },
    view: { type: 'string', multiple: true },
    openings: { type: 'string', default: '9' },
    updates: { type: 'string', default: '14400' },
    traced: { type: 'string', default: '80' },
    records: { type: 'string', default: '600000' },
  },
});

const parts = {
  paint: () => firstPaints(values.rate, Number(values.openings)),
  script: () => scriptOfUpdates(values.rate, chosen(), Number(values.traced)),
  memory: () => hourOf(chosen(), Number(values.updates), Number(values.rate)),
  viewers: () => viewersCost(Number(values.records)),
};

function chosen(): readonly View[] {
  const names = values.view;
  return names === undefined ? views : views.filter((view) => names.includes(view));
}

const isPart = (name: string): name is keyof typeof parts => Object.hasOwn(parts, name);
const asked = positionals.length === 0 ? Object.keys(parts) : positionals;

for (const name of asked) {
  if (!isPart(name)) throw new Error(`There is no part ${name}: try ${Object.keys(parts).join(', ')}.`);
  const before = machine();
  const lines = await parts[name]();
  say(`flight-delay, ${name}`, before, ...lines, '');
}
