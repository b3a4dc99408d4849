import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { publishModel } from '#shared/scoring';
import type { Case, Figure } from '../harness/case.js';
import { megabytes, milliseconds } from '../harness/figures.js';
import { nodeProgram, type Said, startLoad } from '../harness/load.js';
import { ownProgram, startMeasuredBroker } from '../harness/measured-broker.js';
import { modelReference, modelVersion } from '../loads/model-versions.js';

const RATE = 5_000;
const SWAP_EVERY_MS = 2_500;

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

/** A paced run of the flight-delay demo; with exchanges of the model all through it where that is asked for. */
async function pacedRun(records: number, swaps: boolean): Promise<Figure[]> {
  const path = fileURLToPath(projectFile('dist/demos/flight-delay/demo.js'));
  const length = ['--rate', String(RATE), '--records', String(records)];
  const child = spawn(process.execPath, [path, ...length, '--headless', '--report', '-', '--broker-port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exited = once(child, 'close');
  const brokers = await said(child, /embedded Kafka at ([\d.:]+)/);
  let count = 0;
  if (swaps) {
    const cluster = await connectCluster({ brokers: [brokers], clientId: 'bench' });
    await said(child, /(Predictions)/);
    const end = performance.now() + (records / RATE) * 1_000 - 2 * SWAP_EVERY_MS;
    do {
      await delay(SWAP_EVERY_MS);
      count += 1;
      await publishModel(cluster, 'models', await modelVersion(String(2 + (count % 2))), modelReference);
    } while (performance.now() < end);
    await cluster.close();
  }
  const [code] = await exited;
  const report = JSON.parse(output) as Report;
  if (code !== 0 || report.records.lost + report.records.duplicated > 0) throw new Error(`The run failed: ${output}`);
  const { p50, p99, max } = report.latencyMs;
  return [
    milliseconds('latency p50', p50),
    milliseconds('latency p99', p99),
    milliseconds('latency, the slowest', max),
    { name: 'exchanges', unit: '', kind: 'told', value: count },
  ];
}

const memoryFigures = ({ early, late, milliseconds: took }: Said): Figure[] => [
  milliseconds('from publishing to serving', Number(took)),
  megabytes('resident after a tenth of the exchanges', Number(early)),
  megabytes('resident after all', Number(late)),
];

export const modelSwaps: Case = {
  name: 'model-swaps',
  about: `the flight-delay demo at ${RATE} records a second, with exchanges of its model and without; and what exchanges leave in memory`,
  contenders: (setting) => {
    const records = setting.count(75_000, 20_000);
    return [
      { name: 'without-exchanges', take: () => pacedRun(records, false) },
      { name: 'with-exchanges', take: () => pacedRun(records, true) },
      {
        name: 'memory',
        async take() {
          await using broker = await startMeasuredBroker(ownProgram);
          const args = [broker.address, setting.count(200, 3)];
          return memoryFigures(await startLoad(nodeProgram('loads/model-exchanges', ...args)).result);
        },
      },
    ];
  },
};
