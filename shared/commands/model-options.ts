import { readdirSync } from 'node:fs';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { MODELS_TOPIC, type Role, roles } from '#shared/scoring';
import { type ClusterOptions, clusterOptions } from './cluster-options.js';
import { oneOf, parseArguments } from './command-line.js';
import { namespaceOf } from './demo-options.js';
import { nearest } from './near-names.js';

const optionTypes = {
  demo: { type: 'string' },
  as: { type: 'string' },
  json: { type: 'boolean' },
  namespace: { type: 'string' },
  brokers: { type: 'string' },
  registry: { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The command line of the commands about the model topic, checked. */
export interface ModelOptions extends ClusterOptions {
  readonly positionals: readonly string[];
  /** Absent where none was named. */
  readonly demo?: string;
  readonly role: Role;
  readonly json: boolean;
  readonly namespace: string;
  /** The model topic's full name. */
  readonly topic: string;
  readonly verbose: boolean;
}

/** What these commands have in common, for their help. */
export const clusterHelp = `  --namespace NS    the prefix of the topics, as the demos have it
  --brokers LIST    the Kafka cluster, host:port,…   (or KAFKA_BROKERS; default: 127.0.0.1:9092)
  --registry URL    its Schema Registry
                            (or SCHEMA_REGISTRY_URL; default: http://127.0.0.1:8081)
  --verbose         stack traces and the Kafka client's log
  --help            this text
`;

/**
 * Reads the command line and the environment; undefined where help is asked for.
 * @throws KitError 'usage' in one sentence: what was given, and what would be right.
 */
export function parseModelOptions(args: readonly string[], env: NodeJS.ProcessEnv): ModelOptions | undefined {
  const { values, positionals } = parseArguments(args, optionTypes);
  if (values.help === true) return undefined;
  const namespace = namespaceOf(values.namespace);
  return {
    positionals,
    ...(values.demo !== undefined && { demo: demoOf(values.demo) }),
    role: oneOf('--as', values.as ?? 'champion', roles),
    json: values.json ?? false,
    namespace,
    topic: `${namespace}${MODELS_TOPIC}`,
    verbose: values.verbose ?? false,
    ...clusterOptions(values, env),
  };
}

/** @throws KitError 'usage' where no demo was named. */
export function requireDemo({ demo }: ModelOptions): string {
  if (demo !== undefined) return demo;
  throw new KitError('usage', `No demo was named: give --demo NAME, one of ${demos().join(', ')}.`);
}

/** A name that no demo has would be published for nobody. */
export function demoOf(name: string): string {
  const known = demos();
  if (known.includes(name)) return name;
  const [meant] = nearest(name, known, 3);
  throw new KitError(
    'usage',
    `--demo is "${name}", which is none of the demos${meant === undefined ? '' : `; did you mean ${meant}?`} (${known.join(', ')}).`,
  );
}

/** The names of the demos that there are. */
export function demos(): string[] {
  return readdirSync(projectFile('demos/'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
