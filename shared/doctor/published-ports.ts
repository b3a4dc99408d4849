import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { projectFile } from '#shared/project-file';
import { bad, type Finding, good } from './finding.js';
import { inWords, type Port, takenInWords } from './ports.js';
import { answerOf } from './program-answer.js';

/** What `docker compose up` needs of this machine's ports. */
export interface PublishedPorts {
  /** Those that it publishes with the variables of `.env` and of the environment. */
  readonly wanted: readonly number[];
  /** Those of them that its containers have already. */
  readonly had: readonly number[];
}

/** Without docker-compose.yml, as in a container, there are none. */
export async function lookAtPublishedPorts(): Promise<PublishedPorts> {
  const read = (name: string): Promise<string> => readFile(projectFile(name), 'utf8').catch(() => '');
  const compose = await read('docker-compose.yml');
  const env = composeEnvironment(await read('.env'), process.env);
  const wanted = portsOf(compose, env);
  if (wanted.length === 0) return { wanted, had: [] };
  const answer = await answerOf('docker', [
    'ps',
    `--filter=label=com.docker.compose.project=${projectOf(compose, env)}`,
    '--format={{.Ports}}',
  ]);
  return { wanted, had: answer.kind === 'answered' ? portsOfContainers(answer.text) : [] };
}

/** Containers have the ports that docker-compose.yml says, or do not start. */
export function judgePublishedPorts(ports: readonly Port[], had: readonly number[]): Finding {
  const others = ports.filter(({ port }) => !had.includes(port));
  const taken = takenInWords(others);
  if (taken !== undefined) {
    const todo = 'End who has them, or choose others by the variables that docker-compose.yml names beside them.';
    return bad('Ports', taken, todo);
  }
  const own = ports.filter(({ port }) => had.includes(port));
  const said = [
    ...(own.length > 0 ? [`the stack runs, and has ${listed(own)}`] : []),
    ...(others.length > 0 ? [`${listed(others)} are free`] : []),
  ];
  return good('Ports', said.join('; '));
}

const listed = (ports: readonly Port[]): string => inWords(ports.map(({ port }) => String(port)));

/** The variables that Compose has: those of its file, and before them those of the environment. */
export function composeEnvironment(file: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...parseEnv(file), ...env };
}

/**
 * The ports of the services that COMPOSE_PROFILES chooses and of those without a profile:
 * `"127.0.0.1:${KAFKA_PORT:-9092}:19092"` publishes 9092 unless KAFKA_PORT is another.
 */
export function portsOf(compose: string, env: NodeJS.ProcessEnv): readonly number[] {
  const chosen = (env.COMPOSE_PROFILES ?? '').split(',').map((profile) => profile.trim());
  const ports = servicesOf(compose)
    .filter(({ profiles }) => profiles.length === 0 || [...profiles, '*'].some((profile) => chosen.includes(profile)))
    .flatMap(({ text }) => {
      const published = /127\.0\.0\.1:(?:\$\{(\w+):-(\d+)\}|(\d+)):\d+/g;
      return Array.from(text.matchAll(published), ([, name = '', otherwise, fixed]) =>
        Number(fixed ?? env[name] ?? otherwise),
      );
    });
  return [...new Set(ports)];
}

/** Of a file in the form of docker-compose.yml: a profile list is written in brackets, or is an alias of one that is. */
function servicesOf(compose: string): readonly { readonly profiles: readonly string[]; readonly text: string }[] {
  const anchors = new Map(Array.from(compose.matchAll(/&(\w+) \[(.*)\]/g), ([, name = '', list = '']) => [name, list]));
  const services = compose.split(/^services:$/m)[1] ?? '';
  return services.split(/^ {2}(?=[\w-]+:$)/m).map((text) => {
    const [, alias, inBrackets] = /^ {4}profiles: (?:\*(\w+)|\[(.*)\])$/m.exec(text) ?? [];
    const list = inBrackets ?? anchors.get(alias ?? '') ?? '';
    return { text, profiles: list === '' ? [] : list.split(',').map((profile) => profile.trim()) };
  });
}

/** What the containers of a compose file bear as a label. */
function projectOf(compose: string, env: NodeJS.ProcessEnv): string {
  return env.COMPOSE_PROJECT_NAME ?? /^name: (\S+)$/m.exec(compose)?.[1] ?? '';
}

/** In the form of `docker ps`: `127.0.0.1:9092->19092/tcp, 9092/tcp`, of which the second is not published. */
export function portsOfContainers(listing: string): readonly number[] {
  return [...new Set(Array.from(listing.matchAll(/:(\d+)->/g), ([, port]) => Number(port)))];
}
