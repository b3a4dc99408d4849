import { type FaultName, faultCatalogue, faultNames, faultOf, isFaultName } from '#shared/control';
import { KitError } from '#shared/errors';
import { type ClusterOptions, clusterOptions } from './cluster-options.js';
import { integer, oneOf, parseArguments } from './command-line.js';
import { namespaceOf } from './demo-options.js';
import { clusterHelp, demoOf, demos } from './model-options.js';
import { nearest } from './near-names.js';

const optionTypes = {
  demo: { type: 'string' },
  for: { type: 'string' },
  namespace: { type: 'string' },
  brokers: { type: 'string' },
  registry: { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const actions = ['on', 'off', 'status'] as const;

/** The command line of `npm run fault`, checked. */
export interface FaultOptions extends ClusterOptions {
  /** Absent: all are told of. */
  readonly name?: FaultName;
  readonly action: (typeof actions)[number];
  /** The demos that are meant; absent: the one that is there. */
  readonly demos?: readonly string[];
  readonly forMs?: number;
  readonly namespace: string;
  readonly verbose: boolean;
}

const WIDTH = 96;
const column = Math.max(...faultNames.map((name) => name.length)) + 2;

export const faultHelp = `Usage: npm run fault -- [NAME on|off|status] [options]

Switches a fault in a running demo, as its page does, and waits until its parts say that they
have taken it up. Without NAME it says of each fault whether it is on.

${faultCatalogue.map(({ name, sentence }) => wrapped(name, sentence)).join('\n')}

  --demo NAME       the demo, such as flight-delay, or all  (default: the one that is there)
  --for S           it ends by itself after so many seconds; how long it lasts unless said, and
                    what it does to a demo, is in docs/faults.md
${clusterHelp}
Examples: npm run fault -- poison-records on
          npm run fault -- slow-scorer on --demo churn --for 60
          npm run fault -- bad-model off

Exit codes: 0 switched; 1 nobody has taken it up, or the cluster is not reached; 2 the command
line is wrong, or there is no such demo.
`;

/**
 * Reads the command line and the environment; undefined where help is asked for.
 * @throws KitError 'usage' in one sentence: what was given, and what would be right.
 */
export function parseFaultOptions(args: readonly string[], env: NodeJS.ProcessEnv): FaultOptions | undefined {
  const { values, positionals } = parseArguments(args, optionTypes);
  if (values.help === true) return undefined;
  const [first, second, ...others] = positionals;
  if (others.length > 0)
    throw new KitError('usage', `"${others[0]}" is one word too many; as in npm run fault -- drift on.`);
  const action = oneOf('What is to be done', second ?? 'status', actions);
  const name = first === undefined ? undefined : faultNameOf(first);
  const forMs = values.for === undefined ? undefined : 1_000 * secondsOf(values.for, name, action);
  return {
    ...(name !== undefined && { name }),
    action,
    ...(values.demo !== undefined && { demos: values.demo === 'all' ? demos() : [demoOf(values.demo)] }),
    ...(forMs !== undefined && { forMs }),
    namespace: namespaceOf(values.namespace),
    verbose: values.verbose ?? false,
    ...clusterOptions(values, env),
  };
}

function faultNameOf(text: string): FaultName {
  if (isFaultName(text)) return text;
  const [meant] = nearest(text, faultNames, 3);
  throw new KitError(
    'usage',
    `There is no fault called "${text}"${meant === undefined ? '' : `; did you mean ${meant}?`} (${faultNames.join(', ')}).`,
  );
}

function secondsOf(text: string, name: FaultName | undefined, action: FaultOptions['action']): number {
  if (name === undefined || action !== 'on') throw new KitError('usage', '--for is for a fault that is switched on.');
  const { lasts } = faultOf(name);
  if (lasts === undefined) {
    throw new KitError('usage', `--for is not for ${name}: it is on until it is switched off.`);
  }
  return integer('--for', text, 1, lasts.mostSeconds);
}

/** A name, and beside it what belongs to it, on as many lines as that takes. */
function wrapped(name: string, text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length + 1 > WIDTH - column - 2) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line, at) => `  ${(at === 0 ? name : '').padEnd(column)}${line}`).join('\n');
}
