import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Usage } from './contract.js';
import { runBatches, runEach } from './kafkajs-loop.js';

// The same loops, the model behind HTTP in a process beside: http.js batches | each

const server = spawn(process.execPath, [fileURLToPath(new URL('http-server.js', import.meta.url))], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const [line] = (await once(server.stdout, 'data')) as [Buffer];
const { port } = JSON.parse(line.toString()) as { readonly port: number };
const url = `http://127.0.0.1:${port}`;

async function score(payments: readonly object[]): Promise<number[]> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/score`, { method: 'POST', headers, body: JSON.stringify(payments) });
  if (!response.ok) throw new Error(`The model server answered ${response.status}.`);
  return (await response.json()) as number[];
}

const usage = async (): Promise<Usage> => (await (await fetch(`${url}/usage`)).json()) as Usage;

await (process.argv[2] === 'each' ? runEach(score, usage) : runBatches(score, usage));
process.exit();
