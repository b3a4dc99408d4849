import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Cluster, connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { type ModelFiles, publishModel, readModelFolder, serveModel } from '#shared/scoring';

// What an exchange of the model costs: npm run bench:model-swaps -- [ROUNDS]
// The slowest record of the flight-delay demo at 5,000 a second, with exchanges and without, in turn; and what a thousand
// exchanges leave in memory. Times are printed, never asserted.

const ROUNDS = Number(process.argv[2] ?? 3);
const RATE = 5_000;
const RECORDS = 75_000;
const SWAP_EVERY_MS = 2_500;
const MEMORY_SWAPS = 1_000;
const demo = { demo: 'flight-delay', role: 'champion' } as const;
const folder = fileURLToPath(projectFile('demos/flight-delay/model'));
const original = await readModelFolder(folder);

/** The demo's model under another version. */
function version(name: string): ModelFiles {
  return { ...original, card: JSON.stringify({ ...(JSON.parse(original.card) as object), version: name }) };
}

interface Report {
  readonly records: { readonly lost: number; readonly duplicated: number };
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

async function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  for (;;) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${text}`);
    await delay(20);
  }
}

function start(program: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(projectFile(`dist/${program}`));
  return spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A paced run; with exchanges of the model all through it where that is asked for. */
async function pacedRun(swaps: boolean): Promise<Report['latencyMs'] & { readonly swaps: number }> {
  const length = ['--rate', String(RATE), '--records', String(RECORDS)];
  const child = start('demos/flight-delay/demo.js', [...length, '--headless', '--report', '-', '--broker-port', '0']);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const brokers = await said(child, /embedded Kafka at ([\d.:]+)/);
  const exited = once(child, 'close');
  let count = 0;
  if (swaps) {
    const cluster = await connectCluster({ brokers: [brokers], clientId: 'bench' });
    await said(child, /(Predictions)/);
    const end = performance.now() + (RECORDS / RATE) * 1_000 - 2 * SWAP_EVERY_MS;
    while (performance.now() < end) {
      await delay(SWAP_EVERY_MS);
      count += 1;
      await publishModel(cluster, 'models', version(String(2 + (count % 2))), demo);
    }
    await cluster.close();
  }
  const [code] = await exited;
  const report = JSON.parse(output) as Report;
  if (code !== 0 || report.records.lost + report.records.duplicated > 0) throw new Error(`The run failed: ${output}`);
  return { ...report.latencyMs, swaps: count };
}

async function memory(cluster: Cluster): Promise<void> {
  let exchanged = (): void => undefined;
  const served = await serveModel({
    cluster,
    topic: 'models',
    demo: demo.demo,
    instance: 'bench',
    ownFolder: folder,
    prefersOwn: false,
    onEvent: (event) => {
      if (event.type === 'refused') throw new Error(event.refusal.message);
      exchanged();
    },
  });
  const row = (JSON.parse(original.golden ?? '') as { rows: { input: object }[] }).rows[0]?.input ?? {};
  const took: number[] = [];
  for (let swap = 1; swap <= MEMORY_SWAPS; swap += 1) {
    const done = new Promise<void>((resolve) => {
      exchanged = resolve;
    });
    const begun = performance.now();
    await publishModel(cluster, 'models', version(String(2 + (swap % 2))), demo);
    await done;
    took.push(performance.now() - begun);
    // As a task does.
    const lease = served.scorer.acquire();
    await lease.score([row]);
    served.scorer.release(lease);
    if (swap % 100 === 0 || swap === 10) {
      const { rss, heapUsed } = process.memoryUsage();
      const mean = took.splice(0).reduce((sum, ms, _, all) => sum + ms / all.length, 0);
      process.stdout.write(
        `${String(swap).padStart(5)} exchanges: ${Math.round(rss / 1e6)} MB resident, heap ${Math.round(heapUsed / 1e6)} MB, ${Math.round(mean)} ms from publishing to serving\n`,
      );
    }
  }
  await served.close();
}

const [cpu] = cpus();
process.stdout.write(
  `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}\n` +
    `flight-delay at ${RATE} records/s, ${RECORDS} records, an exchange every ${SWAP_EVERY_MS / 1_000} s or none:\n`,
);
for (let round = 1; round <= ROUNDS; round += 1) {
  for (const swaps of [false, true]) {
    const run = await pacedRun(swaps);
    process.stdout.write(
      `  ${String(run.swaps).padStart(2)} exchanges: p50 ${run.p50} ms, p99 ${run.p99} ms, slowest ${run.max} ms (wished: ≤ 50 ms more)\n`,
    );
  }
}
const broker = start('shared/commands/broker.js', ['--port', '0', '--registry-port', '0']);
const cluster = await connectCluster({ brokers: [await said(broker, /Kafka\s+([\d.:]+)/)], clientId: 'bench' });
await memory(cluster);
await cluster.close();
broker.kill('SIGTERM');
