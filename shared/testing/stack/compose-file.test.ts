import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { type ComposeService, composeProject, whyNoComposeLoader } from './compose-project.js';

const demos = ['churn', 'flight-delay', 'telco-anomaly', 'titanic'];
const base = ['kafka', 'links', 'prometheus', 'schema-registry'];
const full = [...base, 'alertmanager', 'grafana'];

const why = await whyNoComposeLoader();
const skipped = why !== undefined && process.env.CI !== 'true';
if (skipped) console.warn(`Skipped: what docker-compose.yml comes to, because ${why}.`);

describe.skipIf(skipped)("docker-compose.yml, read by Compose's own loader", () => {
  const started = async (...profiles: string[]): Promise<string[]> =>
    Object.keys((await composeProject(profiles)).services).sort();
  const everything = async (): Promise<[string, ComposeService][]> =>
    Object.entries((await composeProject([...demos, 'all', 'light'])).services);

  it('starts one demo with everything around it where no profile is named', async () => {
    expect(await started()).toEqual([...full, 'flight-delay'].sort());
  });

  it.each(demos)('has a profile of the demo %s', async (demo) => {
    expect(await started(demo)).toEqual([...full, demo].sort());
  });

  it('starts several demos beside each other', async () => {
    expect(await started('churn', 'titanic')).toEqual([...full, 'churn', 'titanic'].sort());
  });

  it('starts all demos in one service', async () => {
    expect(await started('all')).toEqual([...full, 'demos'].sort());
  });

  it('starts no demo where the profile is empty', async () => {
    expect(Object.keys((await composeProject([], { COMPOSE_PROFILES: '' })).services).sort()).toEqual(base);
  });

  it('limits what the light profile takes to less than 2 GB', async () => {
    const { services } = await composeProject(['light']);
    expect(Object.keys(services).sort()).toEqual([...base, 'flight-delay'].sort());
    const limits = Object.values(services).map(({ mem_limit }) => Number(mem_limit));
    expect(limits.reduce((sum, limit) => sum + limit, 0)).toBeLessThan(2e9);
  });

  it('limits what the stack takes to what the documentation says', async () => {
    const docs = await readFile(projectFile('docs/compose.md'), 'utf8');
    for (const [profiles, row] of [
      [[], '`docker compose up`'],
      [['light'], '`--profile light`'],
      [['all'], '`--profile all`'],
    ] as const) {
      const { services } = await composeProject(profiles);
      const bytes = Object.values(services).reduce((sum, { mem_limit }) => sum + Number(mem_limit), 0);
      const said = Number(
        docs
          .split('\n')
          .find((line) => line.startsWith(`| ${row}`))
          ?.match(/([\d.]+) GB/)?.[1],
      );
      expect(bytes / 1_024 ** 3, row).toBeLessThanOrEqual(said);
    }
  });

  it('gives Grafana more than its makers recommend at least, and lets it know', async () => {
    const { grafana } = (await composeProject()).services;
    const least = 512 * 1_024 ** 2;
    expect(Number(grafana?.mem_limit)).toBeGreaterThan(least);
    expect(grafana?.environment.GOMEMLIMIT).toBe(`${least / 1_024 ** 2}MiB`);
  });

  it('limits the memory of each service', async () => {
    for (const [name, { mem_limit }] of await everything()) expect(Number(mem_limit), name).toBeGreaterThan(0);
  });

  it('publishes ports on loopback only, and no port twice but that of a demo and of all demos', async () => {
    const published = (await everything()).flatMap(([name, { ports }]) => {
      return ports.map(({ host_ip, published: port }) => ({ name, host_ip, port }));
    });
    expect(published.filter(({ host_ip }) => host_ip !== '127.0.0.1')).toEqual([]);
    const others = published.filter(({ name }) => name !== 'demos').map(({ port }) => port);
    expect(new Set(others).size).toBe(others.length);
  });

  it('lets every published port be moved', async () => {
    const moved = { KAFKA_PORT: '19092', GRAFANA_PORT: '13000', LINKS_PORT: '18000', FLIGHT_DELAY_PORT: '14000' };
    const { services } = await composeProject([], moved);
    const port = (name: string): string | undefined => services[name]?.ports[0]?.published;
    expect([port('kafka'), port('grafana'), port('links'), port('flight-delay')]).toEqual(Object.values(moved));
    expect(services.kafka?.environment.KAFKA_ADVERTISED_LISTENERS).toContain('HOST://127.0.0.1:19092');
    expect(services.links?.environment).toMatchObject({ KAFKA_PORT: '19092', GRAFANA_PORT: '13000' });
  });

  it('pins every image to a version', async () => {
    for (const [name, { image }] of await everything()) {
      expect(image, name).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+(\.Final)?(@sha256:[0-9a-f]{64})?$/);
    }
  });

  it('knows of each service whether it is well; of the demos by their image', async () => {
    for (const [name, { healthcheck, build }] of await everything()) {
      const isDemo = build !== undefined && name !== 'links';
      expect(healthcheck?.test.length ?? 0, name)[isDemo ? 'toBe' : 'toBeGreaterThan'](0);
    }
  });

  it('starts a demo when Kafka and the registry are well', async () => {
    for (const [name, { depends_on }] of await everything()) {
      if (![...demos, 'demos'].includes(name)) continue;
      expect(depends_on, name).toMatchObject({
        kafka: { condition: 'service_healthy' },
        'schema-registry': { condition: 'service_healthy' },
      });
    }
  });

  it('starts again what has ended, and gives no privileges', async () => {
    for (const [name, { restart, security_opt, build, read_only, cap_drop }] of await everything()) {
      expect({ restart, security_opt }, name).toEqual({
        restart: 'unless-stopped',
        security_opt: ['no-new-privileges:true'],
      });
      if (build !== undefined) expect({ read_only, cap_drop }, name).toEqual({ read_only: true, cap_drop: ['ALL'] });
    }
  });

  it('has the data of Kafka and of the registry in volumes, which no container that is made anew takes with it', async () => {
    const { kafka, 'schema-registry': registry } = (await composeProject()).services;
    const named = (service?: ComposeService): string[] =>
      (service?.volumes ?? []).filter(({ type }) => type === 'volume').map(({ target }) => target);
    expect(named(kafka)).toEqual([kafka?.environment.KAFKA_LOG_DIRS]);
    expect(named(registry)).toHaveLength(1);
    expect(registry?.environment.REGISTRY_DATASOURCE_URL).toContain(`:file:${named(registry)[0]}/`);
  });

  it('mounts what is in the repository, read-only', async () => {
    const mounts = (await everything()).flatMap(([, { volumes }]) => volumes.filter(({ type }) => type === 'bind'));
    expect(mounts.length).toBeGreaterThan(0);
    for (const { source = '', read_only } of mounts) {
      expect({ source, there: existsSync(source), read_only }).toEqual({ source, there: true, read_only: true });
      const { stdout } = await promisify(execFile)('git', ['ls-files', source], { cwd: projectFile('./') });
      expect(stdout, source).not.toBe('');
    }
  });

  it('is refused where it is wrong', async () => {
    await expect(composeProject([], { KAFKA_PORT: 'none' })).rejects.toThrow(/invalid.*port/i);
  });
});
