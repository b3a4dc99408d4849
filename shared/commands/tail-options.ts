import { KitError } from '#shared/errors';
import { type ClusterOptions, clusterOptions } from './cluster-options.js';
import { integer, parseArguments } from './command-line.js';
import { namespaceOf } from './demo-options.js';

export const tailHelp = `Usage: npm run tail -- TOPIC [options]

Shows the records of a topic, decoded, as they come, until Ctrl-C: time, partition/offset, key,
value, headers. Avro (Confluent wire format), JSON and text are told apart by their bytes; of
anything else you see its length and base64. Only what is committed is shown.

  --from WHERE      beginning, end, an offset of each partition, or -N: the last N offsets of
                    each partition                                         (default: end)
  --limit N         end after N records                           (default: until Ctrl-C)
  --json            one JSON object a line: topic, partition, offset, timestamp (ms), key,
                    value, headers, and undecoded (why) where a part is bytes
  --namespace NS    the topic's prefix, as the demos have it
  --brokers LIST    the Kafka cluster, host:port,…   (or KAFKA_BROKERS; default: 127.0.0.1:9092)
  --registry URL    its Schema Registry
                            (or SCHEMA_REGISTRY_URL; default: http://127.0.0.1:8081)
  --verbose         stack traces and the Kafka client's log
  --help            this text

Examples: npm run tail -- flight-delay.predictions
          npm run -s tail -- flight-delay.predictions --from beginning --limit 10 --json

A secured cluster, by environment, as for the demos: npm run demo:flight-delay -- --help.

Exit codes: 0 done; 1 the cluster is not reached; 2 the command line is wrong, or there is no such topic.
`;

/** Where reading begins, in each partition. */
export type From = 'beginning' | 'end' | { readonly offset: number } | { readonly last: number };

export interface TailOptions extends ClusterOptions {
  /** Its full name. */
  readonly topic: string;
  readonly from: From;
  readonly limit: number;
  readonly json: boolean;
  readonly verbose: boolean;
}

/**
 * Reads the command line and the environment of `tail`; undefined where help is asked for.
 * @throws KitError 'usage' in one sentence: what was given, and what would be right.
 */
export function parseTailOptions(args: readonly string[], env: NodeJS.ProcessEnv): TailOptions | undefined {
  const { values, positionals } = parseArguments(withJoinedNegative(args), {
    from: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
    namespace: { type: 'string' },
    brokers: { type: 'string' },
    registry: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) return undefined;
  return {
    topic: topicOf(positionals, namespaceOf(values.namespace)),
    from: fromOf(values.from ?? 'end'),
    limit: values.limit === undefined ? Number.POSITIVE_INFINITY : integer('--limit', values.limit, 1, 1_000_000_000),
    json: values.json ?? false,
    verbose: values.verbose ?? false,
    ...clusterOptions(values, env),
  };
}

/** `--from -10` as `--from=-10`: Node.js takes the former for two options. */
function withJoinedNegative(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    if (joined.at(-1) === '--from' && /^-\d+$/.test(arg)) joined[joined.length - 1] = `--from=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

function topicOf(positionals: readonly string[], prefix: string): string {
  const [name, ...others] = positionals;
  if (name === undefined) {
    throw new KitError('usage', 'No topic was named; as in npm run tail -- flight-delay.predictions (help: --help).');
  }
  if (others.length > 0) {
    throw new KitError('usage', `${positionals.length} topics were named (${positionals.join(', ')}); one is right.`);
  }
  const topic = `${prefix}${name}`;
  if (/^[a-zA-Z0-9._-]{1,249}$/.test(topic)) return topic;
  throw new KitError(
    'usage',
    `${JSON.stringify(topic)} can't be a topic; its name has letters, digits, dots, _ and -, at most 249.`,
  );
}

function fromOf(text: string): From {
  if (text === 'beginning' || text === 'end') return text;
  const [, minus, digits] = /^(-?)(\d+)$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits !== undefined && Number.isSafeInteger(number)) return minus === '' ? { offset: number } : { last: number };
  throw new KitError(
    'usage',
    `--from is "${text}"; it must be beginning, end, an offset, or -N for the last N of each partition.`,
  );
}
