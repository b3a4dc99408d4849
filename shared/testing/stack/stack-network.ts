import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BoundProcess, startBoundProcess } from '../bound-process.js';

/** A network of its own, in which services have names, as those of a compose project do. */
export interface StackNetwork extends AsyncDisposable {
  /** Starts a program in it, with these variables and no others. */
  start(program: readonly string[], environment: Readonly<Record<string, string>>): BoundProcess;
}

const OPEN_TIMEOUT_MS = 10_000;
const CLOSE_PATIENCE_MS = 1_000;

// A process keeps the namespaces open. The address of each name is one of this machine's own, which nothing outside has.
const HOLD = 'ip link set lo up && mount --bind "$1" /etc/hosts && echo open && exec sleep infinity';

/** Opens a network in which there are these names; it takes a superuser and Linux. */
export async function openStackNetwork(names: readonly string[]): Promise<StackNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-network-'));
  const hosts = join(folder, 'hosts');
  const lines = ['127.0.0.1 localhost', ...names.map((name, i) => `127.0.0.${i + 2} ${name}`)];
  await writeFile(hosts, `${lines.join('\n')}\n`);
  const holder = startBoundProcess('unshare', ['--mount', '--net', 'sh', '-c', HOLD, 'hold', hosts]);
  await holder.said(/open/, AbortSignal.timeout(OPEN_TIMEOUT_MS));
  const enter = ['--target', String(holder.pid), '--mount', '--net', '--'];
  const path = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  return {
    start: (program, environment) => {
      const variables = Object.entries({ PATH: path, ...environment }).map((entry) => entry.join('='));
      return startBoundProcess('nsenter', [...enter, 'env', '-i', ...variables, ...program]);
    },
    async [Symbol.asyncDispose]() {
      await holder.close(CLOSE_PATIENCE_MS);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
