import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { judgeDocker } from './docker.js';

const answered = (text: string) => ({ kind: 'answered', text }) as const;
const failed = (text: string) => ({ kind: 'failed', text }) as const;
const client = answered('Docker version 28.2.2, build e6534b4');

describe('Docker', () => {
  it('is all there with client, engine and Compose', () => {
    expect(judgeDocker({ client, engine: answered('28.2.2'), compose: answered('v2.36.2') })).toEqual([
      { subject: 'Docker', verdict: 'good', found: 'client 28.2.2, engine 28.2.2' },
      { subject: 'Compose', verdict: 'good', found: '2.36.2' },
    ]);
  });

  it('is to be as new as the documentation of the stack says', async () => {
    expect(await readFile(projectFile('docs/compose.md'), 'utf8')).toContain(
      'Docker 25 or later with Compose 2.24 or later',
    );
    const verdicts = (engine: string, compose: string) =>
      judgeDocker({ client, engine: answered(engine), compose: answered(compose) }).map(({ verdict }) => verdict);
    expect(verdicts('25.0.0', '2.24.0')).toEqual(['good', 'good']);
    expect(verdicts('26.1.5', '5.0.1')).toEqual(['good', 'good']);
    expect(verdicts('24.0.9', '2.24.7')).toEqual(['bad', 'good']);
    expect(verdicts('20.10.24', '2.23.3')).toEqual(['bad', 'bad']);
  });

  it('is to be installed where there is none', () => {
    const missing = { kind: 'missing' } as const;
    expect(judgeDocker({ client: missing, engine: missing, compose: missing })).toMatchObject([
      { subject: 'Docker', verdict: 'bad', found: 'not installed' },
    ]);
  });

  it.each([
    [
      failed('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.'),
      'no engine answers',
      'Start Docker Desktop',
    ],
    [{ kind: 'silent' } as const, 'no engine answers', 'Start Docker Desktop'],
    [
      failed('permission denied while trying to connect to the Docker daemon socket'),
      'this user may not talk to the engine',
      'Add this user to the group docker',
    ],
  ])('lacks its engine: %j', (engine, found, todo) => {
    const [finding] = judgeDocker({ client, engine, compose: answered('2.36.2') });
    expect(finding).toMatchObject({ verdict: 'bad', found: `client 28.2.2, but ${found}` });
    expect(finding?.todo).toContain(todo);
  });

  it.each([
    [failed('docker: unknown command: docker compose'), 'the plugin is missing'],
    [{ kind: 'silent' } as const, 'docker compose does not answer'],
    [answered('1.29.2'), '1.29.2'],
    [answered('v2.23.3'), '2.23.3'],
  ])('lacks Compose: %j', (compose, found) => {
    const [, finding] = judgeDocker({ client, engine: answered('28.2.2'), compose });
    expect(finding).toMatchObject({ subject: 'Compose', verdict: 'bad', found });
  });
});
