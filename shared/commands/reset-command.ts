import { KitError } from '#shared/errors';
import { connectSchemas } from '#shared/schema';
import { clusterOptions } from './cluster-options.js';
import { parseOptions } from './command-line.js';
import type { AnyDemo } from './demo-definition.js';
import { namespaceOf } from './demo-options.js';
import { DemoRemains } from './demo-remains.js';
import type { DemoShelf } from './demos-command.js';
import { haveBegunAnew } from './have-begun-anew.js';
import { joinCluster } from './joined-cluster.js';
import { type PartAtWork, partsAtWork, WHOLE_DEMO } from './parts-at-work.js';
import { runProgram } from './program.js';
import type { Terminal } from './terminal.js';

const optionTypes = {
  demo: { type: 'string' },
  namespace: { type: 'string' },
  brokers: { type: 'string' },
  registry: { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const help = `Usage: npm run reset -- [options]

Clears what a demo's earlier runs have left on a cluster, so that the next one begins as if it
were the first: its topics with all their records, internal ones of its applications included,
the offsets of its groups, and what was published as its model. A demo that runs as a whole is
asked to do that itself, and begins anew under its live page. Parts that were started alone must
be ended first, and are named; a page alone is not heard of, and shows what comes next.

  --demo NAME       one demo, such as flight-delay, or all (default: the one that is there)
  --namespace NS    the prefix of the topics, as the demo had it
  --brokers LIST    the Kafka cluster, host:port,…   (or KAFKA_BROKERS; default: 127.0.0.1:9092)
  --registry URL    its Schema Registry
                            (or SCHEMA_REGISTRY_URL; default: http://127.0.0.1:8081)
  --verbose         stack traces and the Kafka client's log
  --help            this text

Exit codes: 0 cleared, or nothing was there; 1 parts are at work on it, or it does not begin
anew, or the cluster is not reached; 2 the command line is wrong.
`;

/** `npm run reset`: clears what runs of a demo have left on a cluster. */
export async function runReset({ names, load }: Pick<DemoShelf, 'names' | 'load'>): Promise<void> {
  const args = process.argv.slice(2);
  await runProgram(args, async (terminal, { signal }) => {
    const values = parseOptions(args, optionTypes);
    if (values.help === true) {
      process.stdout.write(help);
      return 0;
    }
    const wanted = wantedOf(values.demo, names);
    const namespace = namespaceOf(values.namespace);
    const options = clusterOptions(values, process.env);
    const verbose = values.verbose ?? false;
    const cluster = await joinCluster(options.cluster, { clientId: 'reset', verbose, suggestsBroker: true });
    try {
      const schemas = connectSchemas(options.registry);
      const topicName = ({ name }: { readonly name: string }): string => `${namespace}${name}`;
      const there: { readonly demo: AnyDemo; readonly remains: DemoRemains }[] = [];
      for (const name of wanted) {
        const demo = await load(name);
        const remains = new DemoRemains(demo, cluster, namespace);
        if ((await remains.topics()).length > 0) there.push({ demo, remains });
      }
      if (values.demo === undefined && there.length > 1) {
        const found = there.map(({ demo }) => demo.name).join(', ');
        throw new KitError('usage', `There are ${found}: say which with --demo NAME, or --demo all.`);
      }
      if (there.length === 0) terminal.say(`Nothing of ${wanted.join(', ')} is there.`);
      const found = await Promise.all(
        there.map(async ({ demo, remains }) => ({
          name: demo.name,
          remains,
          parts: await partsAtWork(demo.name, { cluster, schemas, topicName }, signal),
        })),
      );
      // Before anything is deleted: all, or nothing.
      const refused = found.flatMap(({ name, parts }) =>
        parts.length > 0 && !isSupervised(parts) ? [atWork(name, parts)] : [],
      );
      if (refused.length > 0) {
        throw new KitError('run-failed', `${refused.join(' ')} End what is at work first, where it was started.`);
      }
      // A demo that is asked may refuse: those come before anything is deleted here.
      for (const { name, remains, parts } of found.toSorted((a, b) => asked(b) - asked(a))) {
        if (isSupervised(parts)) {
          await haveBegunAnew(name, { cluster, schemas, topicName }, signal);
          terminal.say(`${name} has begun anew.`);
        } else await clear(name, remains, terminal);
      }
      return 0;
    } finally {
      await cluster.close();
    }
  });
}

async function clear(demo: string, remains: DemoRemains, terminal: Terminal): Promise<void> {
  const { topics, models } = await remains.clear();
  const published = models.length === 0 ? '' : `; no longer published: ${models.join(', ')}`;
  terminal.say(`${demo}: ${topics.length} topics deleted, with what its groups had committed${published}.`);
}

/** A demo as a whole ends its own parts, and empties its topics itself. */
const isSupervised = (parts: readonly PartAtWork[]): boolean => parts.some(({ what }) => what === WHOLE_DEMO);

const asked = ({ parts }: { readonly parts: readonly PartAtWork[] }): number => Number(isSupervised(parts));

function atWork(demo: string, parts: readonly PartAtWork[]): string {
  return `${demo} is at work: ${parts.map(({ what, instance }) => `${what} ${instance}`).join(', ')}.`;
}

/** @throws KitError 'usage' where there is no such demo. */
function wantedOf(demo: string | undefined, names: readonly string[]): readonly string[] {
  if (demo === undefined || demo === 'all') return names;
  if (names.includes(demo)) return [demo];
  throw new KitError('usage', `--demo is "${demo}"; it must be one of ${names.join(', ')}, or all.`);
}
