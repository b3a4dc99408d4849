import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';

const run = promisify(execFile);

const healthcheck = z.object({ test: z.array(z.string()), interval: z.string().optional() });

const service = z.object({
  image: z.string(),
  build: z.object({ context: z.string() }).optional(),
  command: z.array(z.string()).nullish(),
  profiles: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  ports: z
    .array(z.object({ host_ip: z.string().optional(), published: z.string().optional(), target: z.number() }))
    .default([]),
  volumes: z
    .array(
      z.object({
        type: z.string(),
        source: z.string().optional(),
        target: z.string(),
        read_only: z.boolean().default(false),
      }),
    )
    .default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: healthcheck.optional(),
  mem_limit: z.string().optional(),
  restart: z.string().optional(),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
});

const project = z.object({ name: z.string(), services: z.record(z.string(), service) });

/** A service as Compose starts it: anchors, variables and defaults resolved. */
export type ComposeService = z.infer<typeof service>;

/** What docker-compose.yml comes to. */
export type ComposeProject = z.infer<typeof project>;

/** Why Compose's loader cannot be built here, as half a sentence; undefined when it can. */
export async function whyNoComposeLoader(): Promise<string | undefined> {
  return run('go', ['version']).then(
    () => undefined,
    () => "Go is missing, which Compose's own loader is built with",
  );
}

/**
 * Reads docker-compose.yml and its .env by Compose's own loader, as `docker compose --profile …` does.
 * @param env Variables that are set beside those of this process.
 * @throws KitError 'run-failed' with what the loader says where the file is wrong.
 */
export async function composeProject(
  profiles: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ComposeProject> {
  const { COMPOSE_PROFILES: _chosenOutside, ...outside } = process.env;
  try {
    // Go keeps what it has compiled: the second time takes a moment.
    const { stdout } = await run('go', ['run', '.', fileURLToPath(projectFile('docker-compose.yml')), ...profiles], {
      cwd: projectFile('.ci/compose/'),
      env: { ...outside, ...env },
    });
    return project.parse(JSON.parse(stdout));
  } catch (error) {
    throw KitError.from(error, 'run-failed', 'Loading docker-compose.yml');
  }
}
