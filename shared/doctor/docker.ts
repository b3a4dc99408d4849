import { bad, type Finding, good } from './finding.js';
import { answerOf, type ProgramAnswer } from './program-answer.js';

export interface Docker {
  readonly client: ProgramAnswer;
  readonly engine: ProgramAnswer;
  readonly compose: ProgramAnswer;
}

export async function lookAtDocker(): Promise<Docker> {
  const [client, engine, compose] = await Promise.all([
    answerOf('docker', ['--version']),
    answerOf('docker', ['version', '--format', '{{.Server.Version}}']),
    answerOf('docker', ['compose', 'version', '--short']),
  ]);
  return { client, engine, compose };
}

const INSTALL =
  'Install Docker Desktop, or Docker Engine with its Compose plugin: https://docs.docker.com/get-docker/.';
/** As docs/compose.md says. The start_interval of a healthcheck needs the engine to be so new. */
const OLDEST_ENGINE = '25.0';
const OLDEST_COMPOSE = '2.24';

export function judgeDocker({ client, engine, compose }: Docker): readonly Finding[] {
  if (client.kind === 'missing') return [bad('Docker', 'not installed', INSTALL)];
  const version = versionIn(client);
  const name = version === undefined ? 'a client' : `client ${version}`;
  return [judgeEngine(name, engine), judgeCompose(compose)];
}

function judgeEngine(client: string, engine: ProgramAnswer): Finding {
  if (engine.kind === 'answered') {
    const version = versionIn(engine);
    const found = `${client}, engine ${version ?? engine.text}`;
    if (version === undefined || isAtLeast(version, OLDEST_ENGINE)) return good('Docker', found);
    return bad('Docker', found, 'Install Docker Engine 25 or later: docker-compose.yml needs it.');
  }
  const why =
    engine.kind === 'failed' && /permission denied/i.test(engine.text)
      ? { found: 'this user may not talk to the engine', todo: 'Add this user to the group docker, and log in anew.' }
      : { found: 'no engine answers', todo: 'Start Docker Desktop, or the service: sudo systemctl start docker.' };
  return bad('Docker', `${client}, but ${why.found}`, why.todo);
}

function judgeCompose(compose: ProgramAnswer): Finding {
  const version = versionIn(compose);
  if (version === undefined) {
    const found = compose.kind === 'silent' ? 'docker compose does not answer' : 'the plugin is missing';
    return bad('Compose', found, 'Install Compose 2.24 or later (docker-compose-plugin).');
  }
  if (isAtLeast(version, OLDEST_COMPOSE)) return good('Compose', version);
  return bad('Compose', version, 'Install Compose 2.24 or later: older ones cannot read docker-compose.yml.');
}

function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function versionIn(answer: ProgramAnswer): string | undefined {
  return answer.kind === 'answered' ? /\d+\.\d+(?:\.\d+)?/.exec(answer.text)?.[0] : undefined;
}
