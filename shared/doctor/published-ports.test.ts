import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { composeEnvironment, judgePublishedPorts, portsOf, portsOfContainers } from './published-ports.js';

const compose = `
x-profiles: &full [one, all]

services:
  kafka:
    ports: ["127.0.0.1:\${KAFKA_PORT:-9092}:19092"]
  links:
    ports:
      - "127.0.0.1:8000:8000"
      - 127.0.0.1:\${PAGE_PORT:-4000}:4000
    healthcheck: curl http://127.0.0.1:9090/-/ready
  grafana:
    profiles: *full
    ports: ["127.0.0.1:3000:3000"]
  one:
    profiles: [one, light]
    ports: ["127.0.0.1:4001:4000"]
`;

describe('the ports that docker compose up publishes', () => {
  it('are those of the file, moved by the variables of the environment', () => {
    expect(portsOf(compose, {})).toEqual([9_092, 8_000, 4_000]);
    expect(portsOf(compose, { KAFKA_PORT: '19092' })).toEqual([19_092, 8_000, 4_000]);
    expect(portsOf('', {})).toEqual([]);
  });

  it('are those of the profiles that are chosen, and of no others', () => {
    const beside = (COMPOSE_PROFILES: string) => portsOf(compose, { COMPOSE_PROFILES }).slice(3);
    expect(beside('')).toEqual([]);
    expect(beside('all')).toEqual([3_000]);
    expect(beside('light, all')).toEqual([3_000, 4_001]);
    expect(beside('*')).toEqual([3_000, 4_001]);
  });

  it('are moved by the file that Compose reads too, and by the environment before it', () => {
    const file = '# ports\nKAFKA_PORT=19092\nPAGE_PORT="14000"\n';
    expect(portsOf(compose, composeEnvironment(file, {}))).toEqual([19_092, 8_000, 14_000]);
    expect(portsOf(compose, composeEnvironment(file, { PAGE_PORT: '24000' }))).toEqual([19_092, 8_000, 24_000]);
  });

  it('are of one demo and all around it where the repository says no other profile', async () => {
    const read = (name: string): Promise<string> => readFile(projectFile(name), 'utf8');
    const env = composeEnvironment(await read('.env'), {});
    const ports = portsOf(await read('docker-compose.yml'), env);
    expect(ports).toEqual([9_092, 8_081, 9_090, 9_093, 3_000, 4_000, 8_000]);
  });
});

describe('a port that docker compose up publishes', () => {
  const free = [9_092, 3_000].map((port) => ({ port, taken: undefined }));

  it('keeps a container from starting where another program has it', () => {
    expect(judgePublishedPorts(free, [])).toMatchObject({ verdict: 'good', found: '9092 and 3000 are free' });
    const taken = [...free, { port: 4_000, taken: 'node (process 7)' }];
    expect(judgePublishedPorts(taken, [])).toMatchObject({
      verdict: 'bad',
      found: '4000 is taken by node (process 7)',
    });
  });

  it('may be taken by the stack itself, which runs', () => {
    const taken = [...free, { port: 4_000, taken: 'docker-proxy (process 7)' }];
    expect(judgePublishedPorts(taken, [4_000])).toMatchObject({
      verdict: 'good',
      found: 'the stack runs, and has 4000; 9092 and 3000 are free',
    });
    expect(judgePublishedPorts(taken, [9_092]).verdict).toBe('bad');
  });

  it('is read from what the engine says of its containers', () => {
    const listing = '9092/tcp, 127.0.0.1:9092->19092/tcp\n0.0.0.0:3000->3000/tcp, [::]:3000->3000/tcp\n';
    expect(portsOfContainers(listing)).toEqual([9_092, 3_000]);
    expect(portsOfContainers('')).toEqual([]);
  });
});
