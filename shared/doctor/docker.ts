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
const OLDEST_COMPOSE = 2;

export function judgeDocker({ client, engine, compose }: Docker): readonly Finding[] {
  if (client.kind === 'missing') return [bad('Docker', 'not installed', INSTALL)];
  const version = versionIn(client);
  const name = version === undefined ? 'a client' : `client ${version}`;
  return [judgeEngine(name, engine), judgeCompose(compose)];
}

function judgeEngine(client: string, engine: ProgramAnswer): Finding {
  if (engine.kind === 'answered') return good('Docker', `${client}, engine ${versionIn(engine) ?? engine.text}`);
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
    return bad('Compose', found, 'Install Compose 2 (docker-compose-plugin); docker-compose 1 cannot read the file.');
  }
  const [major = 0] = version.split('.').map(Number);
  if (major >= OLDEST_COMPOSE) return good('Compose', version);
  return bad('Compose', version, 'Install Compose 2 or later.');
}

function versionIn(answer: ProgramAnswer): string | undefined {
  return answer.kind === 'answered' ? /\d+\.\d+(?:\.\d+)?/.exec(answer.text)?.[0] : undefined;
}
