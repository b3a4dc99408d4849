import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { KitError } from '#shared/errors';
import { type Frame, readProfile } from './profile.js';
import { flameGraph } from './svg.js';

const help = `Usage: npm run bench:flame -- PROFILE SVG [--title TEXT]

Draws a flame graph of what node --cpu-prof has written, of its second half: before, code is loaded and compiled.
Prints what most time was spent in by itself.

  BENCH_NODE_FLAGS='--cpu-prof --cpu-prof-dir=/tmp/profiles' npm run bench -- end-to-end --only streams-at-least-once --runs 1

Each program has a profile, and each thread of it, named CPU.DATE.TIME.PROCESS.THREAD.NUMBER.cpuprofile. The embedded broker
works in a thread of its process, the first, so its own is the one that this finds:

  BENCH_NODE_FLAGS='--cpu-prof --cpu-prof-dir=/tmp/profiles' npm run bench -- latency-embedded --only streams-exactly-once --runs 1
  ls /tmp/profiles/CPU.*.1.*.cpuprofile
`;

const HALF = 0.5;
const MOST_LINES = 25;

/** What each function took by itself, wherever it was called, the most first. */
function ownTimes(root: Frame): [what: string, share: number][] {
  const times = new Map<string, number>();
  const add = ({ name, where, ms, calls }: Frame): void => {
    const inside = [...calls.values()].reduce((sum, called) => sum + called.ms, 0);
    const what = `${name} ${where}`.trim();
    times.set(what, (times.get(what) ?? 0) + ms - inside);
    for (const called of calls.values()) add(called);
  };
  add(root);
  return [...times].map(([what, ms]): [string, number] => [what, ms / root.ms]).sort(([, a], [, b]) => b - a);
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { title: { type: 'string', default: '' }, help: { type: 'boolean', short: 'h' } },
  });
  const [profile, svg, ...more] = positionals;
  if (values.help === true) process.stdout.write(help);
  else if (profile === undefined || svg === undefined || more.length > 0) {
    throw new KitError('usage', 'A profile is needed, and the file to draw it in.');
  } else {
    const root = readProfile(profile, HALF);
    writeFileSync(svg, flameGraph(root, values.title));
    const lines = ownTimes(root)
      .slice(0, MOST_LINES)
      .map(([what, share]) => `${(100 * share).toFixed(1).padStart(5)} %  ${what}\n`);
    process.stdout.write(lines.join(''));
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  process.exitCode = 2;
}
