import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import dockerIgnore from '@balena/dockerignore';
import { type Copy, DockerfileParser, type From, type Instruction } from 'dockerfile-ast';
import { z } from 'zod';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { confined, prepareRoot } from './container-root.js';

const run = promisify(execFile);

const BUILD_TIMEOUT_MS = 300_000;

/** What a stage of a Dockerfile has come to. */
interface Stage {
  /** The folder that is its `/`. */
  readonly root: string;
  workingDirectory: string;
  user: string;
  readonly environment: Record<string, string>;
  entrypoint: readonly string[];
  command: readonly string[];
  healthcheck: readonly string[];
}

/** What the Dockerfile comes to, made without a container engine on this machine's system. */
export interface ImageByHand extends Readonly<Stage>, AsyncDisposable {
  /** How large what it adds to its base is, in bytes. */
  readonly addedBytes: number;
}

/**
 * Follows the Dockerfile line by line in a folder: what each COPY names is copied, as .dockerignore lets it, and each RUN
 * runs with that folder as its root. Node and the system's programs are this machine's instead of the base image's.
 * @throws KitError 'run-failed' where a step fails, or is one that is not known here.
 */
export async function imageByHand(): Promise<ImageByHand> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-image-'));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const text = await readFile(projectFile('Dockerfile'), 'utf8');
    const context = await copiedContext(join(folder, 'context'));
    const stages = new Map<string, Stage>();
    let stage: Stage | undefined;
    for (const instruction of DockerfileParser.parse(text).getInstructions()) {
      if (instruction.getKeyword() === 'FROM') {
        const name = (instruction as From).getBuildStage() ?? '';
        stage = await newStage(join(folder, `stage-${stages.size}`));
        stages.set(name, stage);
      } else if (stage === undefined) {
        throw new KitError('run-failed', `The Dockerfile begins with ${instruction.getKeyword()}, not with FROM.`);
      } else {
        await follow(instruction, stage, stages, context);
      }
    }
    if (stage === undefined) throw new KitError('run-failed', 'The Dockerfile has no stage.');
    return { ...stage, addedBytes: await bytesOf(stage.root), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw KitError.from(error, 'run-failed', 'Following the Dockerfile');
  }
}

async function newStage(root: string): Promise<Stage> {
  await mkdir(root);
  await prepareRoot(root);
  return { root, workingDirectory: '/', user: '', environment: {}, entrypoint: [], command: [], healthcheck: [] };
}

/** What docker would send to the engine: the files that .dockerignore leaves. */
async function copiedContext(folder: string): Promise<string> {
  const project = fileURLToPath(projectFile('./'));
  const ignore = dockerIgnore.default().add(await readFile(projectFile('.dockerignore'), 'utf8'));
  await mkdir(folder);
  for (const entry of await readdir(project)) {
    if (ignore.ignores(entry)) continue;
    await cp(join(project, entry), join(folder, entry), {
      recursive: true,
      filter: (source) => !ignore.ignores(posix.relative(project, source)),
    });
  }
  return folder;
}

async function follow(
  instruction: Instruction,
  stage: Stage,
  stages: ReadonlyMap<string, Stage>,
  context: string,
): Promise<void> {
  const text = instruction.getArgumentsContent() ?? '';
  switch (instruction.getKeyword()) {
    case 'WORKDIR':
      stage.workingDirectory = posix.resolve(stage.workingDirectory, text);
      await mkdir(join(stage.root, stage.workingDirectory), { recursive: true });
      return;
    case 'ENV':
      for (const [, name = '', value = ''] of text.matchAll(/(\w+)=(\S*)/g)) stage.environment[name] = value;
      return;
    case 'USER':
      stage.user = text;
      return;
    case 'COPY':
      return copy(instruction as Copy, stage, stages, context);
    case 'RUN':
      return execute(text, stage);
    case 'ENTRYPOINT':
      stage.entrypoint = words(text);
      return;
    case 'CMD':
      stage.command = words(text);
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = words(text.replace(/^CMD /, ''));
      return;
    case 'EXPOSE':
      return;
    default:
      throw new KitError('run-failed', `${instruction.getKeyword()} is not known here.`);
  }
}

/** A folder's content goes where its name is given, as with docker, and a file into a folder whose name ends with a slash. */
async function copy(
  instruction: Copy,
  { root, workingDirectory }: Stage,
  stages: ReadonlyMap<string, Stage>,
  context: string,
): Promise<void> {
  const from = instruction
    .getFlags()
    .find((flag) => flag.getName() === 'from')
    ?.getValue();
  const base = from === undefined || from === null ? context : stages.get(from)?.root;
  if (base === undefined) throw new KitError('run-failed', `COPY --from=${from}: there is no such stage.`);
  const paths = (instruction.getArgumentsContent() ?? '').split(/\s+/);
  const target = paths.at(-1) ?? '';
  for (const source of paths.slice(0, -1)) {
    const place = join(
      root,
      posix.resolve(workingDirectory, target.endsWith('/') ? join(target, basename(source)) : target),
    );
    const isFolder = (await stat(join(base, source))).isDirectory();
    if (isFolder) await mkdir(place, { recursive: true });
    await run('cp', ['--archive', isFolder ? `${join(base, source)}/.` : join(base, source), place]);
  }
}

async function execute(command: string, { root, workingDirectory, environment }: Stage): Promise<void> {
  // The cache of npm is this machine's, so that what it has is not downloaded again.
  const home = homedir();
  const [program = '', ...args] = confined(
    {
      root,
      workingDirectory,
      isReadOnly: false,
      mounts: [{ source: home, target: '/root', isReadOnly: false }, ...trusted],
    },
    ['sh', '-c', command],
  );
  try {
    await run(program, args, {
      env: { ...process.env, HOME: '/root', ...environment },
      timeout: BUILD_TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout).slice(-2_000) : '';
    throw new KitError('run-failed', `RUN ${command}: ${KitError.from(error).message}\n${said}`, { cause: error });
  }
}

/** The certificates that this machine trusts, for the way to the registry of packages. */
const trusted = [{ source: '/etc/ssl', target: '/etc/ssl', isReadOnly: true }];

const words = (json: string): string[] => z.array(z.string()).parse(JSON.parse(json));

async function bytesOf(folder: string): Promise<number> {
  const { stdout } = await run('du', ['--summarize', '--bytes', folder]);
  return Number.parseInt(stdout, 10);
}
