import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramProcess, startProgram, WireClient } from '#shared/testing';
import { apis } from '#shared/wire';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'broker-command-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const broker = (...args: string[]): ProgramProcess =>
  startProgram('shared/commands/broker.js', ['--port', '0', '--data-dir', dataDir, ...args]);

/** Something else that listens. */
async function takePort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const schemaOf = (name: string) => JSON.stringify({ type: 'record', name, fields: [{ name: 'id', type: 'string' }] });

async function register(registry: string, name: string): Promise<unknown> {
  const response = await fetch(`${registry}/subjects/${name}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schema: schemaOf(name) }),
  });
  return response.json();
}

describe('broker --data-dir', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('keeps the schemas of its records over a %s', async (signal) => {
    {
      await using first = broker('--registry-port', '0');
      const registry = await first.said(/Registry\s+(http\S+)/);
      expect(await register(registry, 'Flight')).toEqual({ id: 1 });
      first.signal(signal);
      await first.exited;
    }
    await using second = broker('--registry-port', '0');
    const registry = await second.said(/Registry\s+(http\S+)/);
    expect(await register(registry, 'Weather')).toEqual({ id: 2 });
    expect(await register(registry, 'Flight')).toEqual({ id: 1 });
    expect(await (await fetch(`${registry}/schemas/ids/1`)).json()).toEqual({ schema: schemaOf('Flight') });
    expect(second.stderr()).toBe('');
  });
});

describe('a registry that cannot start', () => {
  it('ends the command with one sentence where its port is taken, and lets the folder go', async () => {
    await using other = await takePort();
    await using program = broker('--registry-port', String(other.port));
    expect(await program.exited).toBe(1);
    expect(program.stdout()).toBe('');
    expect(program.stderr()).toMatch(
      new RegExp(`^Starting the Schema Registry on 127\\.0\\.0\\.1:${other.port}: the port is taken; .*\\n$`),
    );
    expect(readdirSync(dataDir)).not.toContain('broker.lock');
  });

  it('ends a demo with one sentence, and lets the folder go', async () => {
    writeFileSync(join(dataDir, 'registry.jsonl'), 'nonsense\n');
    const args = ['--data-dir', dataDir, '--broker-port', '0', '--headless'];
    await using program = startProgram('demos/flight-delay/demo.js', args);
    expect(await program.exited).toBe(2);
    expect(program.stderr()).toMatch(/^Reading line 1 of \S+registry\.jsonl: .*; put the file back as it was, .*\n$/);
    expect(readdirSync(dataDir)).not.toContain('broker.lock');
  });
});

const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

/** Where the broker sends the clients that came by an address. */
async function advertisedAt(address: string): Promise<string | undefined> {
  const client = await WireClient.connect(address);
  const { brokers } = await client.request(apis.metadata, 9, { topics: [] });
  client.close();
  return brokers[0]?.host;
}

describe('broker --host', () => {
  const start = (...args: string[]) => startProgram('shared/commands/broker.js', ['--registry-port', '0', ...args]);

  it('is 127.0.0.1 where it is not given, and nothing is to be warned of', async () => {
    await using program = start('--port', '0');
    const address = await program.said(/Kafka\s+(\S+)/);
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(await advertisedAt(address)).toBe('127.0.0.1');
    await program.said(/Ready/);
    expect(program.stderr()).toBe('');
  });

  it('says who can reach it where that is more than this machine, and sends clients back to where they came', async () => {
    await using program = start('--port', '0', '--host', '0.0.0.0');
    const address = await program.said(/Kafka\s+(\S+)/);
    expect(await advertisedAt(address.replace('0.0.0.0', '127.0.0.1'))).toBe('127.0.0.1');
    expect(program.stderr()).toMatch(
      /^Listening on 0\.0\.0\.0: whoever can reach this machine .* no encryption; .*\n$/,
    );
  });

  it.skipIf(!hasIPv6)('takes IPv6 addresses, of which ::1 is this machine alone', async () => {
    await using loopback = start('--port', '0', '--host', '::1');
    const address = await loopback.said(/Kafka\s+(\S+)/);
    expect(address).toMatch(/^\[::1\]:\d+$/);
    expect(await advertisedAt(address)).toBe('::1');
    const registry = await loopback.said(/Registry\s+(http\S+)/);
    expect(await (await fetch(`${registry}/subjects`)).json()).toEqual([]);
    expect(loopback.stderr()).toBe('');

    await using every = start('--port', '0', '--host', '::');
    const port = (await every.said(/Kafka\s+(\S+)/)).split(':').at(-1);
    expect(await advertisedAt(`127.0.0.1:${port}`)).toBe('127.0.0.1');
    expect(every.stderr()).toMatch(/^Listening on ::: /);
  });
});

describe('the broker command', () => {
  it.each([
    [['--prot', '1'], /did you mean --port\?/],
    [['--port', '65536'], /^--port is "65536"; it must be a whole number from 0 to 65535\.$/],
    [['--registry-port', 'x'], /^--registry-port is "x"; /],
    [['--port', '-1'], /--port/],
    [['orders'], /orders/],
    [['--topics', 'orders'], /each entry must be name:partitions, as orders:4\.$/],
    [['--topics', 'orders:0'], /each entry must be name:partitions/],
    [['--topics', 'a b:1'], /each entry must be name:partitions/],
    [['--topics', 'a:1,a:2'], /^--topics names "a" twice; once is right\.$/],
    [['--topics', 'a:10001'], /10001 partitions; 1 to 10000 are allowed/],
    [['--host', ''], /^--host was given no value\.$/],
    [['--host', '192.0.2.1'], /^Starting the broker on 192\.0\.2\.1:0: .*EADDRNOTAVAIL/],
    [['--data-dir', import.meta.filename], /^Starting the broker with its data in .*broker\.test\.ts: E/],
    [['--data-dir', join(import.meta.filename, 'x')], /^Starting the broker with its data in .*: ENOTDIR/],
  ])('refuses %j in one sentence', async (args, sentence) => {
    await using program = startProgram('shared/commands/broker.js', ['--port', '0', '--registry-port', '0', ...args]);
    expect(await program.exited).toBe(2);
    expect(program.stdout()).toBe('');
    expect(program.stderr().trimEnd()).toMatch(sentence);
    expect(program.stderr().trimEnd().split('\n')).toHaveLength(1);
  });

  it('says which port is taken', async () => {
    await using other = await takePort();
    await using program = startProgram('shared/commands/broker.js', ['--port', String(other.port)]);
    expect(await program.exited).toBe(1);
    expect(program.stderr()).toMatch(
      new RegExp(`^Starting the broker on 127\\.0\\.0\\.1:${other.port}: another .*\\n$`),
    );
  });

  it('says who uses the data folder', async () => {
    await using first = broker('--registry-port', '0');
    await first.said(/Ready/);
    await using second = broker('--registry-port', '0');
    expect(await second.exited).toBe(2);
    expect(second.stderr()).toMatch(new RegExp(`: process ${first.pid} \\(named in .*\\) uses that folder; .*\\n$`));
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends with %s, and the folder is free', async (signal) => {
    await using program = broker('--registry-port', '0');
    await program.said(/Ready/);
    program.signal(signal);
    expect(await program.exited).toBe(0);
    expect(readdirSync(dataDir)).not.toContain('broker.lock');
    expect(program.stderr()).toBe('');
  });

  it('explains itself', async () => {
    await using program = startProgram('shared/commands/broker.js', ['--help']);
    expect(await program.exited).toBe(0);
    for (const line of ['--host H', '--data-dir DIR', 'Neither has authentication'])
      expect(program.stdout()).toContain(line);
  });
});
