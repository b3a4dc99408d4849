import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { bad, type Finding, good } from './finding.js';
import { PROBE_MS } from './program-answer.js';

/** Why a program of this machine cannot talk to another by 127.0.0.1; undefined where it can. */
export async function lookAtLoopback(): Promise<string | undefined> {
  const signal = AbortSignal.timeout(PROBE_MS);
  const server = createServer((socket) => socket.on('error', () => undefined).end('heard'));
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening', { signal });
    // A server that was asked for a TCP address has one.
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    try {
      await once(socket, 'data', { signal });
    } finally {
      socket.destroy();
    }
    return undefined;
  } catch (error) {
    return signal.aborted ? `nothing came back within ${PROBE_MS / 1_000} s` : String(error);
  } finally {
    server.close();
  }
}

export function judgeLoopback(why: string | undefined): Finding {
  if (why === undefined) return good('Loopback', '127.0.0.1 can be listened on and connected to');
  return bad(
    'Loopback',
    `127.0.0.1 does not work: ${why}`,
    'Look at the firewall or the sandbox that this shell runs in: the parts of a demo talk by TCP.',
  );
}
