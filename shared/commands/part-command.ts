import type { DemoOptions } from './demo-options.js';
import type { RunCluster } from './run-cluster.js';
import { userPath } from './user-path.js';

/** What a demo's program is told to be one of its parts: what concerns it, and the address that this process found or started. */
export function partArguments(
  part: 'scorer' | 'monitor',
  options: DemoOptions,
  { cluster: { brokers }, registry }: RunCluster,
): string[] {
  return [
    '--only',
    part,
    `--brokers=${brokers.join(',')}`,
    `--registry=${registry.url}`,
    ...(part === 'scorer' ? [`--guarantee=${options.guarantee}`] : []),
    ...(options.namespace ? [`--namespace=${options.namespace}`] : []),
    ...(options.model === undefined ? [] : [`--model=${userPath(options.model)}`]),
    ...(part === 'scorer' ? [`--monitoring=${options.monitoring ? 'on' : 'off'}`] : []),
    ...(options.verbose ? ['--verbose'] : []),
  ];
}

/** The embedded pair has neither TLS nor users, whatever the environment says of another cluster. */
export function partEnvironment({ mode }: RunCluster): NodeJS.ProcessEnv {
  if (mode === 'cluster') return process.env;
  const ofAnother = /^(KAFKA_(SSL|SASL)|SCHEMA_REGISTRY_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofAnother.test(name)));
}
