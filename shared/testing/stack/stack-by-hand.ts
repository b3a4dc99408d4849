import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitError } from '#shared/errors';
import type { BoundProcess } from '../bound-process.js';
import type { ComposeProject, ComposeService } from './compose-project.js';
import { confined } from './container-root.js';
import type { ImageByHand } from './image-by-hand.js';
import { familyOf } from './process-family.js';
import { environmentOf, type Runnable } from './runnable.js';
import { openStackNetwork } from './stack-network.js';
import { withoutItsImage } from './without-image.js';

/** Services of docker-compose.yml, started without an engine. */
export interface StackByHand extends AsyncDisposable {
  /** Starts a service as docker-compose.yml says, or starts it again. */
  start(name: string): Promise<BoundProcess>;
  /** Ends a service, and starts it with nothing of what it has written but what is in its volumes. */
  makeAnew(name: string): Promise<BoundProcess>;
  /**
   * What its health check says now: undefined when it is well.
   * @throws KitError 'run-failed' with the end of what it said where it has ended.
   */
  illness(name: string): Promise<string | undefined>;
  /** Runs another program where a service runs, to its end; gives what it said and how it ended. */
  inside(name: string, program: readonly string[]): Promise<{ readonly said: string; readonly ended: string }>;
  /** What the processes of a service take, in bytes; what they share counts once. */
  memory(name: string): Promise<number>;
}

const STOP_PATIENCE_MS = 10_000;
const HEALTH_TIMEOUT_MS = 15_000;

/** Makes the network of a project's services, and what each needs to be started. */
export async function stackByHand({ services }: ComposeProject, image: ImageByHand): Promise<StackByHand> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-stack-'));
  // A name that nothing runs under must not be known, or the page of links would wait for it.
  const network = await openStackNetwork(Object.keys(services).filter((name) => name !== 'grafana'));
  const runnables = new Map<string, Promise<Runnable>>();
  const processes = new Map<string, BoundProcess>();
  const ends = new Map<string, string>();
  const run = ({ confinement, program, environment }: Runnable): BoundProcess =>
    network.start(confined(confinement, program), environment);

  const runnable = (name: string): Promise<Runnable> => {
    const service = services[name];
    if (service === undefined) throw new KitError('internal', `There is no service ${name}.`);
    const known =
      runnables.get(name) ?? (service.build === undefined ? withoutImage(name, service) : ofImage(service, image));
    runnables.set(name, known);
    return known;
  };
  const withoutImage = async (name: string, service: ComposeService): Promise<Runnable> => {
    const root = await mkdtemp(join(folder, `${name}-`));
    await chmod(root, 0o755);
    return withoutItsImage(name, service, root, join(folder, 'volumes'));
  };
  const start = async (name: string): Promise<BoundProcess> => {
    const started = run(await runnable(name));
    processes.set(name, started);
    ends.delete(name);
    void started.ended.then((how) => {
      if (processes.get(name) === started) ends.set(name, how);
    });
    return started;
  };
  return {
    start,
    async makeAnew(name) {
      await processes.get(name)?.close(STOP_PATIENCE_MS);
      runnables.delete(name);
      return start(name);
    },
    async illness(name) {
      const said = processes.get(name)?.tail().slice(-2_000) ?? '';
      if (ends.has(name)) throw new KitError('run-failed', `${name} has ended (${ends.get(name)}): ${said}`);
      const [kind, ...words] = services[name]?.healthcheck?.test ?? ['CMD', ...image.healthcheck];
      const program = kind === 'CMD-SHELL' ? ['sh', '-c', ...words] : words;
      const check = run({ ...(await runnable(name)), program });
      const ended = await Promise.race([check.ended, timeout(HEALTH_TIMEOUT_MS)]);
      if (ended === undefined) await check.close(0);
      return ended === 'exit code 0' ? undefined : `${ended ?? 'no end'}: ${check.tail()} ${said}`;
    },
    async inside(name, program) {
      const started = run({ ...(await runnable(name)), program });
      return { ended: await started.ended, said: started.tail() };
    },
    async memory(name) {
      const pid = processes.get(name)?.pid;
      return pid === undefined ? 0 : memoryOf(pid);
    },
    async [Symbol.asyncDispose]() {
      for (const started of [...processes.values()].reverse()) await started.close(STOP_PATIENCE_MS);
      await network[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ofImage(service: ComposeService, image: ImageByHand): Promise<Runnable> {
  const { root, workingDirectory, user, entrypoint, command, environment } = image;
  const own = service.command ?? [];
  return {
    confinement: {
      root,
      workingDirectory,
      isReadOnly: service.read_only,
      mounts: [],
      user: Number.parseInt(user, 10),
    },
    program: [...entrypoint, ...(own.length > 0 ? own : command)],
    environment: { ...environment, ...environmentOf(service) },
  };
}

const timeout = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());

/** Of a process and those that it has started, by the kernel's proportional count. */
async function memoryOf(pid: number): Promise<number> {
  const family = await familyOf(pid);
  // One that ended meanwhile, such as a health check, has none.
  const rollups = await Promise.all(
    family.map((each) => readFile(`/proc/${each}/smaps_rollup`, 'utf8').catch(() => '')),
  );
  return rollups.reduce((sum, text) => sum + 1_024 * Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0), 0);
}
