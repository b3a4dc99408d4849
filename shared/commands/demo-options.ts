import { KitError } from '#shared/errors';
import { type ClusterConfig, parseBrokers, securityFromEnvironment } from '#shared/kafka';
import type { SchemaRegistryOptions } from '#shared/schema';
import type { ProcessingGuarantee } from '#shared/streams';
import { integer, oneOf, parseOptions } from './command-line.js';
import { registryFromEnvironment } from './registry-options.js';

const roles = ['producer', 'scorer', 'dashboard', 'monitor'] as const;
type Role = (typeof roles)[number];

/** The command line of a demo, checked. */
export interface DemoOptions {
  readonly help: boolean;
  readonly verbose: boolean;
  /** Records of the main input; absent: until Ctrl-C. */
  readonly records?: number;
  /** Main records a second; 0 = as fast as possible; absent: the demo's own pace. */
  readonly rate?: number;
  readonly guarantee: ProcessingGuarantee;
  readonly only?: Role;
  readonly namespace: string;
  readonly host: string;
  /** Absent: the default of the role. */
  readonly port?: number;
  /** Absent: 9092 where it is free. */
  readonly brokerPort?: number;
  readonly headless: boolean;
  /** Whether the live page may change things; absent: where it is served to this machine alone. */
  readonly controls?: boolean;
  /** Whether the end of its scorer ends a run that shows a page, too: for whoever starts both again. */
  readonly endWithScorer: boolean;
  /** Whether producers and scorers count what passes them, and the monitoring applications make reports of it. */
  readonly monitoring: boolean;
  /** `-` = standard output. */
  readonly report?: string;
  /** Absent: the embedded pair. */
  readonly cluster?: Pick<ClusterConfig, 'brokers' | 'tls' | 'sasl'>;
  readonly registry?: SchemaRegistryOptions;
  readonly dataDir?: string;
  readonly model?: string;
  readonly seed: number;
}

const optionTypes = {
  records: { type: 'string' },
  rate: { type: 'string' },
  guarantee: { type: 'string' },
  only: { type: 'string' },
  namespace: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'broker-port': { type: 'string' },
  headless: { type: 'boolean' },
  controls: { type: 'string' },
  'end-with-scorer': { type: 'boolean' },
  monitoring: { type: 'string' },
  report: { type: 'string' },
  brokers: { type: 'string' },
  registry: { type: 'string' },
  'data-dir': { type: 'string' },
  model: { type: 'string' },
  seed: { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line and the environment of a demo.
 * @throws KitError 'usage' in one sentence: what was given, and what would be right.
 */
export function parseDemoOptions(args: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  const values = parseOptions(args, optionTypes);
  const only = values.only === undefined ? undefined : oneOf('--only', values.only, roles);
  const brokers = values.brokers ?? env.KAFKA_BROKERS;
  const registryUrl = values.registry ?? env.SCHEMA_REGISTRY_URL;
  // A role alone joins what `npm run broker` or another terminal has started.
  const clusterAddress = brokers ?? (only === undefined ? undefined : '127.0.0.1:9092');
  if (clusterAddress === undefined && registryUrl !== undefined) {
    throw new KitError('usage', 'A registry was given without brokers: give --brokers (or KAFKA_BROKERS) beside it.');
  }
  refuseTogether(values, only, clusterAddress);
  return {
    help: values.help ?? false,
    verbose: values.verbose ?? false,
    ...(values.records !== undefined && { records: integer('--records', values.records, 1, 1_000_000_000) }),
    ...(values.rate !== undefined && { rate: rateOf(values.rate) }),
    guarantee: oneOf('--guarantee', values.guarantee ?? 'exactly_once', ['exactly_once', 'at_least_once']),
    ...(only !== undefined && { only }),
    namespace: namespaceOf(values.namespace),
    host: values.host ?? '127.0.0.1',
    ...(values.port !== undefined && { port: integer('--port', values.port, 0, 65_535) }),
    ...(values['broker-port'] !== undefined && {
      brokerPort: integer('--broker-port', values['broker-port'], 0, 65_535),
    }),
    headless: values.headless ?? false,
    ...(values.controls !== undefined && { controls: oneOf('--controls', values.controls, ['on', 'off']) === 'on' }),
    endWithScorer: values['end-with-scorer'] ?? false,
    monitoring: monitoringOf(values, only),
    ...(values.report !== undefined && { report: values.report }),
    ...(clusterAddress !== undefined && {
      cluster: { brokers: parseBrokers(clusterAddress), ...securityFromEnvironment(env) },
      registry: registryFromEnvironment(registryUrl ?? 'http://127.0.0.1:8081', env),
    }),
    ...(values['data-dir'] !== undefined && { dataDir: values['data-dir'] }),
    ...(values.model !== undefined && { model: values.model }),
    seed: values.seed === undefined ? 1 : integer('--seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
  };
}

type Values = ReturnType<typeof parseOptions<typeof optionTypes>>;

function refuseTogether(values: Values, only: Role | undefined, cluster: string | undefined): void {
  const refuse = (sentence: string): never => {
    throw new KitError('usage', sentence);
  };
  if (only !== undefined && values.report !== undefined) {
    refuse('--report accounts for a whole run; it cannot be combined with --only.');
  }
  if (only !== undefined && only !== 'producer' && values.records !== undefined) {
    refuse(`--records is for what produces; the ${only} alone runs until it is ended.`);
  }
  if (cluster !== undefined && values['broker-port'] !== undefined) {
    refuse('--broker-port is for the embedded broker; here an existing cluster is used.');
  }
  if (cluster !== undefined && values['data-dir'] !== undefined) {
    refuse('--data-dir is for the embedded broker; here an existing cluster is used.');
  }
  if (only === 'monitor' && values.monitoring === 'off')
    refuse('--only monitor is what monitors; --monitoring off leaves it out.');
  if (only !== undefined && values['end-with-scorer'] === true)
    refuse(`--end-with-scorer is for a demo as a whole; the ${only} alone has none.`);
  if (values.controls !== undefined && (values.headless === true || (only !== undefined && only !== 'dashboard')))
    refuse('--controls is about the live page; here there is none.');
  if (only === 'dashboard' && values.headless === true)
    refuse('--only dashboard is the live page; --headless leaves it out.');
}

/** Unless said, on where somebody can see what comes of it: for a part alone, the page may be elsewhere. */
function monitoringOf({ monitoring, headless, port }: Values, only: Role | undefined): boolean {
  if (monitoring !== undefined) return oneOf('--monitoring', monitoring, ['on', 'off']) === 'on';
  return only !== undefined || headless !== true || port !== undefined;
}

function rateOf(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1_000_000) return value;
  throw new KitError(
    'usage',
    `--rate is "${text}"; it must be records a second, from 0 (as fast as possible) to 1000000.`,
  );
}

/**
 * The prefix of names: ends with a separator, so that what follows it stays readable; empty where there is none.
 * @throws KitError 'usage' where it could not be part of a topic's name.
 */
export function namespaceOf(text: string | undefined): string {
  if (text === undefined) return '';
  // One more than said: what a demo passes on to its scorer has its separator.
  if (!/^[a-zA-Z0-9._-]{1,101}$/.test(text)) {
    throw new KitError('usage', `--namespace is "${text}"; it may have letters, digits, dots, _ and -, at most 100.`);
  }
  return /[._-]$/.test(text) ? text : `${text}.`;
}
