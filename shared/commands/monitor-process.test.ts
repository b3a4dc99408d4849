import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { startRegistry } from '#shared/embedded/registry';
import { projectFile } from '#shared/project-file';
import { Closing } from './closing.js';
import { startMonitor } from './monitor-process.js';
import type { Terminal } from './terminal.js';

const PATIENCE_MS = 120_000;

it('puts another monitor in the place of one that goes, says so each time, and ends with the demo', async () => {
  const said: string[] = [];
  const errors: string[] = [];
  const terminal: Terminal = {
    say: (line = '') => void said.push(line),
    progress: () => undefined,
    bold: (text) => text,
    dim: (text) => text,
    colour: (_, text) => text,
    error: (error) => void errors.push(error instanceof Error ? error.message : String(error)),
  };
  const options = {
    help: false,
    verbose: false,
    guarantee: 'exactly_once',
    namespace: '',
    host: '127.0.0.1',
    headless: true,
    endWithScorer: false,
    monitoring: true,
    seed: 1,
  } as const;
  const closing = new Closing((error) => terminal.error(error));
  const broker = await startBroker({ port: 0 });
  closing.add(() => broker.close());
  const registry = await startRegistry({ port: 0 });
  closing.add(() => registry.close());
  const ending = new AbortController();
  const { pid } = startMonitor({
    program: fileURLToPath(projectFile('dist/demos/flight-delay/demo.js')),
    demos: [],
    command: 'npm run demo:flight-delay --',
    options,
    where: {
      mode: 'embedded',
      cluster: { brokers: [broker.address] },
      registry: { url: registry.url },
      close: () => Promise.resolve(),
    },
    terminal,
    shutdown: { signal: ending.signal, request: () => undefined },
    closing,
  });
  process.kill(pid, 'SIGKILL');
  await vi.waitUntil(() => said.length === 2, PATIENCE_MS);
  expect(errors).toEqual(['The monitor is gone (signal SIGKILL).']);
  expect(said[0]).toContain('are watched again by another monitor, started in 1 s.');
  const another = Number(/^The monitor is process (\d+) now\.$/.exec(said[1] ?? '')?.[1]);
  expect(process.kill(another, 0)).toBe(true);

  process.kill(another, 'SIGKILL');
  await vi.waitUntil(() => said.length === 3, PATIENCE_MS);
  expect(said[2]).toContain('started in 5 s.');
  // While nobody is there, none is started any more.
  ending.abort('the demo ended');
  await closing.close();
  expect(said).toHaveLength(3);
  expect(errors).toHaveLength(2);
  expect(() => process.kill(another, 0)).toThrow('ESRCH');
}, 60_000);
