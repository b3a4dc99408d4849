import { fileURLToPath } from 'node:url';
import { KitError } from '#shared/errors';
import { runAllDemos } from './all-demos.js';
import type { AnyDemo } from './demo-definition.js';
import { type DemoOptions, parseDemoOptions } from './demo-options.js';
import { allDemosHelp, demoList } from './help.js';
import { runMonitor } from './monitor-role.js';
import { nearest } from './near-names.js';
import { runProgram } from './program.js';
import { demoCommand } from './run-demo.js';
import { withReportFile } from './run-report.js';

/** The demos that there are: their names, and how to load one. */
export interface DemoShelf {
  /** `import.meta.url` of the program that is run with their names. */
  readonly module: string;
  readonly names: readonly string[];
  readonly load: (name: string) => Promise<AnyDemo>;
}

/** `npm run demo`: lists the demos, runs the one that is named, or all of them side by side. */
export async function runDemos({ module, names, load }: DemoShelf): Promise<void> {
  const [name = '--help', ...args] = process.argv.slice(2);
  await runProgram(args, async (terminal, shutdown) => {
    if (name === '--help' || name === '-h') {
      process.stdout.write(demoList(await Promise.all(names.map(load))));
      return 0;
    }
    if (name !== 'all') return demoCommand(await load(known(name, names)), args, terminal, shutdown);
    const options = parseAllOptions(args);
    if (options.help) {
      process.stdout.write(allDemosHelp(names));
      return 0;
    }
    const demos = await Promise.all(names.map(load));
    const { cluster, registry } = options;
    if (options.only === undefined || cluster === undefined || registry === undefined)
      return runAllDemos(demos, fileURLToPath(module), withReportFile(options), terminal, shutdown);
    await runMonitor(demos, options, { cluster, registry }, terminal, shutdown);
    return 0;
  });
}

/** @throws KitError 'usage' where there is no such demo; it names those that may have been meant. */
function known(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  const there = `there are ${names.join(', ')}, and all`;
  if (name.startsWith('-')) {
    throw new KitError('usage', `"${name}" stands where the name of a demo belongs; ${there}.`);
  }
  const near = nearest(name, [...names, 'all'], 3);
  const hint = near.length > 0 ? `did you mean ${near.slice(0, 3).join(' or ')}?` : `${there}.`;
  throw new KitError('usage', `There is no demo called "${name}"; ${hint}`);
}

function parseAllOptions(args: readonly string[]): DemoOptions {
  const options = parseDemoOptions(args, process.env);
  if (options.only !== undefined && options.only !== 'monitor') {
    throw new KitError(
      'usage',
      '--only is for one demo, whose name it then takes; all run with all their parts, or with --only monitor.',
    );
  }
  if (options.model !== undefined) {
    throw new KitError('usage', '--model is for one demo, whose name it then takes; all run each with its own model.');
  }
  return options;
}
