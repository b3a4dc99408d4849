import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectFile } from '#shared/project-file';
import { missingForApicurio } from '../apicurio-process.js';
import type { BoundProcess } from '../bound-process.js';
import { missingForKafkaJars } from '../kafka-jars.js';
import { missingForPrometheus } from '../prometheus-programs.js';
import { type ComposeProject, composeProject, whyNoComposeLoader } from './compose-project.js';
import { whyNoConfinement } from './container-root.js';
import { type ImageByHand, imageByHand } from './image-by-hand.js';
import { commandLineOf, familyOf } from './process-family.js';
import { type StackByHand, stackByHand } from './stack-by-hand.js';

/** Of these the health checks say when they are well, with what they need beside them. */
const services = ['kafka', 'schema-registry', 'prometheus', 'alertmanager', 'links'];
const start = { timeout: 120_000, interval: 500 };

const why =
  (await whyNoConfinement()) ??
  (await whyNoComposeLoader()) ??
  (await missingForKafkaJars()) ??
  (await missingForApicurio()) ??
  (await missingForPrometheus());
const skipped = why !== undefined && process.env.CI !== 'true';
if (skipped) console.warn(`Skipped: the services of docker-compose.yml, because ${why}.`);
// With another Node it would not be the image.
const node = /^FROM node:(\d+)/m.exec(readFileSync(projectFile('Dockerfile'), 'utf8'))?.[1];
const isOther = node !== process.versions.node.split('.')[0];

// Everything but Grafana, with the very files that the containers get, under the names that they have there.
describe.skipIf(skipped || isOther)('the stack of docker-compose.yml, without a container engine', () => {
  let project: ComposeProject;
  let image: ImageByHand;
  let stack: StackByHand;
  let kafka: BoundProcess;
  let demo: BoundProcess;

  const well = (name: string): Promise<void> =>
    vi
      .waitUntil(async () => (await stack.illness(name)) === undefined, start)
      .then(
        () => undefined,
        async () => Promise.reject(new Error(`${name} is not well: ${await stack.illness(name)}`)),
      );

  /** What follows `npm run` elsewhere. */
  const command = (line: string): ReturnType<StackByHand['inside']> =>
    stack.inside('links', [...image.entrypoint, ...line.split(' ')]);

  beforeAll(async () => {
    // Published and inside it is the same port: without an engine nothing stands between the two.
    [project, image] = await Promise.all([composeProject([], { KAFKA_PORT: '19092' }), imageByHand()]);
    stack = await stackByHand(project, image);
    kafka = await stack.start('kafka');
    await Promise.all(services.filter((name) => name !== 'kafka').map((name) => stack.start(name)));
    await Promise.all(services.map(well));
    demo = await stack.start('flight-delay');
    await well('flight-delay');
  }, 300_000);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await image?.[Symbol.asyncDispose]();
  });

  it('makes an image of less than 200 MB beside its base', () => {
    expect(image.addedBytes).toBeLessThan(200e6);
  });

  it('runs as a user that is not root, who can write nothing but /tmp', async () => {
    const places = '/ /app /app/dist /app/node_modules /app/demos /etc /usr /root /tmp';
    const script = `id -u; id -g; for place in ${places}; do touch $place/written 2>/dev/null && echo $place; done; true`;
    expect(await stack.inside('flight-delay', ['sh', '-c', script])).toEqual({
      said: '1000\n1000\n/tmp\n',
      ended: 'exit code 0',
    });
  });

  it('names its commands where one is wrong', async () => {
    const { said, ended } = await command('no-such-command');
    expect(said).toMatch(/^There is no command called "no-such-command"; there are .*demo:churn.*tail/m);
    expect(ended).toBe('exit code 2');
  });

  it('is as it should be, by the check that a hosted run makes', async () => {
    const { said, ended } = await command(
      'check:stack --within 60 --demo http://127.0.0.1:4000 --brokers 127.0.0.1:19092' +
        ' --registry http://127.0.0.1:8080/apis/ccompat/v7 --links http://127.0.0.1:8000' +
        ' --prometheus http://127.0.0.1:9090 --alertmanager http://127.0.0.1:9093',
    );
    expect(ended, said).toBe('exit code 0');
    expect(said).toMatch(/flight-delay \d+/);
    expect(said).toContain('flight-delay, Prometheus, Alertmanager, Kafka, Schema Registry');
  });

  it('says what is wrong where something is', async () => {
    const { said, ended } = await command(
      'check:stack --within 1 --demo http://127.0.0.1:4000 --prometheus http://127.0.0.1:9999',
    );
    expect(ended).toBe('exit code 1');
    expect(said).toMatch(/^Not so: Prometheus at http:\/\/127\.0\.0\.1:9999 reads the others: .*ECONNREFUSED/m);
  });

  it('says of a Kafka that accepts connections and does not answer that it is not well', async () => {
    kafka.signal('SIGSTOP');
    expect(await stack.illness('kafka')).toMatch(/^exit code 1/);
    kafka.signal('SIGCONT');
    await well('kafka');
  });

  it('checks whether Kafka is well without a second Java', () => {
    expect(project.services.kafka?.healthcheck?.test.join(' ')).not.toMatch(/java|kafka-\w+(-\w+)*\.sh/);
  });

  it.each([...services, 'flight-delay'])('keeps %s within the memory that it is given', async (name) => {
    expect(await stack.memory(name)).toBeLessThan(Number(project.services[name]?.mem_limit));
  });

  it('lets a demo end when its scorer is gone, so that both are started again, and go on', async () => {
    const family = await Promise.all(
      (await familyOf(demo.pid)).map(async (id) => ({ id, line: await commandLineOf(id) })),
    );
    const scorer = family.find(({ line }) => line.includes('--only scorer'));
    expect(scorer, JSON.stringify(family)).toBeDefined();
    process.kill(scorer?.id ?? 0, 'SIGKILL');
    expect(await demo.ended).toBe('exit code 1');
    expect(demo.tail()).toContain('The scorer is gone (signal SIGKILL)');
    // The ONNX Runtime would say here that it cannot reach its makers.
    expect(demo.tail()).not.toMatch(/telemetry/i);

    demo = await stack.start('flight-delay');
    await well('flight-delay');
    const { ended, said } = await command('check:stack --within 30 --demo http://127.0.0.1:4000');
    expect(ended, said).toBe('exit code 0');
  }, 120_000);

  it('leaves in good order when it is stopped', async () => {
    demo.signal('SIGTERM');
    expect(await demo.ended).toBe('exit code 0');
  });

  it('keeps records, and the schemas that they were written with, where their containers are made anew', async () => {
    const firstRecord = 'tail flight-delay.predictions --from beginning --limit 1 --brokers kafka:9092';
    const registry = '--registry http://schema-registry:8080/apis/ccompat/v7';
    const before = await command(`${firstRecord} ${registry}`);
    expect(before).toMatchObject({ ended: 'exit code 0', said: expect.stringContaining('scoredAt') });
    for (const name of ['schema-registry', 'kafka']) {
      await stack.makeAnew(name);
      await well(name);
      expect(await command(`${firstRecord} ${registry}`), name).toEqual(before);
    }
  }, 180_000);
});
