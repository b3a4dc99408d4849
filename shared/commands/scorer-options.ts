import { KitError } from '#shared/errors';
import type { ProcessingGuarantee } from '#shared/streams';
import { type ClusterOptions, clusterOptions } from './cluster-options.js';
import { integer, oneOf, parseOptions, required } from './command-line.js';
import { userPath } from './user-path.js';

/** The command line of `npm run scorer`, checked. */
export interface ScorerOptions extends ClusterOptions {
  readonly input: string;
  readonly output: string;
  readonly deadLetters: string;
  /** A model folder. */
  readonly model: string;
  readonly guarantee: ProcessingGuarantee;
  readonly group: string;
  readonly host: string;
  /** Of /metrics, /healthz and /readyz; absent: there are none. */
  readonly port?: number;
  readonly verbose: boolean;
}

export const scorerHelp = `Usage: npm run scorer -- --input TOPIC --output TOPIC --model DIR [options]

Scores every record of a topic with a model folder, until Ctrl-C or SIGTERM. Values are Avro in
Confluent wire format or JSON objects, told apart by the first byte; their fields are the model's
inputs, by name. Predictions are Avro (id, eventTime, score, decision, modelName, modelVersion,
scoredAt) under the record's key; id is the key, or topic-partition-offset where there is none.
What cannot be read or scored goes unchanged to OUTPUT.dead-letters, its headers saying why.

  --input TOPIC     the records
  --output TOPIC    the predictions
  --model DIR       the model folder: model.onnx and model.json
  --guarantee G     exactly_once or at_least_once                 (default: exactly_once)
  --group ID        the consumer group; several scorers of one group share the work
                                                               (default: OUTPUT.scorer)
  --port P          serve /metrics, /healthz and /readyz at this port; 0 = any free one; a taken
                    one gives way to the next free one; the label demo is the group
  --host H          the address that it is bound to                   (default: 127.0.0.1)
  --brokers LIST    the Kafka cluster, host:port,…    (or KAFKA_BROKERS; default: 127.0.0.1:9092)
  --registry URL    its Schema Registry
                                (or SCHEMA_REGISTRY_URL; default: http://127.0.0.1:8081)
  --verbose         stack traces and the Kafka client's log
  --help            this text

The topics that are written are created where they are missing, with as many partitions as the
input, and bounded by size, not by time: what is scored may have happened long ago.

Example: npm run scorer -- --input flight-delay.flights --output my.predictions --model my-model

A secured cluster, by environment: KAFKA_SSL=true or KAFKA_SSL_CA=FILE (PEM);
KAFKA_SASL_MECHANISM (plain, scram-sha-256 or scram-sha-512) with KAFKA_SASL_USERNAME and
KAFKA_SASL_PASSWORD; SCHEMA_REGISTRY_CA=FILE; SCHEMA_REGISTRY_USERNAME and _PASSWORD.

Exit codes: 0 ended as asked; 1 the run failed; 2 the command line or a file that it names is wrong.
`;

/**
 * Reads the command line and the environment of `npm run scorer`; undefined where it asks for help.
 * @throws KitError 'usage' in one sentence: what was given, and what would be right.
 */
export function parseScorerOptions(args: readonly string[], env: NodeJS.ProcessEnv): ScorerOptions | undefined {
  const values = parseOptions(args, {
    input: { type: 'string' },
    output: { type: 'string' },
    model: { type: 'string' },
    guarantee: { type: 'string' },
    group: { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
    brokers: { type: 'string' },
    registry: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help) return undefined;
  const input = topicName('--input', required('--input', values.input, 'the topic of the records'));
  const output = topicName('--output', required('--output', values.output, 'the topic of the predictions'));
  const deadLetters = topicName('The dead letters of --output', `${output}.dead-letters`);
  if (input === output || input === deadLetters) {
    throw new KitError(
      'usage',
      `--input ${input} is ${input === output ? 'the topic of --output' : 'where dead letters go'}: what is written there would be scored again, without an end.`,
    );
  }
  return {
    input,
    output,
    deadLetters,
    model: userPath(required('--model', values.model, 'the model folder')),
    guarantee: oneOf('--guarantee', values.guarantee ?? 'exactly_once', ['exactly_once', 'at_least_once']),
    group: values.group ?? `${output}.scorer`,
    host: values.host ?? '127.0.0.1',
    ...(values.port !== undefined && { port: integer('--port', values.port, 0, 65_535) }),
    verbose: values.verbose ?? false,
    ...clusterOptions(values, env),
  };
}

function topicName(option: string, name: string): string {
  if (/^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..') return name;
  throw new KitError('usage', `${option} is "${name}"; a topic's name has 1 to 249 letters, digits, dots, _ and -.`);
}
