import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectFile } from '#shared/project-file';
import { freePort } from './free-port.js';
import { prometheusProgram } from './prometheus-programs.js';
import { startServingProcess } from './serving-process.js';

const STOP_PATIENCE_MS = 5_000;

const configuration = z.looseObject({ route: z.looseObject({ receiver: z.string() }) });

/** A running Alertmanager of a test's own. */
export interface Alertmanager extends AsyncDisposable {
  /** host:port */
  readonly address: string;
}

/**
 * Starts Alertmanager on a free port of 127.0.0.1 with the project's own configuration, apart from two things: its
 * notifications go to `webhook` (a URL), and at once instead of when it has waited for more of the same.
 * @throws KitError 'run-failed' when it is not installed, or with the end of its log when it does not serve.
 */
export async function startAlertmanager({ webhook }: { readonly webhook: string }): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-alertmanager-'));
  const own = configuration.parse(parse(await readFile(projectFile('grafana/alertmanager/alertmanager.yml'), 'utf8')));
  const receivers = [{ name: own.route.receiver, webhook_configs: [{ url: webhook, send_resolved: true }] }];
  const route = { ...own.route, group_wait: '0s', group_interval: '1s' };
  const configFile = join(folder, 'alertmanager.yml');
  // Each JSON document is a YAML document.
  await writeFile(configFile, JSON.stringify({ ...own, route, receivers }));
  const address = `127.0.0.1:${await freePort()}`;
  const started = await startServingProcess(
    await prometheusProgram('alertmanager'),
    [
      `--config.file=${configFile}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      // It is alone.
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
    `http://${address}/-/ready`,
  );
  return {
    address,
    async [Symbol.asyncDispose]() {
      await started.close(STOP_PATIENCE_MS);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
