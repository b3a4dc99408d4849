import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { judgePorts, listeningInode, lookAtPorts } from './ports.js';

describe('a port', () => {
  it('is free, or taken by a process that is named', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A server that was asked for a TCP address has one.
    const { port } = server.address() as AddressInfo;
    const [taken] = await lookAtPorts([port]);
    if (process.platform === 'linux') expect(taken?.taken).toContain(`(process ${process.pid})`);
    expect(taken?.taken).toBeDefined();
    server.close();
    await once(server, 'close');
    // One that is wanted for two reasons is not in its own way.
    expect(await lookAtPorts([port, port])).toEqual([{ port, taken: undefined }]);
  });

  it('is found by its listening socket, not by those that are connected', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:0FA0 0100007F:A3C2 01 00000000:00000000 00:00000000 00000000  1000        0 111 1 0',
      '   1: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 222 1 0',
    ].join('\n');
    expect(listeningInode(table, 4_000)).toBe('222');
    expect(listeningInode(table, 9_092)).toBeUndefined();
  });

  it('that is taken keeps no demo from running', () => {
    const ports = [
      { port: 9_092, taken: 'java (process 7)' },
      { port: 8_081, taken: undefined },
      { port: 4_000, taken: 'another program' },
    ];
    expect(judgePorts(ports)).toEqual({
      subject: 'Ports',
      verdict: 'note',
      found: '9092 is taken by java (process 7) and 4000 is taken by another program',
      todo: 'Nothing need be done: a demo uses another one, and says which.',
    });
    const free = ports.map(({ port }) => ({ port, taken: undefined }));
    expect(judgePorts(free)).toMatchObject({ verdict: 'good', found: '9092, 8081 and 4000 are free' });
  });
});
