import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramProcess, startProgram } from '#shared/testing';

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
