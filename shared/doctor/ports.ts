import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type Finding, good, note } from './finding.js';
import { answerOf } from './program-answer.js';

/** A port of this machine. */
export interface Port {
  readonly port: number;
  /** Who listens there, as far as that can be known: "node (process 4711)"; undefined where the port is free. */
  readonly taken: string | undefined;
}

/** What a demo listens on unless told otherwise: Kafka, the Schema Registry, the page. */
export const DEMO_PORTS = [9_092, 8_081, 4_000];

/** All at once, each of them once: to see whether one is free is to take it for a moment. */
export function lookAtPorts(ports: readonly number[]): Promise<readonly Port[]> {
  return Promise.all(
    [...new Set(ports)].map(async (port) => ({
      port,
      taken: (await isFree(port)) ? undefined : await whoListens(port),
    })),
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    // Taken, or not for this user: a demo cannot have it either way.
    return false;
  } finally {
    server.close();
  }
}

const SOMEBODY = 'another program';

async function whoListens(port: number): Promise<string> {
  const pid = process.platform === 'linux' ? await linuxListener(port) : await listenerByLsof(port);
  if (pid === undefined) return SOMEBODY;
  const answer = await answerOf('ps', ['-p', String(pid), '-o', 'comm=']);
  const name = answer.kind === 'answered' ? answer.text.split('/').at(-1) : undefined;
  return `${name ?? SOMEBODY} (process ${pid})`;
}

async function listenerByLsof(port: number): Promise<number | undefined> {
  const answer = await answerOf('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']);
  const pid = answer.kind === 'answered' ? Number.parseInt(answer.text, 10) : Number.NaN;
  return Number.isNaN(pid) ? undefined : pid;
}

/** The process that has the listening socket among its files; of other users' processes Linux does not say it. */
async function linuxListener(port: number): Promise<number | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const inode = listeningInode(tables.join('\n'), port);
  if (inode === undefined) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const owners = await Promise.all(
    pids.map(async (pid) => ((await filesOf(pid)).includes(`socket:[${inode}]`) ? [pid] : [])),
  );
  const [owner] = owners.flat();
  return owner === undefined ? undefined : Number(owner);
}

async function filesOf(pid: string): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  // A process may have ended, and those of others may not be looked at.
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
}

/** The inode of the socket that listens on a port, in the form of Linux's /proc/net/tcp. */
export function listeningInode(table: string, port: number): string | undefined {
  const LISTENING = '0A';
  for (const line of table.split('\n')) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === LISTENING && Number.parseInt(local.split(':')[1] ?? '', 16) === port) return inode;
  }
  return undefined;
}

/** A demo does with other ports: a taken one is worth knowing, no more. */
export function judgePorts(ports: readonly Port[]): Finding {
  const taken = takenInWords(ports);
  if (taken === undefined) return good('Ports', `${inWords(ports.map(({ port }) => String(port)))} are free`);
  return note('Ports', taken, 'Nothing need be done: a demo uses another one, and says which.');
}

/** undefined where all are free. */
export function takenInWords(ports: readonly Port[]): string | undefined {
  const taken = ports.flatMap(({ port, taken: by }) => (by === undefined ? [] : [`${port} is taken by ${by}`]));
  return taken.length === 0 ? undefined : inWords(taken);
}

export const inWords = (all: readonly string[]): string =>
  all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
